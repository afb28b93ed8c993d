// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/stress/memory.hpp"

namespace guest {

bool Memory::take(const MemoryKind& wanted, Supplies& from, std::size_t size, dma_data_direction to,
                  Random& random) {
  kind = &wanted;
  supplies = &from;
  direction = to;
  attrs = 0;
  from_device = false;
  return kind->take(*this, random, size);
}

void Memory::give_back() {
  kind->give_back(*this);
  bytes = {};
}

bool Memory::map(Random& random) {
  piece_count = 0;
  return kind->map(*this, random);
}

void Memory::unmap(Random& random) { kind->unmap(*this, random); }
void Memory::for_cpu(Random& random) { kind->for_cpu(*this, random); }
void Memory::for_device(Random& random) { kind->for_device(*this, random); }

void Memory::add_piece(dma_addr_t address, std::size_t size) {
  pieces[piece_count++] = {static_cast<std::uint32_t>(address), static_cast<std::uint32_t>(size)};
}

Memory::Piece Memory::piece_at(std::size_t offset) const {
  for (const Piece& piece : all_pieces()) {
    if (offset < piece.size) {
      const auto skipped = static_cast<std::uint32_t>(offset);
      return {piece.address + skipped, piece.size - skipped};
    }
    offset -= piece.size;
  }
  return {0, 0};
}

std::span<const MemoryKind> memory_kinds() {
  static const std::array kinds{kSingle,   kPage,           kList,          kTable,   kChained,
                                kCoherent, kWriteCombining, kContiguous,    kAtomic,  kPoolBlock,
                                kPages,    kNoncoherent,    kNoncontiguous, kResource};
  return kinds;
}

}  // namespace guest

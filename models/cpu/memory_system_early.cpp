// SPDX-License-Identifier: Apache-2.0
// Loads that overtake earlier ones: by the adversary only.
#include <algorithm>
#include <cstring>

#include "models/cpu/memory_system.hpp"

namespace linefill {

namespace {

/// One in so many loads that take long is overtaken: around the L1D, and of those that miss it.
constexpr std::uint64_t kOvertaken = 2;
constexpr std::uint64_t kOvertakenMiss = 16;
/// Of what is in the L1D already, an early load gives old data only if it leaves meanwhile.
constexpr std::uint64_t kResident = 4;
/// How long the earlier load then takes, in cycles: what a slow register or a busy memory needs.
constexpr std::uint64_t kShortest = 40;
constexpr std::uint64_t kLongest = 800;

}  // namespace

/// What can be read ahead: memory as the core sees it, no device's register, and nothing is
/// noticed.
class MemorySystem::Ahead final : public LookAhead::Source {
 public:
  explicit Ahead(MemorySystem& memory) : memory_{memory} {}

  bool code(std::uint32_t va, std::uint32_t& word) override {
    const LineMap::Slot& slot = memory_.fetch_map_->slot(va);
    if (slot.key == memory_.fetch_map_->key(va) && slot.line->load_tag == slot.physical) {
      std::memcpy(&word, slot.line->data.data() + va % kLineBytes, sizeof word);
      return true;
    }
    return memory_.debug_read(VirtualAddress{va}, std::as_writable_bytes(std::span{&word, 1}));
  }
  bool locate(std::uint32_t va, std::uint32_t& physical) override {
    Translation translation;
    if (!memory_.translate_ahead(va, translation)) return false;
    physical = raw(translation.pa);
    return true;
  }
  bool data(std::uint32_t va, std::uint32_t size, std::uint32_t& value) override {
    DataSide::Access access;
    if (!memory_.may_load_early({va, size}, access)) return false;
    value = 0;
    return memory_.debug_read(access.address,
                              std::as_writable_bytes(std::span{&value, 1}).first(size));
  }

 private:
  MemorySystem& memory_;
};

// A core tells its own mispredictions; nothing here may be seen of a load that it does not come to.
bool MemorySystem::read_early(const Pieces& pieces, std::span<std::byte> data, AccessKind kind) {
  const Piece& piece = pieces.piece[0];
  const bool plain = kind == AccessKind::kNormal && pieces.count == 1;
  if (plain && early_.is(piece.va, piece.access.address, piece.size) && use_early(piece, data))
    return true;
  const bool slow = !piece.access.cached || l1d_.find(line_of(piece.access.address)) == nullptr;
  const std::uint64_t one_in = piece.access.cached ? kOvertakenMiss : kOvertaken;
  const bool overtaken =
      plain && slow && !early_.held() && adversary_.early_choice() % one_in == 0 && overtake(piece);
  std::array<std::byte, 4> before{};
  if (!overtaken) return read(pieces, data, kind);
  const bool watches = context_.observer != nullptr &&
                       debug_read(piece.access.address, std::span{before}.first(piece.size));
  const Time delay =
      context_.period *
      static_cast<std::int64_t>(kShortest + adversary_.early_choice() % (kLongest - kShortest));
  context_.stall_until(context_.now() + delay);
  context_.bus.catch_up();
  const bool done = read(pieces, data, kind);
  if (!done) early_.drop();
  if (done && context_.observer != nullptr) {
    const bool news = watches && !std::equal(data.begin(), data.end(), before.begin());
    context_.observer->overtaken_load_done(news, context_.now());
  }
  return done;
}

/// Does one later load before the one at `earlier`, if there is one.
bool MemorySystem::overtake(const Piece& earlier) {
  if (program_ == nullptr || program_->thumb || big_endian_ || !configuration_.speculates)
    return false;
  Ahead source{*this};
  LookAhead ahead{program_->r, pc, adversary_.early_choice(), source};
  LookAhead::Load chosen;
  DataSide::Access access;
  std::size_t steps = 0;
  std::uint64_t found = 0;
  for (LookAhead::Load load; ahead.next(load);) {
    DataSide::Access its;
    if (!may_load_early(load, its)) continue;
    const bool resident = l1d_.find(line_of(its.address)) != nullptr;
    if (resident && (!its.cached || adversary_.early_choice() % kResident != 0)) continue;
    if (adversary_.early_choice() % ++found != 0) continue;
    chosen = load;
    access = its;
    steps = ahead.path().size();
  }
  if (found == 0) return false;
  std::array<std::byte, 4> bytes{};
  if (access.cached) late_.before_access(line_of(access.address));
  if (!data_.read_ahead(access, std::span{bytes}.first(chosen.size))) return false;
  early_.hold(ahead.path().first(steps), chosen.va, access.address,
              std::span{bytes}.first(chosen.size));
  if (context_.observer != nullptr) {
    context_.observer->load_overtook(
        {access.address, chosen.size, earlier.access.address, earlier.size, pc,
         context_.bus.is_memory(earlier.access.address)},
        context_.now());
  }
  return true;
}

bool MemorySystem::translate_ahead(std::uint32_t va, Translation& translation) {
  Fault ignored;
  return mmu_.translate(VirtualAddress{va}, AccessType::kRead, privileged_, translation, ignored);
}

/// Normal memory, mapped, and within one line.
bool MemorySystem::may_load_early(const LookAhead::Load& load, DataSide::Access& access) {
  if (load.va % kLineBytes + load.size > kLineBytes) return false;
  Translation translation;
  if (!translate_ahead(load.va, translation)) return false;
  access.address = translation.pa;
  access.attributes.memory = translation.attributes;
  access.attributes.origin = context_.origin(pc);
  access.attributes.privileged = privileged_;
  access.attributes.secure = !translation.non_secure;
  access.cached = cached_in_l1d(translation.attributes);
  return translation.attributes.normal() && context_.bus.is_memory(translation.pa);
}

/// The program has come to the load that was done early. A line that is still in the L1D holds what
/// was read of it then.
bool MemorySystem::use_early(const Piece& piece, std::span<std::byte> data) {
  const bool resident = l1d_.find(line_of(piece.access.address)) != nullptr;
  if (!resident) std::copy(early_.bytes().begin(), early_.bytes().end(), data.begin());
  early_.drop();
  if (resident) return false;
  ++early_loads_;
  if (context_.observer == nullptr) return true;
  if (!piece.access.cached) {
    context_.observer->uncached_access(piece.access.address, piece.size, false,
                                       piece.access.attributes, context_.now());
  }
  tell_watched(piece, false);
  context_.observer->early_load_used(piece.access.attributes.origin, context_.now());
  return true;
}

}  // namespace linefill

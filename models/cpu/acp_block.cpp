// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/acp_block.hpp"

#include <algorithm>
#include <array>

namespace linefill {

namespace {

constexpr unsigned kPortBytes = 8;  // 64-bit AXI.
// Free parameters: no figures are published.
constexpr unsigned kTagCycles = 2;
constexpr unsigned kL1ReadCycles = 8;

}  // namespace

AcpBlock::AcpBlock(CoreBus& below, SnoopedCache& l1, Time cycle, Statistics& statistics)
    : below_{below},
      l1_{l1},
      cycle_{cycle},
      coherent_{statistics, "coherent", "lines"},
      not_coherent_{statistics, "not_coherent", "lines"},
      read_hits_{statistics, "l1_read_hits", "lines"},
      write_hits_{statistics, "l1_write_hits", "lines"} {}

BusResponse AcpBlock::read(PhysicalAddress address, std::span<std::byte> data,
                           const Attributes& attributes, Time& now) {
  return transfer(false, address, data, attributes, now);
}

BusResponse AcpBlock::write(PhysicalAddress address, std::span<const std::byte> data,
                            const Attributes& attributes, Time& now) {
  // A write's data are read only; what is below has one type for both directions.
  return transfer(true, address, {const_cast<std::byte*>(data.data()), data.size()},  // NOLINT
                  attributes, now);
}

// A device's registers see the burst as it is. The lines of a burst follow each other as their data
// do; the first error is the answer.
BusResponse AcpBlock::transfer(bool write, PhysicalAddress address, std::span<std::byte> data,
                               const Attributes& attributes, Time& now) {
  if (!below_.is_memory(address)) return below_.transport({write, address, data, attributes}, now);
  const auto beats = static_cast<unsigned>((data.size() + kPortBytes - 1) / kPortBytes);
  Time start = port_.take(now, cycle_ * beats);
  Time end = start;
  BusResponse result = BusResponse::kOkay;
  for (std::size_t done = 0; done < data.size();) {
    const PhysicalAddress at = address + static_cast<std::uint32_t>(done);
    const std::size_t size =
        std::min<std::size_t>(data.size() - done, kLineBytes - line_offset(at));
    const Part part{at, data.subspan(done, size), attributes};
    Time time = start;
    const BusResponse response = write ? write_line(part, time) : read_line(part, time);
    if (result == BusResponse::kOkay) result = response;
    start += cycle_ * (kLineBytes / kPortBytes);
    end = std::max(end, time);
    done += size;
  }
  now = end;
  return result;
}

void AcpBlock::overlay(PhysicalAddress address, std::span<std::byte> data,
                       const MemoryAttributes& attributes) {
  if (!is_coherent(attributes)) return;
  std::array<std::byte, kLineBytes> held;
  while (!data.empty()) {
    const std::size_t size = std::min<std::size_t>(data.size(), kLineBytes - line_offset(address));
    if (l1_.snoop_debug(line_of(address), held))
      std::copy_n(held.begin() + line_offset(address), size, data.begin());
    address = address + static_cast<std::uint32_t>(size);
    data = data.subspan(size);
  }
}

// A9 MPCore TRM, ACP requests: coherent if AxUSER[0] and AxCACHE[1], whatever else AxCACHE says.
bool AcpBlock::is_coherent(const MemoryAttributes& attributes) {
  return attributes.normal() && attributes.shareable;
}

bool AcpBlock::snoops(const Attributes& attributes) {
  const bool coherent = is_coherent(attributes.memory);
  ++(coherent ? coherent_ : not_coherent_);
  return coherent;
}

BusResponse AcpBlock::read_line(const Part& part, Time& now) {
  const LineNumber line = part.line();
  const Time start = now;
  std::array<std::byte, kLineBytes> held;
  LineMarks marks;
  CopyLevel served = CopyLevel::kMemory;
  BusResponse response = BusResponse::kOkay;
  const bool coherent = snoops(part.attributes);
  if (coherent) now += cycle_ * kTagCycles;
  if (coherent && l1_.snoop_read(line, held, marks, now)) {
    std::copy_n(held.begin() + line_offset(part.address), part.data.size(), part.data.begin());
    now += cycle_ * kL1ReadCycles;
    served = CopyLevel::kL1Data;
    ++read_hits_;
  } else {
    CoreTransaction transaction{false, part.address, part.data, part.attributes};
    if (observer_ != nullptr) {
      marks.filled_from(observer_->memory_marks(line));
      transaction.marks = &marks;
    }
    response = below_.transport(transaction, now);
  }
  if (observer_ != nullptr && response == BusResponse::kOkay)
    observer_->port_read(line, part.bytes(), served, marks, part.attributes, start);
  return response;
}

BusResponse AcpBlock::write_line(const Part& part, Time& now) {
  const LineNumber line = part.line();
  const Time start = now;
  if (snoops(part.attributes)) {
    now += cycle_ * kTagCycles;
    const Origin& by = part.attributes.origin;
    if (l1_.snoop_write(line, {MasterId::kProcessor, by.pc, by.epoch}, now)) ++write_hits_;
  }
  const BusResponse response =
      below_.transport({true, part.address, part.data, part.attributes}, now);
  if (observer_ != nullptr && response == BusResponse::kOkay)
    observer_->port_wrote(line, part.bytes(), part.attributes, start);
  return response;
}

}  // namespace linefill

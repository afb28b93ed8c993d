// SPDX-License-Identifier: Apache-2.0
#include "models/dma/pl330_thread.hpp"

namespace linefill::pl330 {

// AMBA 3 AXI, 5.1: AxCACHE[0] bufferable, [1] cacheable, [2] read allocate, [3] write allocate.
MemoryAttributes memory_attributes(unsigned axi_cache) {
  const bool bufferable = (axi_cache & 1) != 0;
  if ((axi_cache & 2) == 0)
    return {bufferable ? MemoryType::kDevice : MemoryType::kStronglyOrdered};
  if ((axi_cache & 0xC) == 0) return kNormalNonCacheable;
  const CachePolicy back = (axi_cache & 8) != 0 ? CachePolicy::kWriteBackWriteAllocate
                                                : CachePolicy::kWriteBackNoWriteAllocate;
  const CachePolicy policy = bufferable ? back : CachePolicy::kWriteThrough;
  return {MemoryType::kNormal, policy, policy};
}

// The controller drives ARCACHE[3] and AWCACHE[2] low, and AWCACHE[3] from bit 2 of its field.
Attributes Control::Side::attributes(bool write) const {
  Attributes a;
  a.memory = memory_attributes(write ? (cache() & 3) | (cache() & 4) << 1 : cache());
  a.privileged = (protection() & 1) != 0;
  a.secure = secure();
  a.instruction = (protection() & 4) != 0;
  return a;
}

std::uint32_t Thread::operand(unsigned first, unsigned count) const {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < count; ++i) value |= std::uint32_t{bytes[first + i]} << (8 * i);
  return value;
}

void Thread::forget_instruction() {
  fetched = 0;
  encoding = nullptr;
  waiting = false;
  retry_at = kNever;
  stalled_at_load = false;
  fetch_held = false;
}

std::uint32_t Thread::peek_csr() const {
  const bool names_wakeup =
      state == State::kWaitingForEvent || state == State::kWaitingForPeripheral;
  return static_cast<std::uint32_t>(state) | (names_wakeup ? wakeup << 4 : 0U) |
         (waits_for_burst ? 1U << 14 : 0U) | (waits_for_any ? 1U << 15 : 0U) |
         (non_secure ? 1U << 21 : 0U);
}

const RegisterTable<Thread>& Thread::status_registers() {
  using enum Access;
  using R = Register<Thread>;
  static constexpr R kRows[]{
      R{0x00, "CSR", kReadOnly, 0}.computed(&Thread::peek_csr),
      R{0x04, "CPC", kReadOnly, 0}.stores(&Thread::pc),
  };
  static constexpr RegisterTable<Thread> kTable{kRows};
  return kTable;
}

const RegisterTable<Thread>& Thread::transfer_registers() {
  using enum Access;
  using R = Register<Thread>;
  static constexpr R kRows[]{
      R{0x00, "SAR", kReadOnly, 0}.stores(&Thread::source),
      R{0x04, "DAR", kReadOnly, 0}.stores(&Thread::destination),
      R{0x08, "CCR", kReadOnly, kControlReset}.stores(&Thread::control),
      R{0x0C, "LC0", kReadOnly, 0}.stores(&Thread::loop0),
      R{0x10, "LC1", kReadOnly, 0}.stores(&Thread::loop1),
  };
  static constexpr RegisterTable<Thread> kTable{kRows};
  return kTable;
}

const RegisterTable<Thread>& Thread::fault_registers() {
  using enum Access;
  using R = Register<Thread>;
  static constexpr R kRows[]{R{0x00, "FTR", kReadOnly, 0}.stores(&Thread::fault_type)};
  static constexpr RegisterTable<Thread> kTable{kRows};
  return kTable;
}

}  // namespace linefill::pl330

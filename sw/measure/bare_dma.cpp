// SPDX-License-Identifier: Apache-2.0
#include "sw/measure/bare_dma.hpp"

#include "sw/kernel/device.hpp"
#include "sw/kernel/time.hpp"

namespace guest {
namespace {

using pl330::Registers;

constexpr std::size_t kProgramBytes = 256;
constexpr std::uint64_t kPatienceMs = 1000;
constexpr std::uint32_t kGo = 0xA0;
constexpr std::uint32_t kKill = 0x01;
constexpr std::uint32_t kOfThread = 1U;  // DBGINST0, bit 0.

}  // namespace

Result<BareDma> BareDma::find() {
  device* const dev = find_device("arm,pl330");
  if (dev == nullptr) return Error::kNoDevice;
  const Result<IoPointer> window = device_iomap(*dev);
  if (!window) return window.error();
  Result<CoherentMemory> program = CoherentMemory::allocate(*dev, kProgramBytes);
  if (!program) return program.error();
  const std::uint32_t channels =
      (Mmio<Registers>{*window}.read(&Registers::cr0) >> 4 & 7) + 1;  // CR0, num_chnls.
  return BareDma{*dev, *window, channels - 1, std::move(*program)};
}

std::uint32_t BareDma::state() const {
  return registers_.read_relaxed(&Registers::csr_cpc, 2 * thread_) & pl330::kStateMask;
}

void BareDma::kill() const {
  registers_.write(&Registers::dbginst0, kOfThread | thread_ << 8 | kKill << 16);
  registers_.write(&Registers::dbginst1, 0);
  ring();
}

Result<void> BareDma::prepare() const {
  for (const Deadline deadline = Deadline::in_ms(kPatienceMs);
       (registers_.read(&Registers::dbgstatus) & pl330::kDebugBusy) != 0;) {
    if (deadline.passed()) return Error::kTimeout;
  }
  registers_.write(&Registers::dbginst0, kGo << 16 | thread_ << 24);
  registers_.write(&Registers::dbginst1, raw(program_.address()));
  return {};
}

// The first look comes too early to see the thread started; a started one shows it within a
// microsecond.
Result<void> BareDma::wait() const {
  udelay(1);
  for (const Deadline deadline = Deadline::in_ms(kPatienceMs);;) {
    const std::uint32_t now = state();
    if (now == pl330::kStateStopped) break;
    if (now == pl330::kStateFaulting || deadline.passed()) {
      kill();
      return now == pl330::kStateFaulting ? Error::kIo : Error::kTimeout;
    }
  }
  rmb();
  return {};
}

Result<void> BareDma::run(const pl330::Shape& shape, const pl330::Segment& segment) const {
  constexpr std::uint32_t kUnheardEvent = 15;  // No channel of the driver has it.
  const pl330::Progress end =
      pl330::write_program(program_.bytes(), shape, {{&segment, 1}}, {}, 1, kUnheardEvent);
  if (end.segment != 1) return Error::kOutOfRange;
  if (const Result<void> ready = prepare(); !ready) return ready;
  ring();
  return wait();
}

}  // namespace guest

// SPDX-License-Identifier: Apache-2.0
#include "tests/sw/dmaengine/fake_pl330.hpp"

#include <sstream>

namespace guest::test {

// DDI 0424, 3.2. CR0 and CRD are the Zynq-7000's. Time passes while the driver polls.
std::uint32_t FakePl330::read(const volatile void* address, unsigned /*size*/) {
  const auto offset = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(address)) - base_;
  ++clock.now_us;
  if (offset - 0x040 < 4 * kThreads) return threads[(offset - 0x040) / 4].fault;
  if (offset - 0x100 < 8 * kThreads) {
    const Thread& thread = threads[(offset - 0x100) / 8];
    return offset % 8 == 0 ? thread.state : thread.pc;
  }
  if (offset - 0x400 < 0x20 * kThreads) {
    const Thread& thread = threads[(offset - 0x400) / 0x20];
    return offset % 0x20 == 0 ? thread.source : offset % 0x20 == 4 ? thread.destination : 0;
  }
  if (offset >= 0xFE0) return identification >> (2 * (offset - 0xFE0)) & 0xFF;
  switch (offset) {
    case 0x000:
      return manager_status;
    case 0x028:
      return pending_events;
    case 0x030:
      return manager_faulted ? 1 : 0;
    case 0x034: {
      std::uint32_t faulted = 0;
      for (unsigned i = 0; i < kThreads; ++i) faulted |= threads[i].fault != 0 ? 1U << i : 0U;
      return faulted;
    }
    case 0xD00:
      return debug_busy ? 1 : 0;
    case 0xE00:
      return 0x001E'3071;
    case 0xE14:
      return 0x07FF'7F73;
    default:
      return 0;
  }
}

void FakePl330::write(volatile void* address, std::uint32_t value, unsigned /*size*/) {
  const auto offset = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(address)) - base_;
  if (offset == 0x02C) pending_events &= ~value;
  if (offset == 0xD08) debug0_ = value;
  if (offset == 0xD0C) debug1_ = value;
  if (offset == 0xD04) execute();
}

void FakePl330::execute() {
  const std::uint32_t opcode = debug0_ >> 16 & 0xFF;
  std::ostringstream text;
  if (opcode == 0xA0 || opcode == 0xA2) {
    const std::uint32_t thread = debug0_ >> 24 & 7;
    text << (opcode == 0xA0 ? "go " : "go ns ") << thread;
    threads[thread].state = 1;
    threads[thread].pc = debug1_;
  } else if (opcode == 0x01 && (debug0_ & 1) != 0) {
    const std::uint32_t thread = debug0_ >> 8 & 7;
    text << "kill " << thread;
    threads[thread].state = 0;
    threads[thread].fault = 0;
  } else {
    text << "kill manager";
    manager_faulted = false;
  }
  commands.push_back(text.str());
}

}  // namespace guest::test

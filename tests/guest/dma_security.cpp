// SPDX-License-Identifier: Apache-2.0
// The driver with a controller whose manager is non-secure after reset (`boot_manager_ns`): its
// threads are non-secure, which needs events that are (`boot_irq_ns`).
#include "sw/arch/mmio.hpp"
#include "sw/dmaengine/pl330/pl330_registers.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/main.hpp"
#include "tests/guest/support/copy_job.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

using pl330::Registers;

constexpr std::uint32_t kChannelNonSecure = 1U << 21;  // CSRn.CNS

CopyJob job;

Mmio<Registers> registers() {
  device* const dev = find_device("arm,pl330");
  if (dev == nullptr) panic("no controller");
  const Mmio<Registers> result{device_iomap(*dev).value_or(nullptr)};
  check((result.read_relaxed(&Registers::dsr) & pl330::kManagerNonSecure) != 0,
        "the manager is non-secure");
  return result;
}

void copies_case() {
  const Mmio<Registers> dma = registers();
  job.allocate(memcpy_channel(), 65536, 1);
  check(job.run(), "a copy works");
  check((dma.read_relaxed(&Registers::csr_cpc, 0) & kChannelNonSecure) != 0,
        "its thread was non-secure");
  dma_release_channel(job.channel());
}

/// DMASEV of a secure event ends the program: the client is told, and nothing hangs.
void secure_event_case() {
  registers();
  const DmaUsage before = dmaengine_usage();
  job.allocate(memcpy_channel(), 4096, 1);
  for (unsigned turn = 1; turn <= 2; ++turn) {
    job.prepare();
    const dma_cookie_t cookie = job.submit();
    job.issue();
    check(!job.wait(), "the transfer fails");
    check_equal(job.callbacks(), turn, "callbacks");
    check(dmaengine_tx_status(job.channel(), cookie, nullptr) == DMA_ERROR, "its status says so");
  }
  job.unmap();
  check(job.right(), "the bytes were moved before");
  dma_release_channel(job.channel());
  check(dmaengine_usage() == before, "nothing is left over");
}

constexpr Case kCases[] = {{"copies", copies_case}, {"secure_event", secure_event_case}};

}  // namespace

int guest_main() { return run_case(kCases); }

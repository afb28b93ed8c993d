// SPDX-License-Identifier: Apache-2.0
// dma_mmap_*: memory of a driver, read and written by user mode, and then by a device.
#include <string_view>

#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/barrier.hpp"
#include "sw/dma/dma_coherent.hpp"
#include "sw/dma/dma_page.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/time.hpp"
#include "sw/kernel/user_process.hpp"
#include "sw/mm/remap.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

extern "C" {
extern const std::byte user_code_start[];
extern const std::byte user_code_end[];
void user_add();
void user_load();
void user_store();
void user_push();
void user_spin();
}

namespace {

constexpr std::size_t kBytes = DmaBench::kBytes;
constexpr std::uint32_t kWords = kBytes / 4;
constexpr std::uint32_t kPermissionPage = 0xF;  // DFSR.FS: table B3-23.
constexpr std::uint32_t kPermissionSection = 0xD;
constexpr std::uint32_t kTranslationPage = 0x7;

struct Process : UserProcess {
  Process() : UserProcess{{user_code_start, user_code_end}} {
    if (!*this) panic("no memory for a user process");
  }
  /// What the function returned; it must return.
  std::uint32_t run(void (*function)(), std::uintptr_t first, std::uint32_t second = 0) const {
    const UserModeEnd end = call(reinterpret_cast<std::uintptr_t>(function), first, second);
    check_equal(static_cast<std::uint32_t>(end.kind),
                static_cast<std::uint32_t>(ExceptionKind::kSupervisorCall), "how it ended");
    return end.value;
  }
  /// The fault status of a function that must not get through.
  std::uint32_t fail(void (*function)(), std::uintptr_t address) const {
    const UserModeEnd end = call(reinterpret_cast<std::uintptr_t>(function), address, 0);
    check_equal(static_cast<std::uint32_t>(end.kind),
                static_cast<std::uint32_t>(ExceptionKind::kDataAbort), "how it ended");
    check_equal(end.fault_address, address, "what it did not reach");
    return end.fault_status & 0xF;
  }
};

/// PAR after ATS1CUW: how a store of user mode to `address` is translated (B4.1.112).
std::uint32_t user_write_translation(std::uintptr_t address) {
  return cp15::translate_user_write(address);
}

/// Memory from `alloc`, which fills and frees it itself, given to user mode by `map`.
template <class Map>
void shared_with_user(DmaBench& bench, std::byte* memory, dma_addr_t handle, Map map,
                      std::uint32_t normal_attributes) {
  const Process process;
  for (std::size_t i = 0; i < kBytes; i += 4) poke(memory + i, 100);
  vm_area_struct area = *take_user_area(kBytes);
  check_equal(static_cast<std::uint32_t>(map(&area)), 0, "mmap's result");
  const std::uint32_t translation = user_write_translation(area.vm_start);
  check_equal(translation & 0xFFFF'F001, static_cast<std::uint32_t>(handle),
              "where user mode gets");
  check_equal(translation >> 2 & 0x1F, normal_attributes, "OUTER and INNER of the translation");
  check_equal(process.run(user_add, area.vm_start, kBytes), 100 * kWords, "what user mode read");
  check_equal(peek(memory + kBytes - 4), 101, "what the kernel reads");
  // The PL330's copy: the doorbell drains the store buffers, whoever stored.
  const dma_addr_t target = dma_map_single(&bench.dev(), bench.begin(), kBytes, DMA_FROM_DEVICE);
  check(dma_mapping_error(&bench.dev(), target) == 0, "the target is mapped");
  bench.device_copies(target, handle, kBytes);
  dma_unmap_single(&bench.dev(), target, kBytes, DMA_FROM_DEVICE);
  check(bench.all_are(101), "what the device read is what user mode wrote");
  release_user_area(area);
  check_equal(process.fail(user_load, area.vm_start), kTranslationPage, "after the area's end");
}

constexpr std::uint32_t kNonCacheable = 0;  // PAR[6:4] INNER and PAR[3:2] OUTER are 0.

void coherent_case() {
  DmaBench bench;
  shared_with_user(
      bench, bench.coherent(), bench.coherent_physical(),
      [&](vm_area_struct* area) {
        return dma_mmap_coherent(&bench.dev(), area, bench.coherent(), bench.coherent_physical(),
                                 kBytes);
      },
      kNonCacheable);
}

void write_combining_case() {
  DmaBench bench;
  dma_addr_t handle = 0;
  auto* memory =
      static_cast<std::byte*>(dma_alloc_wc(&bench.dev(), 2 * kBytes, &handle, GFP_KERNEL));
  shared_with_user(
      bench, memory + kBytes, handle + kBytes,
      [&](vm_area_struct* area) {
        area->vm_pgoff = 1;
        return dma_mmap_wc(&bench.dev(), area, memory, handle, 2 * kBytes);
      },
      kNonCacheable);
  dma_free_wc(&bench.dev(), 2 * kBytes, memory, handle);
}

/// The same with memory whose linear map is non-cacheable (run with cma=), or from the pool.
void atomic_case() {
  DmaBench bench;
  dma_addr_t handle = 0;
  auto* memory =
      static_cast<std::byte*>(dma_alloc_coherent(&bench.dev(), kBytes, &handle, GFP_ATOMIC));
  shared_with_user(
      bench, memory, handle,
      [&](vm_area_struct* area) {
        return dma_mmap_coherent(&bench.dev(), area, memory, handle, kBytes);
      },
      kNonCacheable);
  dma_free_coherent(&bench.dev(), kBytes, memory, handle);
}

void own_pool_case() {
  DmaBench bench;
  const std::span<std::byte> reserved = alloc_bytes(4 * kPageBytes);
  const phys_addr_t start = virt_to_phys(reserved.data());
  dma_page_flush(start, reserved.size());
  check_equal(static_cast<std::uint32_t>(
                  dma_declare_coherent_memory(&bench.dev(), start, start, reserved.size())),
              0, "dma_declare_coherent_memory");
  dma_addr_t handle = 0;
  auto* memory =
      static_cast<std::byte*>(dma_alloc_coherent(&bench.dev(), kBytes, &handle, GFP_KERNEL));
  check(handle >= start && handle < start + reserved.size(), "the memory is of the own pool");
  shared_with_user(
      bench, memory, handle,
      [&](vm_area_struct* area) {
        return dma_mmap_coherent(&bench.dev(), area, memory, handle, kBytes);
      },
      kNonCacheable);
  dma_free_coherent(&bench.dev(), kBytes, memory, handle);
  dma_release_coherent_memory(&bench.dev());
}

/// What user mode may not touch ends it, and not the program.
void kernel_memory_case() {
  const Process process;
  DmaBench bench;
  check_equal(process.run(user_push, 0x1234), 0x1234, "its own stack");
  const auto inside = [](const void* p) { return reinterpret_cast<std::uintptr_t>(p); };
  check_equal(process.fail(user_load, inside(bench.begin())), kPermissionSection, "kernel memory");
  check_equal(process.fail(user_store, inside(bench.coherent())), kPermissionPage,
              "the kernel's mapping of coherent memory");
  check_equal(process.fail(user_store, inside(&kPermissionPage)), kPermissionSection, "the image");
}

/// Interrupts are taken in user mode and return to it.
void interrupted_case() {
  const Process process;
  static bool fired = false;
  Timer timer{[](void*) { fired = true; }, nullptr};
  timer.start(ktime_ns() + 100 * kNsPerUs);
  const std::uint32_t mode = process.run(user_spin, 400'000) & 0x9F;
  check_equal(mode, 0x10, "user mode, interrupts on");
  check(fired, "the timer was called meanwhile");
}

void outside_case() {
  DmaBench bench;
  vm_area_struct area = *take_user_area(2 * kPageBytes);
  const auto map = [&](std::size_t size) {
    return static_cast<std::uint32_t>(
        -dma_mmap_coherent(&bench.dev(), &area, bench.coherent(), bench.coherent_physical(), size));
  };
  constexpr std::uint32_t kEnxio = 6;
  check_equal(map(kPageBytes), kEnxio, "an area larger than the memory");
  area.vm_pgoff = 1;
  check_equal(map(2 * kPageBytes), kEnxio, "an area that ends behind it");
  area.vm_pgoff = 2;
  check_equal(map(2 * kPageBytes), kEnxio, "an area behind it");
  release_user_area(area);
}

constexpr Case kCases[] = {
    {"coherent", coherent_case},
    {"write_combining", write_combining_case},
    {"atomic", atomic_case},
    {"own_pool", own_pool_case},
    {"kernel_memory", kernel_memory_case},
    {"interrupted", interrupted_case},
    {"outside", outside_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }

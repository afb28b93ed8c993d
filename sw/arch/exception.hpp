// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace guest {

/// The number of the vector that was taken.
enum class ExceptionKind : std::uint32_t {
  kReset = 0,
  kUndefined = 1,
  kSupervisorCall = 2,
  kPrefetchAbort = 3,
  kDataAbort = 4,
  kFastInterrupt = 7,
};

/// The registers of what was interrupted, as start.S lays them out; pc is the instruction itself.
struct ExceptionFrame {
  std::array<std::uint32_t, 13> r;
  std::uint32_t sp;
  std::uint32_t lr;
  std::uint32_t pc;
  std::uint32_t cpsr;
};
static_assert(sizeof(ExceptionFrame) == 17 * 4);

/// What the fault registers say: of the instruction side for a prefetch abort, else of the data
/// side.
struct FaultStatus {
  std::uint32_t status;
  std::uint32_t address;
};

/// What the kernel does about an exception that nobody expects: says it and ends the program.
[[noreturn]] void report_exception(ExceptionKind kind, const ExceptionFrame& frame,
                                   FaultStatus fault);

/// Where the kernel begins: MMU and caches on, constructors run. The blob is the device tree's.
[[noreturn]] void kernel_start(std::span<const std::byte> device_tree_blob);

}  // namespace guest

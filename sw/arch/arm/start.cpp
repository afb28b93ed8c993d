// SPDX-License-Identifier: Apache-2.0
#include "sw/arch/arm/start.hpp"

#include <cstddef>
#include <span>

#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/arm/cpu_types.hpp"
#include "sw/arch/exception.hpp"
#include "sw/lib/fdt.hpp"

extern "C" {
extern void (*init_array_start[])();
extern void (*init_array_end[])();
[[noreturn]] void handle_exception(guest::ExceptionKind kind, const guest::ExceptionFrame& frame);
}

namespace {

/// Where QEMU puts the device tree of a program that is an ELF file.
constexpr std::uint32_t kBlobWithoutProtocol = 0x6000'0000;

/// 0 if there is none. MMU and caches are off: aligned words only.
std::uint32_t find_blob(std::uint32_t r2) {
  for (const std::uint32_t candidate : {r2, kBlobWithoutProtocol}) {
    if (candidate != 0 && candidate % 4 == 0 &&
        guest::FlatDeviceTree::is_blob(reinterpret_cast<const void*>(candidate))) {
      return candidate;
    }
  }
  return 0;
}

}  // namespace

void arch_start(std::uint32_t r2) {
  const std::uint32_t blob = find_blob(r2);
  const std::size_t size =
      blob == 0 ? 0 : guest::FlatDeviceTree::blob_size(reinterpret_cast<const void*>(blob));
  guest::select_cpu_type();
  guest::mmu_enable(blob, size);
  for (void (**constructor)() = init_array_start; constructor != init_array_end; ++constructor)
    (*constructor)();
  guest::kernel_start({reinterpret_cast<const std::byte*>(blob), size});
}

void handle_exception(guest::ExceptionKind kind, const guest::ExceptionFrame& frame) {
  using namespace guest;
  FaultStatus fault{cp15::dfsr(), cp15::dfar()};
#if __ARM_ARCH >= 7
  if (kind == ExceptionKind::kPrefetchAbort) fault = {cp15::ifsr(), cp15::ifar()};
#endif
  report_exception(kind, frame, fault);
}

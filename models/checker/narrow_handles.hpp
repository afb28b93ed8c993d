// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "models/checker/function_hooks.hpp"
#include "models/checker/symbols.hpp"

namespace linefill {

/// Whether the program's `dma_addr_t` has 32 bits: that of a Linux for a processor without LPAE
/// has, but where it knows Xen.
inline bool has_narrow_handles(const Symbols& symbols) {
  return symbols.address_of("start_kernel") && !symbols.address_of("HYPERVISOR_xen_version");
}

/// Which argument of a mapping function is a `dma_addr_t` by value, counted from 0; 0: none.
constexpr unsigned handle_argument(std::string_view function) {
  if (function == "dma_unmap_page_attrs" || function == "dma_unmap_resource" ||
      function == "dma_sync_single_for_cpu" || function == "dma_sync_single_for_device" ||
      function == "dma_mapping_error")
    return 1;
  return function == "dma_free_attrs" || function == "dma_free_pages" ? 3 : 0;
}

/// A call with a `dma_addr_t` of 32 bits, as it would be with one of 64: that lies in an even and
/// an odd register, or on the stack (AAPCS 6.5).
inline HookedCall widened(HookedCall call, unsigned handle) {
  constexpr std::uint32_t kMappingError = 0xFFFF'FFFF;
  const std::uint32_t address = call.r[handle];
  const std::uint32_t high = address == kMappingError ? kMappingError : 0;
  if (handle == 1) {
    const std::uint32_t last = call.stack[0];
    call.stack[0] = call.r[2];
    call.stack[1] = call.r[3];
    call.stack[2] = last;
    call.r[2] = address;
    call.r[3] = high;
  } else {
    call.stack[2] = call.stack[0];
    call.stack[0] = address;
    call.stack[1] = high;
  }
  return call;
}

/// Where an entry of a scatterlist has what (Linux 6.1, with CONFIG_NEED_SG_DMA_LENGTH).
struct ScatterLayout {
  std::uint32_t bytes = 32;
  std::uint32_t dma_address = 16;
  std::uint32_t dma_length = 24;
};
inline constexpr ScatterLayout kNarrowScatter{20, 12, 16};

}  // namespace linefill

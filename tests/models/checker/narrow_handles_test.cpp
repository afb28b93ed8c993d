// SPDX-License-Identifier: Apache-2.0
// Calls as a kernel with a dma_addr_t of 32 bits makes them (AAPCS 6.5), as the hooks want them.
#include "models/checker/narrow_handles.hpp"

#include "tests/support/catch.hpp"

using namespace linefill;

TEST_CASE("a narrow handle moves to the registers of a wide one, the rest to the stack",
          "[checker]") {
  HookedCall call;
  call.r = {0xD0, 0x6000'1000, 4096, 2};  // dma_unmap_page_attrs(dev, handle, size, dir, attrs)
  call.stack[0] = 32;
  const HookedCall wide = widened(call, handle_argument("dma_unmap_page_attrs"));
  CHECK(wide.r[0] == 0xD0);
  CHECK(wide.r[2] == 0x6000'1000);
  CHECK(wide.r[3] == 0);
  CHECK(wide.stack[0] == 4096);
  CHECK(wide.stack[1] == 2);
  CHECK(wide.stack[2] == 32);
  call.r[1] = 0xFFFF'FFFF;  // DMA_MAPPING_ERROR is all ones in either width.
  CHECK(widened(call, 1).r[3] == 0xFFFF'FFFF);
}

TEST_CASE("a narrow handle in the last register moves to the stack", "[checker]") {
  HookedCall call;
  call.r = {0xD0, 4096, 0xC000'0000, 0x6000'1000};  // dma_free_attrs(dev, size, cpu, handle, attrs)
  call.stack[0] = 4;
  const HookedCall wide = widened(call, handle_argument("dma_free_attrs"));
  CHECK(wide.r[2] == 0xC000'0000);
  CHECK(wide.stack[0] == 0x6000'1000);
  CHECK(wide.stack[1] == 0);
  CHECK(wide.stack[2] == 4);
}

TEST_CASE("functions without a handle by value are as they are", "[checker]") {
  CHECK(handle_argument("dma_map_page_attrs") == 0);
  CHECK(handle_argument("dma_unmap_sg_attrs") == 0);
}

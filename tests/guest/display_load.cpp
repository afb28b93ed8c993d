// SPDX-License-Identifier: Apache-2.0
// The LCD controller scans while the PL330 copies memory on several channels: does the memory have
// the bandwidth for both? The board's does; that of a slower one not.
#include <array>

#include "sw/dma/dma_mapping.hpp"
#include "sw/drivers/clcd/clcd.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/measure/copy_load.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr unsigned kFrames = 3;

/// In how many of some frames the display's FIFO ran empty, while so many channels copied.
template <std::size_t channels>
unsigned underflows() {
  Clcd& display = *clcd();
  dma_addr_t framebuffer = 0;
  void* const memory =
      dma_alloc_wc(&display.dev(), display.frame_bytes(), &framebuffer, GFP_KERNEL);
  if (memory == nullptr) panic("no memory");
  std::array<CopyLoad, channels> loads;
  check(static_cast<bool>(display.enable(DmaAddress{static_cast<phys_addr_t>(framebuffer)})),
        "the display is on");
  for (CopyLoad& load : loads) check(static_cast<bool>(load.start()), "a copy starts");
  for (unsigned i = 0; i < kFrames; ++i)
    check(static_cast<bool>(display.wait_for_whole_frame()), "a frame is scanned");
  for (CopyLoad& load : loads) {
    const Result<unsigned> copies = load.stop();
    check(copies && *copies > 0, "copies are made meanwhile");
  }
  const unsigned result = display.underflows();
  display.disable();
  dma_free_wc(&display.dev(), display.frame_bytes(), memory, framebuffer);
  return result;
}

void alone_case() { check_equal(underflows<0>(), 0, "underflows"); }
void copying_case() { check_equal(underflows<4>(), 0, "underflows"); }
void overloaded_case() { check(underflows<4>() >= kFrames, "the FIFO runs empty in every frame"); }

constexpr Case kCases[] = {
    {"alone", alone_case},
    {"copying", copying_case},
    {"overloaded", overloaded_case},
};

}  // namespace

int guest_main() {
  if (clcd() == nullptr) panic("no display");
  return run_case(kCases);
}

// SPDX-License-Identifier: Apache-2.0
// The LCD controller scans while the PL330 copies memory on several channels: does the memory have
// the bandwidth for both? The board's does; that of a slower one not.
#include <array>
#include <optional>

#include "sw/dma/dma_mapping.hpp"
#include "sw/dmaengine/channel.hpp"
#include "sw/drivers/clcd/clcd.hpp"
#include "sw/kernel/completion.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr unsigned kFrames = 3;
constexpr std::size_t kCopyBytes = 256U << 10;
constexpr unsigned kPatienceUs = 2'000'000;

/// A channel that copies one half of coherent memory to the other, again and again until stopped.
class Copier {
 public:
  void start() {
    Result<DmaChannel> channel = DmaChannel::request_memcpy();
    if (!channel) panic("no DMA channel");
    channel_.emplace(std::move(*channel));
    address_ =
        dma_alloc_coherent(&channel_->mapping_device(), 2 * kCopyBytes, &memory_, GFP_KERNEL);
    if (address_ == nullptr) panic("no memory");
    init_completion(&done_);
    submit();
  }

  /// How many copies were made.
  unsigned stop() {
    stopping_ = true;
    if (wait_for_completion_timeout(&done_, kPatienceUs) == 0) panic("a copy does not end");
    dma_free_coherent(&channel_->mapping_device(), 2 * kCopyBytes, address_, memory_);
    return copies_;
  }

 private:
  void submit() {
    dma_async_tx_descriptor* copy = dmaengine_prep_dma_memcpy(
        channel_->handle(), memory_ + kCopyBytes, memory_, kCopyBytes, DMA_PREP_INTERRUPT);
    if (copy == nullptr) panic("no descriptor");
    copy->callback_result = on_done;
    copy->callback_param = this;
    dmaengine_submit(copy);
    dma_async_issue_pending(channel_->handle());
  }

  static void on_done(void* self, const dmaengine_result* result) {
    auto& copier = *static_cast<Copier*>(self);
    if (result->result != DMA_TRANS_NOERROR) panic("a copy failed");
    copier.copies_ = copier.copies_ + 1;
    if (copier.stopping_)
      complete(&copier.done_);
    else
      copier.submit();
  }

  std::optional<DmaChannel> channel_;
  void* address_ = nullptr;
  dma_addr_t memory_ = 0;
  completion done_;
  volatile bool stopping_ = false;
  volatile unsigned copies_ = 0;
};

/// In how many of some frames the display's FIFO ran empty, while so many channels copied.
template <std::size_t channels>
unsigned underflows() {
  Clcd& display = *clcd();
  dma_addr_t framebuffer = 0;
  void* const memory =
      dma_alloc_wc(&display.dev(), display.frame_bytes(), &framebuffer, GFP_KERNEL);
  if (memory == nullptr) panic("no memory");
  std::array<Copier, channels> copiers;
  check(static_cast<bool>(display.enable(DmaAddress{static_cast<phys_addr_t>(framebuffer)})),
        "the display is on");
  for (Copier& copier : copiers) copier.start();
  for (unsigned i = 0; i < kFrames; ++i)
    check(static_cast<bool>(display.wait_for_whole_frame()), "a frame is scanned");
  for (Copier& copier : copiers) check(copier.stop() > 0, "copies are made meanwhile");
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

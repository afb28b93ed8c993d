// SPDX-License-Identifier: Apache-2.0
#include "models/display/pl111_block.hpp"

#include <algorithm>
#include <span>

namespace linefill::pl111 {

namespace {

constexpr std::uint32_t kUnderflow = 1U << 1;
constexpr std::uint32_t kNextBase = 1U << 2;
constexpr std::uint32_t kVerticalCompare = 1U << 3;
constexpr std::uint32_t kBusError = 1U << 4;

constexpr unsigned kWordBytes = 8;
constexpr std::uint32_t kBurstBoundary = 1024;  // AMBA 2 AHB, 3.6: no burst crosses it.

}  // namespace

Block::Block(Time clock, BusPort& bus, Log& log, Statistics& statistics)
    : clock_{clock},
      bus_{bus},
      log_{log},
      frames_{statistics, "shown", "frames"},
      bytes_{statistics, "fetched", "bytes"},
      bursts_{statistics, "reads", "bursts"},
      underruns_{statistics, "underruns", "underruns"},
      missed_{statistics, "missed", "FIFO words"} {}

void Block::reset() {
  registers().reset(*this);
  palette_.fill(0);
  cursor_image_.fill(0);
  cursor_raw_ = 0;
  running_ = false;
  held_.reset();
  underflow_at_ = kNever;
  schedule();
}

void Block::advance(Time now) {
  if (advancing_) return;
  advancing_ = true;
  while (next_event_ <= now) step(std::max(next_event_, now_));
  advancing_ = false;
}

void Block::step(Time now) {
  now_ = now;
  if (underflow_at_ <= now) {
    raw_ |= kUnderflow;
    underflow_at_ = kNever;
  }
  while (running_ && phase_end() <= now) {
    if (phase_ == Phase::kFrontPorch) {
      start_frame(phase_end());
    } else {
      enter(static_cast<Phase>(static_cast<unsigned>(phase_) + 1));
    }
  }
  if (running_ && fetch_at_ <= now) fetch(now);
  schedule();
}

void Block::schedule() {
  next_event_ = underflow_at_;
  fetch_at_ = running_ ? next_fetch() : kNever;
  if (running_) next_event_ = std::min({next_event_, phase_end(), fetch_at_});
}

Time Block::phase_end() const {
  const Timing& t = frame_.timing;
  switch (phase_) {
    case Phase::kSync:
      return frame_start_ + t.line * static_cast<std::int64_t>(t.sync_lines);
    case Phase::kBackPorch:
      return frame_start_ + t.active_start();
    case Phase::kActive:
      return frame_start_ + t.active_end();
    case Phase::kFrontPorch:
      break;
  }
  return frame_start_ + t.frame();
}

// The registers are sampled here: software may write those of the next frame once LNBU is raised.
void Block::start_frame(Time now) {
  frame_start_ = now;
  frame_.timing = Timing{tim0_, tim1_, tim2_, clock_};
  frame_.control = control();
  total_ = frame_.words();
  frame_.bytes.resize(total_ * kWordBytes);
  fetched_ = 0;
  slipped_ = 0;
  base_ = upbase_;
  raw_ |= kNextBase;
  enter(Phase::kSync);
}

void Block::enter(Phase phase) {
  phase_ = phase;
  if (control().vertical_compare() == static_cast<unsigned>(phase)) raw_ |= kVerticalCompare;
  if (phase == Phase::kFrontPorch) finish_frame();
}

// Words that never came in time are black.
void Block::finish_frame() {
  const std::size_t filled = std::min(fetched_ + slipped_, total_);
  if (filled < total_) {
    ++underruns_;
    missed_ += total_ - filled;
    raw_ |= kUnderflow;
    std::fill(frame_.bytes.begin() + static_cast<std::ptrdiff_t>(filled * kWordBytes),
              frame_.bytes.end(), std::byte{0});
  }
  fetched_ = total_;
  frame_.palette = palette_;
  std::swap(frame_, shown_);
  frame_.timing = shown_.timing;
  frame_.control = shown_.control;
  ++frames_;
}

/// When the panel takes the word at this place of the frame out of the FIFO: with its first pixel.
Time Block::taken_at(std::size_t slot) const {
  const Timing& t = frame_.timing;
  const unsigned pixel = static_cast<unsigned>(slot) * (64 / frame_.control.bits_per_pixel());
  const auto row = static_cast<std::int64_t>(pixel / t.width);
  const auto column = std::int64_t{pixel % t.width} + t.before_pixels;
  return frame_start_ + t.active_start() + t.line * row + t.pixel * column;
}

// A burst is asked for when as many locations are empty as it fills.
Time Block::next_fetch() const {
  const std::size_t slot = fetched_ + slipped_;
  if (slot >= total_ || held_) return kNever;
  const std::size_t after = std::min(slot + frame_.control.watermark(), total_);
  const Time room = after <= kFifoWords ? frame_start_ : taken_at(after - 1 - kFifoWords);
  return std::max(room, bus_free_);
}

void Block::fetch(Time now) {
  const std::size_t slot = fetched_ + slipped_;
  const std::uint32_t address = base_ + static_cast<std::uint32_t>(fetched_) * kWordBytes;
  const std::size_t to_boundary = (kBurstBoundary - address % kBurstBoundary) / kWordBytes;
  const std::size_t count =
      std::min({std::size_t{frame_.control.watermark()}, total_ - slot, to_boundary});
  const std::span<std::byte> data{frame_.bytes.data() + slot * kWordBytes, count * kWordBytes};
  Time end = now;
  const BusResponse response = read(address, data, end);
  if (response == BusResponse::kHeld) {
    held_ = {address, data.size(), frames_.value()};
    return;
  }
  fetched_ += count;
  ++bursts_;
  bytes_ += data.size();
  if (response != BusResponse::kOkay) {
    std::fill(data.begin(), data.end(), std::byte{0});
    raw_ |= kBusError;
  }
  bus_free_ = std::max(end, now + clock_);
  account_for_delay(slot, count, bus_free_);
}

BusResponse Block::read(std::uint32_t address, std::span<std::byte> data, Time& now) {
  Attributes attributes;
  attributes.memory = kNormalNonCacheable;
  attributes.origin.pc = started_by_;
  return bus_.read(PhysicalAddress{address}, data, attributes, now);
}

// In its own frame the burst is fetched as if it had not been before; its data come too late for
// another.
void Block::reissue_held(Time now) {
  if (!held_) return;
  const Held held = *held_;
  held_.reset();
  if (!running_ || held.frame != frames_.value() || fetched_ >= total_) {
    std::vector<std::byte> unused(held.bytes);
    Time end = now;
    if (read(held.address, unused, end) == BusResponse::kHeld) held_ = held;
  }
  schedule();
}

// The panel does not wait: pixels whose words are late are black, and the words that come then are
// shown later, so that the rest of the frame is shifted.
void Block::account_for_delay(std::size_t slot, std::size_t count, Time arrived) {
  std::size_t late = 0;
  while (slot + late < total_ && taken_at(slot + late) < arrived) ++late;
  if (late == 0) return;
  ++underruns_;
  missed_ += late;
  underflow_at_ = std::min(underflow_at_, std::max(taken_at(slot), now_));
  slipped_ += late;
  const auto first = frame_.bytes.begin() + static_cast<std::ptrdiff_t>(slot * kWordBytes);
  const std::size_t room = (total_ - slot - late) * kWordBytes;
  const auto kept = static_cast<std::ptrdiff_t>(std::min(count * kWordBytes, room));
  std::copy_backward(first, first + kept,
                     first + kept + static_cast<std::ptrdiff_t>(late * kWordBytes));
  std::fill_n(first, late * kWordBytes, std::byte{0});
}

}  // namespace linefill::pl111

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "models/bus/bus_port.hpp"
#include "models/core/log.hpp"
#include "models/core/register_table.hpp"
#include "models/core/statistics.hpp"
#include "models/display/pl111_frame.hpp"

namespace linefill::pl111 {

/// A PL111 without a kernel: the registers of DDI 0293, the frame's phases, the DMA FIFO and its
/// bursts. Pixels are not events: what the panel has taken out of the FIFO follows from the time.
class Block {
 public:
  static constexpr unsigned kFifoWords = 32;  ///< 64-bit locations, single panel: both FIFOs.

  /// `clock`: period of CLCDCLK.
  Block(Time clock, BusPort& bus, Log& log, Statistics& statistics);

  void reset();
  Time next_event() const { return next_event_; }
  /// Does all that happens up to `now`; nothing if called from within itself.
  void advance(Time now);
  /// A burst that an IOMMU held is to be issued again.
  void reissue_held(Time now);

  bool interrupt() const { return (raw_ & mask_) != 0; }
  /// The last complete frame, as fetched.
  const Frame& shown() const { return shown_; }
  std::uint64_t frames() const { return frames_.value(); }
  bool on() const { return control().enabled() && control().powered(); }

  static const RegisterTable<Block>& registers();
  /// Palette at 0x200, cursor image at 0x800: plain memory. Null outside.
  std::uint32_t* ram(std::uint32_t offset);
  const std::uint32_t* ram(std::uint32_t offset) const;

 private:
  enum class Phase : std::uint8_t { kSync, kBackPorch, kActive, kFrontPorch };

  Control control() const { return {control_}; }
  void step(Time now);
  void start_frame(Time now);
  void enter(Phase phase);
  void finish_frame();
  Time phase_end() const;
  void fetch(Time now);
  BusResponse read(std::uint32_t address, std::span<std::byte> data, Time& now);
  void account_for_delay(std::size_t slot, std::size_t count, Time arrived);
  Time taken_at(
      std::size_t slot) const;  ///< When the panel takes the word at this place of the frame.
  Time next_fetch() const;
  void schedule();

  std::uint32_t peek_upcurr() const;
  std::uint32_t peek_mis() const { return raw_ & mask_; }
  std::uint32_t peek_cursor_mis() const { return cursor_raw_ & cursor_mask_; }
  void write_control(std::uint32_t value, const RegisterContext& context);
  void write_icr(std::uint32_t value, const RegisterContext& context);
  void write_cursor_icr(std::uint32_t value, const RegisterContext& context);

  Time clock_;
  BusPort& bus_;
  Log& log_;

  std::uint32_t tim0_ = 0;
  std::uint32_t tim1_ = 0;
  std::uint32_t tim2_ = 0;
  std::uint32_t tim3_ = 0;
  std::uint32_t upbase_ = 0;
  std::uint32_t lpbase_ = 0;
  std::uint32_t control_ = 0;
  std::uint32_t mask_ = 0;
  std::uint32_t raw_ = 0;
  std::uint32_t cursor_control_ = 0;
  std::uint32_t cursor_config_ = 0;
  std::uint32_t cursor_palette0_ = 0;
  std::uint32_t cursor_palette1_ = 0;
  std::uint32_t cursor_xy_ = 0;
  std::uint32_t cursor_clip_ = 0;
  std::uint32_t cursor_mask_ = 0;
  std::uint32_t cursor_raw_ = 0;
  Palette palette_{};
  std::array<std::uint32_t, 256> cursor_image_{};

  bool running_ = false;
  /// The instruction that enabled the controller. What it reads from then on has no cause (epoch
  /// 0).
  std::uint32_t started_by_ = 0;
  Phase phase_ = Phase::kSync;
  Time frame_start_{0};
  std::uint32_t base_ = 0;  ///< UPBASE as sampled.
  Frame frame_;             ///< Being fetched.
  Frame shown_;
  std::size_t total_ = 0;    ///< Words of the frame.
  std::size_t fetched_ = 0;  ///< Words asked for.
  std::size_t slipped_ = 0;  ///< Words' worth of pixels that found the FIFO empty.
  Time bus_free_{0};
  /// A burst that an IOMMU holds, and of which frame.
  struct Held {
    std::uint32_t address = 0;
    std::size_t bytes = 0;
    std::uint64_t frame = 0;
  };
  std::optional<Held> held_;
  Time underflow_at_ = kNever;
  Time next_event_ = kNever;
  Time fetch_at_ = kNever;  ///< When the next burst starts.
  Time now_{0};
  bool advancing_ = false;

  Counter frames_;
  Counter bytes_;
  Counter bursts_;
  Counter underruns_;
  Counter missed_;
};

}  // namespace linefill::pl111

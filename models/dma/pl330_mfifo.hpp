// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/dma/pl330_config.hpp"

namespace linefill::pl330 {

/// The multi-channel FIFO (TRM 2.9 and 2.10.2): all channels share its lines, each as wide as the
/// bus; a channel's bytes leave it in the order in which they were loaded. Bytes lie in the lines
/// as the destination has them, so an unaligned destination can cost one line more.
class Mfifo {
 public:
  explicit Mfifo(const Config& config);

  /// Whether `bytes` more of `channel` find room beside everything that is in use.
  bool fits(unsigned channel, unsigned bytes, unsigned phase) const;
  /// Whether they would if the channel's load were alone.
  bool could_ever_fit(unsigned bytes, unsigned phase) const {
    return lines(phase, bytes) <= total_lines_;
  }

  /// DMALD is issued: room is taken. `phase`: the destination's offset in a line, used if the
  /// channel holds nothing yet.
  void reserve(unsigned channel, unsigned bytes, unsigned phase);
  /// DMAST is issued for bytes that have been asked for.
  unsigned unclaimed(unsigned channel) const {
    return parts_[channel].reserved - parts_[channel].claimed;
  }
  void claim(unsigned channel, unsigned bytes) { parts_[channel].claimed += bytes; }

  void append(unsigned channel, std::span<const std::byte> data);
  void arrive(unsigned channel, unsigned bytes) { parts_[channel].arrived += bytes; }
  unsigned arrived(unsigned channel) const { return parts_[channel].arrived; }
  /// Takes the oldest bytes out; their lines are free only after `release`.
  void take(unsigned channel, std::span<std::byte> data);
  void release(unsigned channel, unsigned bytes);
  /// Drops what the channel has.
  void clear(unsigned channel);
  unsigned used_lines() const { return used_lines_; }

 private:
  struct Part {
    std::vector<std::byte> ring;
    std::size_t head = 0;  ///< Next byte out; counts up, wraps by mask.
    std::size_t tail = 0;
    unsigned reserved = 0;  ///< Loads issued, not yet released.
    unsigned claimed = 0;   ///< Of these, those that stores were issued for.
    unsigned arrived = 0;   ///< Of these, those that are there and not yet taken.
    unsigned phase = 0;     ///< Offset in a line of the oldest byte.
  };

  unsigned lines(unsigned phase, unsigned bytes) const {
    return bytes == 0 ? 0 : (phase + bytes + width_ - 1) >> width_shift_;
  }

  unsigned width_;  ///< Bytes, a power of two.
  unsigned width_shift_;
  unsigned total_lines_;
  unsigned used_lines_ = 0;
  std::vector<Part> parts_;
};

}  // namespace linefill::pl330

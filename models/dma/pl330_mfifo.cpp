// SPDX-License-Identifier: Apache-2.0
#include "models/dma/pl330_mfifo.hpp"

#include <algorithm>
#include <bit>

namespace linefill::pl330 {

Mfifo::Mfifo(const Config& config)
    : width_{config.bus_bytes},
      width_shift_{std::bit_width(config.bus_bytes) - 1U},
      total_lines_{config.mfifo_lines} {
  parts_.resize(config.channels);
  for (Part& part : parts_) part.ring.resize(std::bit_ceil(config.mfifo_bytes()));
}

bool Mfifo::fits(unsigned channel, unsigned bytes, unsigned phase) const {
  const Part& part = parts_[channel];
  const unsigned from = part.reserved == 0 ? phase : part.phase;
  const unsigned others = used_lines_ - lines(part.phase, part.reserved);
  return others + lines(from, part.reserved + bytes) <= total_lines_;
}

void Mfifo::reserve(unsigned channel, unsigned bytes, unsigned phase) {
  Part& part = parts_[channel];
  if (part.reserved == 0) part.phase = phase;
  used_lines_ -= lines(part.phase, part.reserved);
  part.reserved += bytes;
  used_lines_ += lines(part.phase, part.reserved);
}

void Mfifo::append(unsigned channel, std::span<const std::byte> data) {
  Part& part = parts_[channel];
  const std::size_t at = part.tail & (part.ring.size() - 1);
  const std::size_t first = std::min(data.size(), part.ring.size() - at);
  std::copy_n(data.begin(), first, part.ring.begin() + static_cast<std::ptrdiff_t>(at));
  std::copy(data.begin() + static_cast<std::ptrdiff_t>(first), data.end(), part.ring.begin());
  part.tail += data.size();
}

void Mfifo::take(unsigned channel, std::span<std::byte> data) {
  Part& part = parts_[channel];
  const std::size_t at = part.head & (part.ring.size() - 1);
  const std::size_t first = std::min(data.size(), part.ring.size() - at);
  std::copy_n(part.ring.begin() + static_cast<std::ptrdiff_t>(at), first, data.begin());
  std::copy_n(part.ring.begin(), data.size() - first,
              data.begin() + static_cast<std::ptrdiff_t>(first));
  part.head += data.size();
  part.arrived -= static_cast<unsigned>(data.size());
}

void Mfifo::release(unsigned channel, unsigned bytes) {
  Part& part = parts_[channel];
  used_lines_ -= lines(part.phase, part.reserved);
  part.reserved -= bytes;
  part.claimed -= bytes;
  part.phase = (part.phase + bytes) & (width_ - 1);
  used_lines_ += lines(part.phase, part.reserved);
}

void Mfifo::clear(unsigned channel) {
  Part& part = parts_[channel];
  used_lines_ -= lines(part.phase, part.reserved);
  part.head = part.tail = 0;
  part.reserved = part.claimed = part.arrived = part.phase = 0;
}

}  // namespace linefill::pl330

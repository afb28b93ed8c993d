// SPDX-License-Identifier: Apache-2.0
#include "models/dma/pl330_transfers.hpp"

#include <algorithm>
#include <span>

namespace linefill::pl330 {

namespace {

constexpr std::uint32_t kBoundary = 4096;  // AMBA 3 AXI, 4.1: no burst crosses it.

/// CCR.endian_swap_size: reverses the bytes of each whole unit of the stream.
void swap_bytes(std::span<std::byte> data, unsigned code) {
  const std::size_t unit = std::size_t{1} << code;
  for (std::size_t at = 0; at + unit <= data.size(); at += unit) {
    std::reverse(data.begin() + static_cast<std::ptrdiff_t>(at),
                 data.begin() + static_cast<std::ptrdiff_t>(at + unit));
  }
}

}  // namespace

Transfers::Transfers(const Config& config, BusPort& bus, Mfifo& mfifo, Statistics& statistics)
    : config_{config},
      bus_{bus},
      mfifo_{mfifo},
      read_bytes_{statistics, "read", "bytes"},
      written_bytes_{statistics, "written", "bytes"},
      read_bursts_{statistics, "reads", "bursts"},
      write_bursts_{statistics, "writes", "bursts"} {}

void Transfers::reset() {
  for (Queue* queue : {&read_queue_, &write_queue_, &reads_, &writes_}) queue->clear();
  held_read_.active = held_write_.active = false;
}

bool Transfers::write_can_start() const {
  if (write_queue_.empty() || writes_.size() >= config_.write_capability || held_write_.active)
    return false;
  const Transfer& t = write_queue_.front();
  return t.zero || mfifo_.arrived(t.channel) >= t.bytes();
}

Time Transfers::next_start() const {
  Time next = kNever;
  if (read_can_start()) next = read_queue_.front().ready_at;
  if (write_can_start()) next = std::min(next, write_queue_.front().ready_at);
  for (const Issue* held : {&held_read_, &held_write_}) {
    if (held->active && held->again) next = std::min(next, again_at_);
  }
  return std::max(next, port_free_);
}

bool Transfers::start(Time now) {
  if (now < port_free_) return false;
  if (held_read_.active && held_read_.again) {
    issue_read(held_read_, now);
    return true;
  }
  if (held_write_.active && held_write_.again) {
    issue_write(held_write_, now);
    return true;
  }
  const bool write = write_can_start() && write_queue_.front().ready_at <= now;
  const bool read = read_can_start() && read_queue_.front().ready_at <= now;
  if (write && (read_was_last_ || !read)) {
    start_write(now);
  } else if (read) {
    start_read(now);
  } else {
    return false;
  }
  return true;
}

Time Transfers::begin(const Transfer& t, Time now) {
  port_free_ = now + t.beats * config_.period;
  return port_free_;
}

void Transfers::start_read(Time now) {
  held_read_.transfer = read_queue_.front();
  held_read_.done = 0;
  held_read_.worst = BusResponse::kOkay;
  read_queue_.pop_front();
  read_was_last_ = true;
  issue_read(held_read_, now);
}

void Transfers::issue_read(Issue& issue, Time now) {
  Transfer& t = issue.transfer;
  const Time moved = begin(t, now);
  const std::span<std::byte> data{issue.data.data(), t.bytes()};
  t.end = now;
  t.response = move(issue, false, t.end);
  issue.again = false;
  issue.active = t.response == BusResponse::kHeld;
  if (issue.active) return;
  if (t.response != BusResponse::kOkay) std::fill(data.begin(), data.end(), std::byte{0});
  t.end = std::max({t.end, moved, reads_.empty() ? moved : reads_.back().end});
  if (t.swap_code != 0) swap_bytes(data, t.swap_code);
  mfifo_.append(t.channel, data);
  ++read_bursts_;
  read_bytes_ += t.bytes();
  reads_.push_back(t);
}

void Transfers::start_write(Time now) {
  held_write_.transfer = write_queue_.front();
  held_write_.done = 0;
  held_write_.worst = BusResponse::kOkay;
  write_queue_.pop_front();
  read_was_last_ = false;
  const Transfer& t = held_write_.transfer;
  const std::span<std::byte> data{held_write_.data.data(), t.bytes()};
  if (t.zero) {
    std::fill(data.begin(), data.end(), std::byte{0});
  } else {
    mfifo_.take(t.channel, data);
  }
  issue_write(held_write_, now);
}

void Transfers::issue_write(Issue& issue, Time now) {
  Transfer& t = issue.transfer;
  const Time moved = begin(t, now);
  t.end = now;
  t.response = move(issue, true, t.end);
  issue.again = false;
  issue.active = t.response == BusResponse::kHeld;
  if (issue.active) return;
  t.end = std::max({t.end, moved, writes_.empty() ? moved : writes_.back().end});
  ++write_bursts_;
  written_bytes_ += t.bytes();
  writes_.push_back(t);
}

// Beats to a fixed address are beats of their own for the target; an incrementing burst is one
// transaction on each side of a 4 KiB boundary.
BusResponse Transfers::move(Issue& issue, bool write, Time& now) {
  const Transfer& t = issue.transfer;
  const unsigned total = t.bytes();
  while (issue.done < total) {
    const std::uint32_t address = t.increments ? t.address + issue.done : t.address;
    const unsigned chunk = t.increments
                               ? std::min(total - issue.done, kBoundary - address % kBoundary)
                               : t.beat_bytes - t.address % t.beat_bytes;
    std::byte* data = issue.data.data() + issue.done;
    const BusResponse response =
        write ? bus_.write(PhysicalAddress{address}, {data, chunk}, t.attributes, now)
              : bus_.read(PhysicalAddress{address}, {data, chunk}, t.attributes, now);
    if (response == BusResponse::kHeld) return response;
    if (issue.worst == BusResponse::kOkay) issue.worst = response;
    issue.done += chunk;
  }
  return issue.worst;
}

void Transfers::reissue_held(Time now) {
  again_at_ = now;
  held_read_.again = held_write_.again = true;
}

Time Transfers::end_of(const Queue& on_bus, bool awaited) {
  if (on_bus.empty()) return kNever;
  const Transfer& t = on_bus.front();
  const bool matters = awaited || t.peripheral.has_value() || t.response != BusResponse::kOkay;
  return matters ? t.end : kNever;
}

Time Transfers::next_end(bool loads_awaited, bool stores_awaited) const {
  const bool data_awaited = !write_queue_.empty() && !write_can_start();
  const bool slot_awaited = !read_queue_.empty() && !read_can_start();
  const bool full = writes_.size() >= config_.write_capability;
  const bool quiet = write_queue_.empty() && writes_.empty();  // The watchdog wants to know.
  return std::min(end_of(reads_, loads_awaited || data_awaited || slot_awaited || quiet),
                  end_of(writes_, stores_awaited || full));
}

bool Transfers::finish_one(Time now, Transfer& done, bool& was_read) {
  for (Queue* queue : {&reads_, &writes_}) {
    if (queue->empty() || queue->front().end > now) continue;
    done = queue->front();
    queue->pop_front();
    was_read = queue == &reads_;
    if (was_read) {
      mfifo_.arrive(done.channel, done.bytes());
    } else if (!done.zero) {
      mfifo_.release(done.channel, done.bytes());
    }
    return true;
  }
  return false;
}

void Transfers::drop(unsigned channel, const Dropped& dropped) {
  for (Queue* queue : {&read_queue_, &write_queue_}) {
    std::erase_if(*queue, [&](const Transfer& t) {
      if (t.channel != channel) return false;
      dropped(t, queue == &read_queue_);
      return true;
    });
  }
}

}  // namespace linefill::pl330

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "models/bus/bus_port.hpp"
#include "models/core/dma_request.hpp"
#include "models/core/statistics.hpp"
#include "models/dma/pl330_config.hpp"
#include "models/dma/pl330_mfifo.hpp"
#include "models/dma/pl330_thread.hpp"

namespace linefill::pl330 {

/// One load or store: an AXI burst.
struct Transfer {
  unsigned channel = 0;
  std::uint32_t address = 0;
  unsigned beat_bytes = 4;  ///< A power of two.
  unsigned beats = 1;
  bool increments = true;
  bool zero = false;       ///< DMASTZ: no data from the MFIFO.
  unsigned swap_code = 0;  ///< CCR.endian_swap_size; for loads.
  Attributes attributes{};
  std::optional<unsigned> peripheral;  ///< To be acknowledged at the end.
  DmaAcknowledge kind = DmaAcknowledge::kSingle;

  Time ready_at{};  ///< When it was issued: it does not start before.
  Time end{};
  BusResponse response = BusResponse::kOkay;

  /// An unaligned first beat moves fewer bytes; a fixed address is as unaligned at every beat.
  unsigned bytes() const {
    const unsigned skipped = address & (beat_bytes - 1);
    return increments ? beat_bytes * beats - skipped : (beat_bytes - skipped) * beats;
  }
};

/// The read and write queues and what is on the bus (TRM 2.1). Bursts start in queue order. Reads
/// and writes overlap, but their data share the one port of the MFIFO's memory: a line a cycle.
class Transfers {
 public:
  Transfers(const Config& config, BusPort& bus, Mfifo& mfifo, Statistics& statistics);

  bool read_queue_full() const { return read_queue_.size() >= config_.read_queue; }
  bool write_queue_full() const { return write_queue_.size() >= config_.write_queue; }
  void push_read(const Transfer& t) { read_queue_.push_back(t); }
  void push_write(const Transfer& t) { write_queue_.push_back(t); }

  /// Starts the next burst if one can start at `now`.
  bool start(Time now);
  Time next_start() const;

  /// When the next burst ends that something depends on: what queues here does, an acknowledge, or
  /// a thread that waits for the ends of loads or of stores.
  Time next_end(bool loads_awaited, bool stores_awaited) const;
  /// Takes out one that has ended at `now`; none: false.
  bool finish_one(Time now, Transfer& done, bool& was_read);

  using Dropped = std::function<void(const Transfer&, bool was_read)>;
  /// Removes what is queued for `channel`; bursts on the bus go on.
  void drop(unsigned channel, const Dropped& dropped);
  bool idle() const {
    return read_queue_.empty() && write_queue_.empty() && reads_.empty() && writes_.empty() &&
           !held_read_.active && !held_write_.active;
  }
  /// Bursts that an IOMMU held are to be issued again.
  void reissue_held(Time now);
  void reset();

 private:
  using Queue = std::deque<Transfer>;
  /// A burst that is being issued, or that an IOMMU holds: then those behind it wait.
  struct Issue {
    Transfer transfer{};
    unsigned done = 0;  ///< Bytes moved.
    BusResponse worst = BusResponse::kOkay;
    std::array<std::byte, kMaxBurstBytes> data{};
    bool active = false;
    bool again = false;
  };

  bool read_can_start() const {
    return !read_queue_.empty() && reads_.size() < config_.read_capability && !held_read_.active;
  }
  bool write_can_start() const;
  void start_read(Time now);
  void start_write(Time now);
  static Time end_of(const Queue& on_bus, bool awaited);
  void issue_read(Issue& issue, Time now);
  void issue_write(Issue& issue, Time now);
  BusResponse move(Issue& issue, bool write, Time& now);
  Time begin(const Transfer& t, Time now);

  const Config& config_;
  BusPort& bus_;
  Mfifo& mfifo_;
  Queue read_queue_;
  Queue write_queue_;
  Queue reads_;   ///< On the bus, in order of their ends.
  Queue writes_;  ///< On the bus, in order of their ends.
  Time port_free_{0};
  bool read_was_last_ = false;
  Issue held_read_;
  Issue held_write_;
  Time again_at_{0};
  Counter read_bytes_;
  Counter written_bytes_;
  Counter read_bursts_;
  Counter write_bursts_;
};

}  // namespace linefill::pl330

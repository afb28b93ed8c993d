// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/dma/pl330_executor.hpp"

namespace linefill::pl330 {

// Loads, stores and peripherals (TRM 2.6, 2.9, 4.3).

Transfer Executor::transfer(const Thread& thread, const Control::Side& side, std::uint32_t address,
                            bool write, Time now) const {
  Transfer t;
  t.ready_at = std::max(thread.at, now);
  t.channel = thread.number;
  t.address = address;
  t.beat_bytes = side.beat_bytes();
  // The suffixes S and B say how many beats; a plain load or store follows the CCR.
  t.beats = thread.encoding->condition == Condition::kSingle ? 1 : side.beats();
  t.increments = side.increments();
  t.attributes = side.attributes(write);
  t.attributes.origin = thread.cause;
  t.attributes.axi_id = static_cast<std::uint8_t>(thread.number);
  if (thread.encoding->names == Names::kPeripheral) {
    t.peripheral = thread.bytes[1] >> 3;
    t.kind = thread.encoding->condition == Condition::kBurst ? DmaAcknowledge::kBurst
                                                             : DmaAcknowledge::kSingle;
  }
  return t;
}

// CCR keeps what an earlier, secure program of the channel has left there.
Outcome Executor::allow(Thread& thread, const Control::Side& side, Time now) {
  if (!thread.non_secure || !side.secure()) return Outcome::kNext;
  if (thread.at > now) return Outcome::kLater;
  abort(thread, fault::kReadWrite);
  return Outcome::kEnded;
}

Outcome Executor::load(Thread& thread, Time now) {
  const Control control = thread.control_fields();
  if (const Outcome allowed = allow(thread, control.source(), now); allowed != Outcome::kNext)
    return allowed;
  Transfer t = transfer(thread, control.source(), thread.source, false, now);
  t.swap_code = control.swap_code();
  const unsigned bytes = t.bytes();
  const unsigned phase =
      control.destination().increments() ? thread.destination & (config_.bus_bytes - 1) : 0;
  if (!mfifo_.could_ever_fit(bytes, phase)) {
    if (thread.at > now) return Outcome::kLater;
    abort(thread, fault::kMfifo);
    return Outcome::kEnded;
  }
  const bool locked = load_lock_ != kFree && load_lock_ != thread.number;
  if (locked || !mfifo_.fits(thread.number, bytes, phase)) {
    thread.stalled_at_load = true;
    return Outcome::kWait;
  }
  thread.stalled_at_load = false;
  if (transfers_.read_queue_full()) {
    thread.state = State::kQueueBusy;
    return Outcome::kWait;
  }
  load_lock_ = thread.number;
  mfifo_.reserve(thread.number, bytes, phase);
  if (t.peripheral) requests_.owe(*t.peripheral);
  ++thread.loads;
  if (t.increments) thread.source += bytes;
  transfers_.push_read(t);
  return Outcome::kNext;
}

Outcome Executor::store(Thread& thread, Time now) { return store_from(thread, false, now); }
Outcome Executor::store_zero(Thread& thread, Time now) { return store_from(thread, true, now); }

Outcome Executor::store_from(Thread& thread, bool zero, Time now) {
  const Control::Side side = thread.control_fields().destination();
  if (const Outcome allowed = allow(thread, side, now); allowed != Outcome::kNext) return allowed;
  Transfer t = transfer(thread, side, thread.destination, true, now);
  t.zero = zero;
  const unsigned bytes = t.bytes();
  if (!zero && (bytes > config_.mfifo_bytes() || mfifo_.unclaimed(thread.number) < bytes)) {
    if (thread.at > now) return Outcome::kLater;
    abort(thread, bytes > config_.mfifo_bytes() ? fault::kMfifo : fault::kStoreData);
    return Outcome::kEnded;
  }
  if (transfers_.write_queue_full()) {
    thread.state = State::kQueueBusy;
    return Outcome::kWait;
  }
  release_load_lock(thread);
  if (!zero) mfifo_.claim(thread.number, bytes);
  if (t.peripheral) requests_.owe(*t.peripheral);
  ++thread.stores;
  thread.stored += bytes;
  if (t.increments) thread.destination += bytes;
  transfers_.push_write(t);
  return Outcome::kNext;
}

// Acknowledges and the flush go out on one interface in order: the flush waits for what is owed.
Outcome Executor::flush_peripheral(Thread& thread, Time now) {
  const unsigned number = thread.bytes[1] >> 3;
  if (requests_.owes(number)) return Outcome::kWait;
  requests_.flush(number, now);
  return Outcome::kNext;
}

Outcome Executor::wait_for_peripheral(Thread& thread, Time now) {
  thread.uses_peripheral = true;
  const unsigned number = thread.bytes[1] >> 3;
  const bool burst = (thread.bytes[0] & 2U) != 0;
  const bool any = (thread.bytes[0] & 1U) != 0;
  release_load_lock(thread);
  const DmaRequest* request = requests_.pending(number, now);
  if (request == nullptr || (burst && !request->burst)) {
    thread.state = State::kWaitingForPeripheral;
    thread.wakeup = number;
    thread.waits_for_burst = burst;
    thread.waits_for_any = any;
    thread.retry_at = requests_.settled_at(number) > now ? requests_.settled_at(number) : kNever;
    return Outcome::kWait;
  }
  thread.waits_for_burst = false;
  thread.waits_for_any = false;
  thread.burst_request = any ? request->burst : burst;
  if (any) thread.last_request = request->last;
  thread.cause = later(thread.cause, request->origin);
  requests_.take(number);
  return Outcome::kNext;
}

void Executor::release_load_lock(const Thread& thread) {
  if (!thread.manager && load_lock_ == thread.number) load_lock_ = kFree;
}

}  // namespace linefill::pl330

// SPDX-License-Identifier: Apache-2.0
// What happens between a doorbell and a callback.
#include <algorithm>

#include "sw/arch/irqflags.hpp"
#include "sw/dmaengine/pl330/pl330.hpp"
#include "sw/kernel/console.hpp"

namespace guest::pl330 {

/// A free thread, or a place in the queue for one.
Thread* Controller::take_thread(Channel& channel) {
  if (channel.thread != nullptr) return channel.thread;
  const auto end = threads_.begin() + thread_count_;
  auto* const free = std::find_if(threads_.begin(), end,
                                  [](const Thread& thread) { return thread.user == nullptr; });
  if (free == end) {
    if (!channel.waiting.linked()) waiting_.push_back(channel.waiting);
    return nullptr;
  }
  channel.waiting.unlink();
  free->user = &channel;
  channel.thread = free;
  return free;
}

void Controller::release_thread(Channel& channel) {
  if (channel.thread == nullptr) return;
  channel.thread->user = nullptr;
  channel.thread = nullptr;
}

/// Gives free threads to those who wait, in the order in which they came.
void Controller::start_waiting() {
  const auto is_free = [](const Thread& thread) { return thread.user == nullptr; };
  while (!waiting_.empty() &&
         std::any_of(threads_.begin(), threads_.begin() + thread_count_, is_free))
    start_next(*waiting_.pop_front().channel);
}

void Controller::write_next_program(Thread& thread, unsigned program) {
  const Descriptor& transfer = *thread.user->active;
  const Segments segments = transfer.segments();
  const unsigned before = 1 - program;
  Progress from = thread.program == before ? thread.program_end[before] : Progress{};
  if (transfer.cyclic && from.segment == segments.size()) from = {};
  thread.program_end[program] =
      write_program(thread.microcode.subspan(program * kProgramBytes, kProgramBytes),
                    transfer.shape, segments, from, transfer.end_of_program(from), thread.number);
}

void Controller::start_next(Channel& channel) {
  if (channel.active != nullptr || channel.paused) return;
  virt_dma_desc* const first = vchan_next_desc(&channel);
  if (first == nullptr) return;
  Thread* const thread = take_thread(channel);
  if (thread == nullptr) return;
  first->unlink();
  channel.active = static_cast<Descriptor*>(first);
  thread->program_end = {};
  thread->program = 0;
  write_next_program(*thread, 0);
  thread->program_start = {};
  run_program(*thread, 0);
}

void Controller::run_program(Thread& thread, unsigned program) {
  thread.program = program;
  if (!go(thread, thread.microcode_address + program * static_cast<std::uint32_t>(kProgramBytes))) {
    printk(dev->name, ": channel ", thread.number, " does not start\n");
    finish(*thread.user, DMA_TRANS_ABORTED);
    return;
  }
  // While this one runs there is time to write the next.
  const Descriptor& transfer = *thread.user->active;
  if (transfer.cyclic || thread.program_end[program].segment < transfer.segments().size())
    write_next_program(thread, 1 - program);
}

void Controller::on_event(Thread& thread) {
  if (thread.user == nullptr || thread.user->active == nullptr) return;
  Descriptor& transfer = *thread.user->active;
  const Progress reached = thread.program_end[thread.program];
  const bool ended = reached.segment == transfer.segments().size();
  if (ended && !transfer.cyclic) {
    finish(*thread.user, DMA_TRANS_NOERROR);
    return;
  }
  thread.program_start = ended ? Progress{} : reached;
  run_program(thread, 1 - thread.program);
  if (transfer.cyclic && reached.offset == 0) vchan_cyclic_callback(&transfer);
}

void Controller::on_fault(Thread& thread, std::uint32_t fault) {
  printk(dev->name, ": channel ", thread.number, " faulted, FTR ", hex(fault), ", SAR ",
         hex(register_of(thread, 0)), ", DAR ", hex(register_of(thread, 1)), ", CPC ",
         hex(counter_of(thread)), "\n");
  dmaengine_tx_result result = DMA_TRANS_ABORTED;
  if ((fault & kFaultDataRead) != 0) result = DMA_TRANS_READ_FAILED;
  if ((fault & kFaultDataWrite) != 0) result = DMA_TRANS_WRITE_FAILED;
  Channel* const channel = thread.user;
  const bool busy = channel != nullptr && channel->active != nullptr;
  const std::uint32_t done = busy ? bytes_done(thread) : 0;
  kill(thread);
  if (!busy) return;
  channel->active->tx_result.residue = channel->active->total_bytes - done;
  finish(*channel, result);
}

// It was starting some thread, which is stopped now, and has sent no event: that transfer has
// failed.
void Controller::on_manager_fault() {
  printk(dev->name, ": manager faulted, FTRD ", hex(registers_.read_relaxed(&Registers::ftrd)),
         "\n");
  kill_manager();
  for (unsigned i = 0; i < thread_count_; ++i) {
    Channel* const channel = threads_[i].user;
    if (channel == nullptr || channel->active == nullptr ||
        state_of(threads_[i]) != kStateStopped ||
        (registers_.read_relaxed(&Registers::intmis) >> i & 1) != 0)
      continue;
    finish(*channel, DMA_TRANS_ABORTED);
  }
}

void Controller::finish(Channel& channel, dmaengine_tx_result result) {
  Descriptor& transfer = *channel.active;
  transfer.tx_result.result = result;
  if (result != DMA_TRANS_NOERROR) channel.failed_cookie = transfer.cookie;
  channel.active = nullptr;
  vchan_cookie_complete(&transfer);
  // Whoever waits for a thread comes before this channel's next transfer.
  release_thread(channel);
  start_waiting();
  start_next(channel);
}

irqreturn_t Controller::on_interrupt() {
  bool handled = false;
  if (registers_.read_relaxed(&Registers::fsrd) != 0) {
    on_manager_fault();
    handled = true;
  }
  const std::uint32_t faulted = registers_.read_relaxed(&Registers::fsrc);
  const std::uint32_t events = registers_.read_relaxed(&Registers::intmis);
  registers_.write_relaxed(&Registers::intclr, events);
  for (unsigned i = 0; i < thread_count_; ++i) {
    if ((faulted >> i & 1) != 0) {
      on_fault(threads_[i], registers_.read_relaxed(&Registers::ftr, i));
    } else if ((events >> i & 1) != 0) {
      on_event(threads_[i]);
    }
    handled = handled || ((faulted | events) >> i & 1) != 0;
  }
  return handled ? IRQ_HANDLED : IRQ_NONE;
}

/// What has been issued: the bursts of the running program, as its counter and address tell.
std::uint32_t Controller::bytes_done(const Thread& thread) const {
  const Descriptor& transfer = *thread.user->active;
  const Segments segments = transfer.segments();
  const bool to_peripheral = transfer.shape.kind == Shape::Kind::kMemoryToPeripheral;
  const std::uint32_t program =
      thread.microcode_address + thread.program * static_cast<std::uint32_t>(kProgramBytes);
  const auto standing = [&] {
    return standing_at(transfer.shape, segments, thread.program_start,
                       transfer.end_of_program(thread.program_start), counter_of(thread) - program);
  };
  // The address belongs to where the counter was both before and after it was read.
  Standing before = standing();
  for (;;) {
    const std::uint32_t address = register_of(thread, to_peripheral ? 0 : 1);
    const Standing after = standing();
    if (after == before) return bytes_issued(transfer.shape, segments, after, address);
    before = after;
  }
}

}  // namespace guest::pl330

irqreturn_t pl330_irq_handler(int /*irq*/, void* controller) {
  return static_cast<guest::pl330::Controller*>(controller)->on_interrupt();
}

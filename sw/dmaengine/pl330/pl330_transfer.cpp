// SPDX-License-Identifier: Apache-2.0
// What happens between a doorbell and a callback.
#include "sw/arch/irqflags.hpp"
#include "sw/dmaengine/pl330/pl330.hpp"
#include "sw/kernel/console.hpp"

namespace guest::pl330 {

void Controller::write_next_program(Channel& channel, unsigned program) {
  const Descriptor& transfer = *channel.active;
  const unsigned before = 1 - program;
  const Progress from = channel.program == before ? channel.program_end[before] : Progress{};
  channel.program_end[program] =
      write_program(channel.microcode.subspan(program * kProgramBytes, kProgramBytes),
                    transfer.shape, transfer.all(), from, channel.thread);
}

void Controller::start_next(Channel& channel) {
  if (channel.active != nullptr || channel.issued.empty()) return;
  channel.active = static_cast<Descriptor*>(&channel.issued.pop_front());
  channel.program_end = {};
  channel.program = 0;
  write_next_program(channel, 0);
  channel.program_start = {};
  run_program(channel, 0);
}

void Controller::run_program(Channel& channel, unsigned program) {
  channel.program = program;
  if (!go(channel,
          channel.microcode_address + program * static_cast<std::uint32_t>(kProgramBytes))) {
    printk(dev->name, ": channel ", channel.thread, " does not start\n");
    finish(channel, DMA_TRANS_ABORTED);
    return;
  }
  // While this one runs there is time to write the next.
  if (channel.program_end[program].segment < channel.active->count)
    write_next_program(channel, 1 - program);
}

void Controller::on_event(Channel& channel) {
  if (channel.active == nullptr) return;
  const Progress reached = channel.program_end[channel.program];
  if (reached.segment < channel.active->count) {
    channel.program_start = reached;
    run_program(channel, 1 - channel.program);
  } else {
    finish(channel, DMA_TRANS_NOERROR);
  }
}

void Controller::on_fault(Channel& channel, std::uint32_t fault) {
  printk(dev->name, ": channel ", channel.thread, " faulted, FTR ", hex(fault), ", SAR ",
         hex(registers_.read_relaxed(&Registers::channel, channel.thread * 8U)), ", DAR ",
         hex(registers_.read_relaxed(&Registers::channel, channel.thread * 8U + 1)), ", CPC ",
         hex(registers_.read_relaxed(&Registers::csr_cpc, 2 * channel.thread + 1)), "\n");
  dmaengine_tx_result result = DMA_TRANS_ABORTED;
  if ((fault & kFaultDataRead) != 0) result = DMA_TRANS_READ_FAILED;
  if ((fault & kFaultDataWrite) != 0) result = DMA_TRANS_WRITE_FAILED;
  const std::uint32_t done = channel.active == nullptr ? 0 : bytes_done(channel);
  kill(channel);
  if (channel.active == nullptr) return;
  channel.active->result.residue = channel.active->total_bytes - done;
  finish(channel, result);
}

void Controller::finish(Channel& channel, dmaengine_tx_result result) {
  Descriptor& transfer = *channel.active;
  transfer.result.result = result;
  if (result != DMA_TRANS_NOERROR) channel.failed_cookie = transfer.cookie;
  channel.completed_cookie = transfer.cookie;
  channel.active = nullptr;
  channel.completed.push_back(transfer);
  tasklet_schedule(&channel.tasklet);
  start_next(channel);
}

irqreturn_t Controller::on_interrupt() {
  bool handled = false;
  if (registers_.read_relaxed(&Registers::fsrd) != 0) {
    printk(dev->name, ": manager faulted, FTRD ", hex(registers_.read_relaxed(&Registers::ftrd)),
           "\n");
    kill_manager();
    // It was starting some channel, which is stopped now: that one has failed.
    for (unsigned i = 0; i < channel_count_; ++i) {
      const std::uint32_t state =
          registers_.read_relaxed(&Registers::csr_cpc, 2 * std::size_t{i}) & kStateMask;
      if (channels_[i].active != nullptr && state == kStateStopped)
        finish(channels_[i], DMA_TRANS_ABORTED);
    }
    handled = true;
  }
  const std::uint32_t faulted = registers_.read_relaxed(&Registers::fsrc);
  const std::uint32_t events = registers_.read_relaxed(&Registers::intmis);
  registers_.write_relaxed(&Registers::intclr, events);
  for (unsigned i = 0; i < channel_count_; ++i) {
    if ((faulted >> i & 1) != 0) {
      on_fault(channels_[i], registers_.read_relaxed(&Registers::ftr, i));
    } else if ((events >> i & 1) != 0) {
      on_event(channels_[i]);
    }
    handled = handled || ((faulted | events) >> i & 1) != 0;
  }
  return handled ? IRQ_HANDLED : IRQ_NONE;
}

void Controller::run_callbacks(Channel& channel) {
  for (;;) {
    Descriptor* transfer = nullptr;
    {
      const InterruptGuard guard;
      if (channel.completed.empty()) return;
      transfer = static_cast<Descriptor*>(&channel.completed.pop_front());
    }
    dmaengine_desc_callback_invoke(transfer, &transfer->result);
    transfer->used = false;
  }
}

std::uint32_t Controller::bytes_done(const Channel& channel) const {
  const Descriptor& transfer = *channel.active;
  const bool to_peripheral = transfer.shape.kind == Shape::Kind::kMemoryToPeripheral;
  const std::uint32_t address = current_address(channel);
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < channel.program_start.segment; ++i)
    before += transfer.segments[i].size;
  // The address is in, or just behind, one of the segments of the program that runs.
  std::uint32_t sum = before;
  const std::size_t last = channel.program_end[channel.program].segment;
  for (std::size_t i = channel.program_start.segment; i < transfer.count && i <= last; ++i) {
    const Segment& segment = transfer.segments[i];
    const std::uint32_t start = to_peripheral ? segment.source : segment.destination;
    if (address >= start && address - start <= segment.size) return sum + (address - start);
    sum += segment.size;
  }
  return before + channel.program_start.offset;
}

dma_status Controller::tx_status(dma_chan& chan, dma_cookie_t cookie, dma_tx_state* state) {
  const InterruptGuard guard;
  auto& channel = static_cast<Channel&>(chan);
  std::uint32_t residue = 0;
  if (cookie > channel.completed_cookie) {
    if (channel.active != nullptr && channel.active->cookie == cookie) {
      residue = channel.active->total_bytes - bytes_done(channel);
    }
    for (auto* list : {&channel.submitted, &channel.issued}) {
      for (dma_async_tx_descriptor& waiting : *list) {
        if (waiting.cookie == cookie) residue = static_cast<Descriptor&>(waiting).total_bytes;
      }
    }
  }
  if (state != nullptr) *state = {channel.completed_cookie, channel.cookie, residue};
  if (cookie > channel.completed_cookie) return DMA_IN_PROGRESS;
  return cookie == channel.failed_cookie ? DMA_ERROR : DMA_COMPLETE;
}

}  // namespace guest::pl330

// SPDX-License-Identifier: Apache-2.0
#include "models/dma/pl330.hpp"

#include <algorithm>
#include <string>

#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"
#include "models/core/update_event.hpp"

namespace linefill {

namespace {
const RegisterModel<Pl330> kModel{"arm,pl330", "DMA-330 DMA controller with microcoded channels"};
}

Pl330::Pl330(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node}, block_{pl330::Config::from(node), bus_, log_, statistics_} {
  for (unsigned n = 0; n < block_.config().requests; ++n) {
    DmaRequestLine& line = lines_.emplace_back(n);
    line.connect(static_cast<DmaRequestLine::Controller&>(*this));
    block_.attach(n, line);
  }
  for (unsigned n = 0; n < block_.config().events; ++n)
    irq_.emplace_back(("irq_" + std::to_string(n)).c_str());
  SC_HAS_PROCESS(Pl330);
  SC_METHOD(on_update);
  sensitive << update_;
}

void Pl330::reset() {
  block_.reset();
  update_.notify(sc_core::SC_ZERO_TIME);
}

std::vector<sc_core::sc_out<bool>*> Pl330::interrupt_outputs() {
  std::vector<sc_core::sc_out<bool>*> outputs{&irq_abort};
  for (auto& irq : irq_) outputs.push_back(&irq);
  return outputs;
}

DmaRequestLine& Pl330::request_line(unsigned number) {
  if (number < lines_.size()) return lines_[number];
  throw ConfigurationError{path() + ": request " + std::to_string(number) +
                           ": expected less than dma-requests, " + std::to_string(lines_.size())};
}

template <class Self, class Use>
void Pl330::with_window(Self& block, std::uint32_t offset, Use&& use) {
  using pl330::Thread;
  const unsigned channels = block.config().channels;
  const std::uint32_t fault = offset - 0x040;
  const std::uint32_t status = offset - 0x100;
  const std::uint32_t transfer = offset - 0x400;
  if (fault < 4 * channels)
    return use(Thread::fault_registers(), block.channel(fault / 4), fault % 4);
  if (status < 8 * channels)
    return use(Thread::status_registers(), block.channel(status / 8), status % 8);
  if (transfer < 0x20 * channels) {
    return use(Thread::transfer_registers(), block.channel(transfer / 0x20), transfer % 0x20);
  }
  use(pl330::Block::registers(), block, offset);
}

BusResponse Pl330::access(DeviceAccess& access) {
  const Time now = access.context.now;
  block_.advance(now);
  BusResponse response = BusResponse::kOkay;
  const std::uint32_t offset = access.offset & ~3U;
  const std::uint32_t bits =
      access.context.attributes.secure ? ~0U : block_.non_secure_bits(offset);
  if (access.write && bits == 0) {
    log_.guest_error("non-secure write of secure state, offset ", hex(access.offset, 3),
                     ": ignored, pc ", hex(access.context.attributes.origin.pc));
    return response;
  }
  with_window(block_, access.offset, [&](const auto& table, auto& owner, std::uint32_t at) {
    response = access_registers(table, owner, at, access);
  });
  if (!access.write) access.value &= bits >> (8 * (access.offset & 3U));
  const Time next = std::min(block_.next_event(), access.write ? now : kNever);
  notify_at(update_, next, now);
  return response;
}

std::uint32_t Pl330::peek(std::uint32_t offset) const {
  std::uint32_t value = 0;
  with_window(block_, offset, [&](const auto& table, const auto& owner, std::uint32_t at) {
    value = table.peek(owner, at);
  });
  return value;
}

void Pl330::request_changed(DmaRequestLine& /*line*/, Time now) {
  block_.request_changed(now);
  wake(now);
}

void Pl330::reissue_held(Time now) {
  block_.reissue_held(now);
  wake(now);
}

void Pl330::wake(Time now) {
  const Time stamp = from_sc_time(sc_core::sc_time_stamp());
  update_.notify(to_sc_time(std::max(now, stamp) - stamp));
}

// Sole writer of the interrupt ports.
void Pl330::on_update() {
  const Time now = from_sc_time(sc_core::sc_time_stamp());
  block_.advance(now);
  irq_abort = block_.abort_interrupt();
  const std::uint32_t active = block_.interrupts();
  if (active != irq_levels_) {
    for (std::size_t n = 0; n < irq_.size(); ++n) irq_[n] = (active >> n & 1U) != 0;
    irq_levels_ = active;
  }
  const Time next = block_.next_event();
  notify_at(update_, next, now);
}

}  // namespace linefill

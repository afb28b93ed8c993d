// SPDX-License-Identifier: Apache-2.0
#include "models/storage/mmci.hpp"

#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"

namespace linefill {

namespace {

const RegisterModel<Mmci> kPl180{"arm,pl180", "PL180 MultiMedia Card interface"};
const RegisterModel<Mmci> kPl181{"arm,pl181", "PL181 MultiMedia Card interface"};
const RegisterModel<Mmci> kPl18x{"arm,pl18x", "PL180 or PL181 MultiMedia Card interface"};

constexpr const char* kId = "arm,primecell-periphid";
constexpr const char* kBurst = "linefill,dma-burst-words";
constexpr const char* kCapacity = "linefill,sd-capacity";
constexpr std::uint32_t kRevision = 0x00F0'0000;
constexpr unsigned kFifoFirst = 0x80;
constexpr unsigned kFifoEnd = 0xC0;
constexpr std::uint64_t kMclkHz = 24'000'000;
constexpr std::uint64_t kPclkHz = 24'000'000;
constexpr std::uint64_t kSlowestMclkHz = 1'000'000;
constexpr std::uint64_t kFastestMclkHz = 1'000'000'000;
constexpr int kApbCycles = 2;  // Set-up and access, AMBA 2 APB.

MmciBlock::Configuration configuration_of(const DeviceNode& node) {
  MmciBlock::Configuration c;
  c.peripheral_id = node.u32_or(kId, node.compatible_with("arm,pl180") ? 0x0004'1180 : 0x0004'1181);
  switch (c.peripheral_id & ~kRevision) {
    case 0x0004'1180:
    case 0x0004'1181:
      break;
    case 0x0204'1180:
      c.flow_control = true;
      [[fallthrough]];
    case 0x0104'1180:
      c.fifo_words = 128;
      c.burst_words = 16;  // The longest that an AXI master does.
      break;
    default:
      node.fail(kId, "00041180, 00041181, 01041180 or 02041180 (hexadecimal)");
  }
  c.burst_words = node.u32_or(kBurst, c.burst_words);
  if (c.burst_words < 1 || c.burst_words > c.fifo_words / 2) {
    node.fail(kBurst, "1 to " + std::to_string(c.fifo_words / 2) + " words");
  }
  const std::uint64_t hz = node.clock_hz("mclk", kMclkHz);
  if (hz < kSlowestMclkHz || hz > kFastestMclkHz) node.fail("clocks", "an mclk of 1 MHz to 1 GHz");
  c.mclk = period_of(hz);
  return c;
}

std::optional<SdCapacity> capacity_of(const DeviceNode& node) {
  const std::string text = node.string_or(kCapacity, "");
  if (text == "standard") return SdCapacity::kStandard;
  if (text == "high") return SdCapacity::kHigh;
  if (node.has(kCapacity)) node.fail(kCapacity, "\"standard\" or \"high\"");
  return std::nullopt;
}

std::uint32_t fold_fifo(std::uint32_t offset) {
  return offset >= kFifoFirst && offset < kFifoEnd ? kFifoFirst + offset % 4 : offset;
}

}  // namespace

Mmci::Mmci(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node},
      block_{configuration_of(node), counters_, log_},
      access_time_{kApbCycles *
                   period_of(std::max<std::uint64_t>(node.clock_hz("apb_pclk", kPclkHz), 1))},
      card_capacity_{capacity_of(node)} {
  SC_HAS_PROCESS(Mmci);
  SC_METHOD(on_update);
  sensitive << update_;
}

void Mmci::reset() {
  block_.reset();
  update_.notify(sc_core::SC_ZERO_TIME);
}

void Mmci::connect_dma_request(unsigned index, DmaRequestLine& line) {
  if (index >= kLines) return;
  requests_[index].line = &line;
  line.connect(static_cast<DmaRequestLine::Peripheral&>(*this));
}

void Mmci::insert_card(std::unique_ptr<BlockDevice> storage) {
  if (card_capacity_ == SdCapacity::kStandard &&
      storage->sectors() > SdGeometry::kLargestStandardSectors) {
    throw ConfigurationError{path() + ": " + kCapacity + " = \"standard\": a card of " +
                             std::to_string(storage->sectors()) +
                             " sectors: expected at most 2 GiB"};
  }
  block_.insert_card(std::make_unique<SdCard>(std::move(storage), card_capacity_));
}

BusResponse Mmci::access(DeviceAccess& access) {
  block_.advance(access.context.now);
  const BusResponse response =
      access_registers(MmciBlock::registers(), block_, fold_fifo(access.offset), access);
  schedule(access.context.now);
  return response;
}

std::uint32_t Mmci::peek(std::uint32_t offset) const {
  return MmciBlock::registers().peek(block_, fold_fifo(offset));
}

void Mmci::schedule(Time now) {
  Time next = block_.next_event();
  if (outputs_changed()) next = now;
  if (next == kNever) return;
  const Time stamp = from_sc_time(sc_core::sc_time_stamp());
  update_.notify(to_sc_time(std::max(next, stamp) - stamp));
}

bool Mmci::outputs_changed() const {
  for (unsigned i = 0; i < 2; ++i) {
    if (interrupts_[i] != block_.interrupt(i)) return true;
  }
  return request_changed(MmciBlock::kRx) || request_changed(MmciBlock::kTx);
}

/// A request stays until it is acknowledged, or may not be any more; the level may fall behind it.
bool Mmci::request_changed(unsigned index) const {
  const Request& r = requests_[index];
  const auto line = static_cast<MmciBlock::Line>(index);
  if (r.acknowledged) return true;
  if (r.driven.any()) return !block_.dma_enabled(line);
  return block_.dma_request(line).any();
}

void Mmci::drive(unsigned index, Time now) {
  Request& r = requests_[index];
  r.driven = block_.dma_request(static_cast<MmciBlock::Line>(index));
  r.acknowledged = false;
  if (r.line != nullptr) r.line->drive(r.driven, now);
}

void Mmci::acknowledged(DmaRequestLine& line, DmaAcknowledge kind, Time now) {
  block_.advance(now);
  const unsigned index = requests_[MmciBlock::kRx].line == &line ? MmciBlock::kRx : MmciBlock::kTx;
  if (kind == DmaAcknowledge::kFlush) {
    drive(index, now);
  } else {
    requests_[index].acknowledged = true;
  }
  schedule(now);
}

void Mmci::on_update() {
  const Time now = from_sc_time(sc_core::sc_time_stamp());
  block_.advance(now);
  for (unsigned i = 0; i < kLines; ++i) {
    if (request_changed(i)) drive(i, now);
  }
  for (unsigned i = 0; i < 2; ++i) interrupts_[i] = block_.interrupt(i);
  mciintr0 = interrupts_[0];
  mciintr1 = interrupts_[1];
  schedule(now);
}

}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
#include "models/storage/mmci_block.hpp"

namespace linefill {

namespace {

// MCIPower, PL180 TRM 3.3.1.
constexpr std::uint32_t kPowerControl = 3;
constexpr std::uint32_t kPowerOff = 0;
constexpr std::uint32_t kPowerOn = 3;

// MCIClock, 3.3.2; HWFCEN in ARM's variant.
constexpr std::uint32_t kClkDiv = 0xFF;
constexpr std::uint32_t kClockEnable = 1U << 8;
constexpr std::uint32_t kBypass = 1U << 10;
constexpr std::uint32_t kWideBus = 1U << 11;
constexpr std::uint32_t kHwFcEn = 1U << 12;

// MCICommand, 3.3.4.
constexpr std::uint32_t kCommandEnable = 1U << 10;

// MCIDataCtrl, 3.3.9.
constexpr std::uint32_t kDataEnable = 1U << 0;
constexpr std::uint32_t kFromCard = 1U << 1;
constexpr std::uint32_t kStream = 1U << 2;
constexpr std::uint32_t kDmaEnable = 1U << 3;
constexpr unsigned kBlockSizeShift = 4;
constexpr unsigned kLargestBlock = 11;  // 2048 bytes; the codes above are reserved.

}  // namespace

// PL180 TRM, table 3-1. MCIFIFO is one word wide here: the window's other words are the same
// register.
const RegisterTable<MmciBlock>& MmciBlock::registers() {
  using enum Access;
  using R = Register<MmciBlock>;
  using M = MmciBlock;
  static constexpr R kRows[]{
      R{0x000, "MCIPower", kReadWrite}.stores(&M::power_, 0xFF).on_write(&M::write_power),
      R{0x004, "MCIClock", kReadWrite}.stores(&M::clock_, 0x1FFF).on_write(&M::write_clock),
      R{0x008, "MCIArgument", kReadWrite}.stores(&M::argument_),
      R{0x00C, "MCICommand", kReadWrite}.stores(&M::command_, 0x7FF).on_write(&M::write_command),
      R{0x010, "MCIRespCmd", kReadOnly}.computed(&M::response_command),
      R{0x014, "MCIResponse0", kReadOnly}.computed(&M::response<0>),
      R{0x018, "MCIResponse1", kReadOnly}.computed(&M::response<1>),
      R{0x01C, "MCIResponse2", kReadOnly}.computed(&M::response<2>),
      R{0x020, "MCIResponse3", kReadOnly}.computed(&M::response<3>),
      R{0x024, "MCIDataTimer", kReadWrite}.stores(&M::data_timer_),
      R{0x028, "MCIDataLength", kReadWrite}.stores(&M::data_length_, 0xFFFF),
      R{0x02C, "MCIDataCtrl", kReadWrite}
          .stores(&M::data_control_, 0xFF)
          .on_write(&M::write_data_control),
      R{0x030, "MCIDataCnt", kReadOnly}.computed(&M::data_count),
      R{0x034, "MCIStatus", kReadOnly}.computed(&M::status),
      R{0x038, "MCIClear", kWriteOnly}.on_write(&M::write_clear),
      R{0x03C, "MCIMask0", kReadWrite}.computed(&M::mask0).on_write(&M::write_mask0),
      R{0x040, "MCIMask1", kReadWrite}.computed(&M::mask1).on_write(&M::write_mask1),
      R{0x048, "MCIFifoCnt", kReadOnly}.computed(&M::fifo_count),
      R{0x080, "MCIFIFO", kReadWrite}
          .on_read(&M::read_fifo)
          .computed(&M::peek_fifo)
          .on_write(&M::write_fifo),
      R{0xFE0, "MCIPeriphID0", kReadOnly}.computed(&M::peripheral_id<0>),
      R{0xFE4, "MCIPeriphID1", kReadOnly}.computed(&M::peripheral_id<1>),
      R{0xFE8, "MCIPeriphID2", kReadOnly}.computed(&M::peripheral_id<2>),
      R{0xFEC, "MCIPeriphID3", kReadOnly}.computed(&M::peripheral_id<3>),
      R{0xFF0, "MCIPCellID0", kReadOnly, 0x0D},
      R{0xFF4, "MCIPCellID1", kReadOnly, 0xF0},
      R{0xFF8, "MCIPCellID2", kReadOnly, 0x05},
      R{0xFFC, "MCIPCellID3", kReadOnly, 0xB1},
  };
  static constexpr RegisterTable<M> kTable{kRows};
  return kTable;
}

MmciBlock::MmciBlock(const Configuration& configuration, MmciCounters& counters, Log& log)
    : configuration_{configuration},
      bus_{nullptr, Time{0}, false, false, 0, counters, log},
      command_path_{bus_},
      data_path_{bus_, configuration.fifo_words, configuration.burst_words} {}

void MmciBlock::reset() {
  command_path_.reset();
  data_path_.reset();
  registers().reset(*this);
  bus_.status = 0;
  mask_[0] = mask_[1] = 0;
  origin_ = {};
  update_bus(now_);
  if (bus_.card != nullptr) bus_.card->power_cycle();
}

std::uint32_t MmciBlock::status() const {
  return bus_.status | (command_path_.active() ? mci_status::kCmdActive : 0) |
         data_path_.live_status();
}

void MmciBlock::advance(Time now) {
  now = std::max(now, now_);
  for (Time next = next_event(); next <= now; next = next_event()) {
    now_ = std::max(now_, next);
    command_path_.advance(now_);
    data_path_.advance(now_);
    if (!data_path_.active()) command_path_.data_path_idle(now_);
  }
  now_ = now;
  data_path_.advance(now);
}

void MmciBlock::write_power(std::uint32_t value, const RegisterContext& context) {
  if ((value & kPowerControl) == kPowerOff && bus_.card != nullptr) bus_.card->power_cycle();
  update_bus(context.now);
}

void MmciBlock::write_clock(std::uint32_t, const RegisterContext& context) {
  if (!configuration_.flow_control) clock_ &= ~kHwFcEn;  // Reserved there.
  update_bus(context.now);
}

/// What the clock and power registers say reaches the bus.
void MmciBlock::update_bus(Time now) {
  const Time before = bus_.period;
  const bool runs = (clock_ & kClockEnable) != 0 && (power_ & kPowerControl) == kPowerOn;
  const unsigned divider = (clock_ & kBypass) != 0 ? 1 : 2 * ((clock_ & kClkDiv) + 1);
  bus_.period = runs ? configuration_.mclk * divider : Time{0};
  bus_.wide = (clock_ & kWideBus) != 0;
  bus_.flow_control = (clock_ & kHwFcEn) != 0;
  if (bus_.period == before) return;
  command_path_.clock_changed(before, now);
  data_path_.clock_changed(before, now);
}

void MmciBlock::write_command(std::uint32_t value, const RegisterContext& context) {
  if ((value & kCommandEnable) == 0) {
    command_path_.stop();
    return;
  }
  if (data_path_.active()) origin_ = later(origin_, context.attributes.origin);
  command_path_.start(value, argument_, context.now);
  if (!data_path_.active()) command_path_.data_path_idle(context.now);
}

MmciDataPath::Transfer MmciBlock::transfer() const {
  const unsigned size = std::min(data_control_ >> kBlockSizeShift & 0xFU, kLargestBlock);
  return {(data_control_ & kFromCard) != 0 ? MmciDataPath::Direction::kFromCard
                                           : MmciDataPath::Direction::kToCard,
          (data_control_ & kStream) != 0, 1U << size, data_length_, data_timer_};
}

void MmciBlock::write_data_control(std::uint32_t value, const RegisterContext& context) {
  if ((value & kDataEnable) == 0) {
    data_path_.stop(context.now);
    return;
  }
  origin_ = context.attributes.origin;
  if (data_path_.active()) return;
  if ((value >> kBlockSizeShift & 0xF) > kLargestBlock)
    bus_.log.guest_error("MCIDataCtrl: reserved block size");
  if ((value & kStream) != 0)
    bus_.log.guest_error("MCIDataCtrl: stream transfer, which an SD card cannot do");
  data_path_.start(transfer(), context.now);
}

void MmciBlock::write_clear(std::uint32_t value, const RegisterContext&) {
  bus_.status &= ~(value & mci_status::kStatic);
}

bool MmciBlock::dma_enabled(Line line) const {
  constexpr std::uint32_t kBoth = kDataEnable | kDmaEnable;
  const bool from_card = (data_control_ & kFromCard) != 0;
  return (data_control_ & kBoth) == kBoth && from_card == (line == kRx) && !data_path_.failed();
}

DmaRequest MmciBlock::dma_request(Line line) const {
  if (!dma_enabled(line)) return {};
  using enum MmciDataPath::Direction;
  DmaRequest request = data_path_.dma_request(line == kRx ? kFromCard : kToCard);
  request.origin = origin_;
  return request;
}

}  // namespace linefill

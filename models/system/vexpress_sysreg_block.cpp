// SPDX-License-Identifier: Apache-2.0
#include "models/system/vexpress_sysreg_block.hpp"

namespace linefill {

namespace {

// SYS_CFGCTRL, DUI 0447 4.3.14.
constexpr std::uint32_t kStart = 1U << 31;
constexpr std::uint32_t kWrite = 1U << 30;
constexpr unsigned kFunctionShift = 20;
constexpr unsigned kSiteShift = 16;
enum Function : std::uint32_t {
  kOscillator = 1,
  kMuxFpga = 7,
  kShutdown = 8,
  kReboot = 9,
  kDviMode = 11
};
constexpr std::uint32_t kMotherboard = 0;

// SYS_CFGSTAT, 4.3.15.
constexpr std::uint32_t kComplete = 1U << 0;
constexpr std::uint32_t kConfigError = 1U << 1;

constexpr std::int64_t kPicosecondsPerSecond = 1'000'000'000'000;
constexpr std::int64_t kCounterHz = 24'000'000;

}  // namespace

// DUI 0447, table 4-3.
const RegisterTable<VexpressSysregBlock>& VexpressSysregBlock::registers() {
  using enum Access;
  using R = Register<VexpressSysregBlock>;
  using S = VexpressSysregBlock;
  static constexpr R kRows[]{
      R{0x00, "SYS_ID", kReadOnly, 0x1190'F500},
      R{0x04, "SYS_SW", kReadOnly, 0},
      R{0x08, "SYS_LED", kReadWrite}.stores(&S::leds_, 0xFF).on_write(&S::write_leds),
      R{0x24, "SYS_100HZ", kReadOnly}.computed(&S::counter_100hz),
      R{0x30, "SYS_FLAGS", kReadWrite}.computed(&S::flags).on_write(&S::set_flags),
      R{0x34, "SYS_FLAGSCLR", kWriteOnly}.on_write(&S::clear_flags),
      R{0x38, "SYS_NVFLAGS", kReadWrite}
          .computed(&S::nonvolatile_flags)
          .on_write(&S::set_nonvolatile_flags),
      R{0x3C, "SYS_NVFLAGSCLR", kWriteOnly}.on_write(&S::clear_nonvolatile_flags),
      R{0x48, "SYS_MCI", kReadOnly}.computed(&S::card_status),
      R{0x4C, "SYS_FLASH", kReadWrite}.stores(&S::flash_, 1),
      R{0x58, "SYS_CFGSW", kReadWrite}.stores(&S::config_switches_, 0xFF),
      R{0x5C, "SYS_24MHZ", kReadOnly}.computed(&S::counter_24mhz),
      R{0x60, "SYS_MISC", kReadWrite}.stores(&S::misc_),
      R{0x64, "SYS_DMA", kReadWrite}.stores(&S::dma_),
      R{0x84, "SYS_PROCID0", kReadOnly, 0x0C00'0191},
      R{0x88, "SYS_PROCID1", kReadOnly, 0xFF00'0000},
      R{0xA0, "SYS_CFGDATA", kReadWrite}.stores(&S::config_data_),
      R{0xA4, "SYS_CFGCTRL", kReadWrite}
          .computed(&S::config_control)
          .on_write(&S::write_config_control),
      R{0xA8, "SYS_CFGSTAT", kReadWrite}.stores(&S::config_status_, 3),
  };
  static constexpr RegisterTable<S> kTable{kRows};
  return kTable;
}

void VexpressSysregBlock::reset() {
  registers().reset(*this);
  flags_ = 0;
  config_control_ = 0;
  // Motherboard: static memory, CLCD, IO FPGA. CoreTile: external AXI, CLCD, test chip reference.
  oscillators_hz_ = {{{50'000'000, 23'750'000, 24'000'000}, {45'000'000, 23'750'000, 66'670'000}}};
}

std::uint32_t VexpressSysregBlock::counter_100hz() const {
  return static_cast<std::uint32_t>(now_ / 10ms);
}

std::uint32_t VexpressSysregBlock::counter_24mhz() const {
  const std::int64_t seconds = now_.count() / kPicosecondsPerSecond;
  const std::int64_t rest = now_.count() % kPicosecondsPerSecond;
  constexpr std::int64_t kMhz = 1'000'000;
  return static_cast<std::uint32_t>(seconds * kCounterHz +
                                    rest * (kCounterHz / kMhz) / (kPicosecondsPerSecond / kMhz));
}

void VexpressSysregBlock::write_leds(std::uint32_t, const RegisterContext&) {
  if (led_handler_) led_handler_(leds_);
}

void VexpressSysregBlock::write_config_control(std::uint32_t value, const RegisterContext&) {
  config_control_ = value & ~kStart;
  if ((value & kStart) == 0) return;
  config_status_ = kComplete;
  if (configure(value)) return;
  config_status_ |= kConfigError;
  log_.guest_error("SYS_CFGCTRL ", hex(value), ": no such function on the configuration bus");
}

bool VexpressSysregBlock::configure(std::uint32_t command) {
  const bool write = (command & kWrite) != 0;
  const bool motherboard = (command >> kSiteShift & 3) == kMotherboard;
  switch (command >> kFunctionShift & 0x3F) {
    case kOscillator:
      return oscillator(command);
    case kMuxFpga:
    case kDviMode:
      return write;  // Which CLCD the connector shows: both are seen at once here.
    case kShutdown:
      return write && motherboard && power(PowerEvent::kPowerOff);
    case kReboot:
      return write && motherboard && power(PowerEvent::kReboot);
    default:
      return false;
  }
}

bool VexpressSysregBlock::oscillator(std::uint32_t command) {
  const std::uint32_t site = command >> kSiteShift & 3;
  const std::uint32_t device = command & 0xFFF;
  if (site >= oscillators_hz_.size() || device >= kOscillators) return false;
  auto& hz = oscillators_hz_[site][device];
  if ((command & kWrite) != 0) {
    hz = config_data_;
  } else {
    config_data_ = hz;
  }
  return true;
}

bool VexpressSysregBlock::power(PowerEvent event) {
  if (power_handler_) {
    power_handler_(event);
  } else {
    log_.warning(event == PowerEvent::kReboot ? "reboot" : "power off",
                 " asked for, and nobody listens");
  }
  return true;
}

}  // namespace linefill

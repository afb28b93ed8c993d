// SPDX-License-Identifier: Apache-2.0
// Finds the MMCI in the device tree: "arm,pl180", "arm,pl181", "arm,pl18x".
#include <algorithm>
#include <array>

#include "sw/drivers/mmci/mmci_host.hpp"

namespace guest {

namespace {

using R = MmciRegisters;

constexpr std::uint32_t kUsualSource = 50'000'000;
constexpr std::uint32_t kDefaultSpeed = 25'000'000;

MmciHost host;

Result<void> probe(device& dev) {
  if (mmci_host() != nullptr) return Error::kBusy;
  const Result<void> result = host.probe(dev);
  if (result) dev.driver_data = &host;
  return result;
}

Driver pl180{"arm,pl180", Stage::kDevice, probe};
Driver pl181{"arm,pl181", Stage::kDevice, probe};
Driver pl18x{"arm,pl18x", Stage::kDevice, probe};

}  // namespace

MmciHost* mmci_host() { return host.present() ? &host : nullptr; }

// Linux 6.1, mmci_ids: the configuration and revision bits of the identification tell variants
// apart.
const MmciHost::Variant* MmciHost::find_variant(std::uint32_t peripheral_id) {
  constexpr std::uint32_t kPlainFifo = 16 * 4;
  constexpr std::uint32_t kExtendedFifo = 128 * 4;
  static constexpr std::array<Variant, 4> kVariants{{
      {0x0004'1180, 0xFF0F'FFFF, kPlainFifo, false},
      {0x0104'1180, 0xFF0F'FFFF, kExtendedFifo, false},
      {0x0204'1180, 0xFF0F'FFFF, kExtendedFifo, true},
      {0x0004'1181, 0x000F'FFFF, kPlainFifo, false},
  }};
  const auto* const variant =
      std::find_if(kVariants.begin(), kVariants.end(),
                   [&](const Variant& v) { return (peripheral_id & v.mask) == v.id; });
  return variant == kVariants.end() ? nullptr : variant;
}

Result<void> MmciHost::probe(device& dev) {
  const Result<volatile void*> registers = device_iomap(dev);
  if (!registers) return registers.error();
  registers_ = Mmio<R>{*registers};
  std::uint32_t id = 0;
  // What is soldered in counts, not what the device tree overrides it with: the program runs
  // elsewhere too.
  for (std::size_t i = 0; i < 4; ++i)
    id |= (registers_.read_relaxed(&R::peripheral_id, i) & 0xFF) << (8 * i);
  const Variant* const variant = find_variant(id);
  if (variant == nullptr) return id == 0 ? Error::kNoDevice : Error::kUnsupported;
  fifo_address_ = static_cast<phys_addr_t>(dev.of_node.reg(0)->address + offsetof(R, fifo));
  source_hz_ = std::max<std::uint32_t>(clock_rate(dev, 0, kUsualSource), 1);
  max_clock_ = dev.of_node.cell("max-frequency", kDefaultSpeed);
  can_wide_bus_ = dev.of_node.cell("bus-width", 1) >= 4;
  registers_.write(&R::mask0, 0);
  registers_.write(&R::mask1, 0);
  registers_.write(&R::data_control, 0);
  registers_.write(&R::command, 0);
  registers_.write(&R::clear, mmci::kStatic);
  for (unsigned i = 0; i < std::min(device_irq_count(dev), 2U); ++i) {
    const Result<unsigned> irq = device_irq(dev, i);
    if (!irq) return irq.error();
    if (request_irq(*irq, on_interrupt, 0, dev_name(&dev), this) != 0) return Error::kBusy;
  }
  dev_ = &dev;
  variant_ = variant;
  request_channels();
  return {};
}

// Without them, or without their controller, the CPU moves the data.
void MmciHost::request_channels() {
  receive_channel_ = dma_request_slave_channel(dev_, "rx");
  transmit_channel_ = dma_request_slave_channel(dev_, "tx");
}

void MmciHost::release_channels() {
  dma_release_channel(receive_channel_);
  dma_release_channel(transmit_channel_);
  receive_channel_ = transmit_channel_ = nullptr;
}

}  // namespace guest

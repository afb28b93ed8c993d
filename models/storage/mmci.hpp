// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "models/core/device.hpp"
#include "models/storage/mmci_block.hpp"

namespace linefill {

/// ARM PrimeCell Multimedia Card Interface, PL180 and PL181. Device tree: "arm,pl180", "arm,pl181",
/// "arm,pl18x". `arm,primecell-periphid` tells the variant.
class Mmci final : public Device, private DmaRequestLine::Peripheral {
 public:
  sc_core::sc_out<bool> mciintr0{"mciintr0"};
  sc_core::sc_out<bool> mciintr1{"mciintr1"};

  Mmci(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override;
  std::vector<sc_core::sc_out<bool>*> interrupt_outputs() override {
    return {&mciintr0, &mciintr1};
  }
  void connect_dma_request(unsigned index, DmaRequestLine& line) override;

  /// Puts a card of these contents into the socket; of the capacity `linefill,sd-capacity` says, or
  /// that its size asks for. Throws ConfigurationError if they do not go together.
  void insert_card(std::unique_ptr<BlockDevice> storage);
  bool card_present() const { return block_.card() != nullptr; }
  SdCard* card() { return block_.card(); }  ///< Null if none.

 private:
  static constexpr unsigned kLines = 2;
  struct Request {
    DmaRequestLine* line = nullptr;
    DmaRequest driven{};
    bool acknowledged = false;
  };

  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override;
  Time access_time() const override { return access_time_; }
  void acknowledged(DmaRequestLine& line, DmaAcknowledge kind, Time now) override;

  void on_update();
  void schedule(Time now);
  bool outputs_changed() const;
  bool request_changed(unsigned index) const;
  void drive(unsigned index, Time now);

  MmciCounters counters_{statistics_};
  MmciBlock block_;
  Time access_time_;
  std::optional<SdCapacity> card_capacity_;
  std::array<Request, kLines> requests_{};
  std::array<bool, 2> interrupts_{};
  sc_core::sc_event update_{"update"};
};

}  // namespace linefill

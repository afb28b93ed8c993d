// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "models/core/dma_request.hpp"
#include "models/core/register_table.hpp"
#include "models/storage/mmci_command_path.hpp"
#include "models/storage/mmci_data_path.hpp"

namespace linefill {

/// ARM PrimeCell Multimedia Card Interface, PL180 TRM (DDI 0172) and PL181 TRM (DDI 0205), and the
/// variant of ARM's FPGA boards with a FIFO of 128 words and hardware flow control: registers and
/// behaviour as a function of time.
class MmciBlock {
 public:
  /// What differs between variants.
  struct Configuration {
    std::uint32_t peripheral_id = 0x0004'1181;
    unsigned fifo_words = 16;
    bool flow_control = false;  ///< HWFCEN exists.
    unsigned burst_words = 8;   ///< What a DMA burst request stands for.
    Time mclk{0};               ///< Period of MCLK.
  };
  /// The DMA request lines, in the order of the binding's `dmas`.
  enum Line : unsigned { kRx = 0, kTx = 1 };

  MmciBlock(const Configuration& configuration, MmciCounters& counters, Log& log);

  static const RegisterTable<MmciBlock>& registers();
  void reset();
  void insert_card(std::unique_ptr<SdCard> card) { bus_.card = std::move(card); }
  SdCard* card() { return bus_.card.get(); }
  const SdCard* card() const { return bus_.card.get(); }

  std::uint32_t status() const;  ///< MCIStatus.
  bool interrupt(unsigned output) const {
    return (status() & mask_[output]) != 0;
  }  ///< MCIINTR0, MCIINTR1.

  /// Whether requests may stay on the line: MCIDataCtrl says so and nothing failed.
  bool dma_enabled(Line line) const;
  /// The level the FIFO asks for.
  DmaRequest dma_request(Line line) const;

  Time next_event() const { return std::min(command_path_.next_event(), data_path_.next_event()); }
  /// Everything up to `now` has happened then. A moment before the last one changes nothing.
  void advance(Time now);

 private:
  void write_power(std::uint32_t value, const RegisterContext& context);
  void write_clock(std::uint32_t value, const RegisterContext& context);
  void write_command(std::uint32_t value, const RegisterContext& context);
  void write_data_control(std::uint32_t value, const RegisterContext& context);
  void write_clear(std::uint32_t value, const RegisterContext& context);
  void write_fifo(std::uint32_t value, const RegisterContext& context) {
    data_path_.write_fifo(value, context.now);
  }
  std::uint32_t read_fifo(const RegisterContext& context) {
    return data_path_.read_fifo(context.now);
  }
  std::uint32_t peek_fifo() const { return data_path_.peek_fifo(); }
  std::uint32_t response_command() const { return command_path_.response_command(); }
  template <unsigned kWord>
  std::uint32_t response() const {
    return command_path_.response(kWord);
  }
  std::uint32_t data_count() const { return data_path_.bytes_left(); }
  std::uint32_t fifo_count() const { return data_path_.words_left(); }
  template <unsigned kByte>
  std::uint32_t peripheral_id() const {
    return configuration_.peripheral_id >> (8 * kByte) & 0xFF;
  }

  void update_bus(Time now);
  MmciDataPath::Transfer transfer() const;

  Configuration configuration_;
  MmciBus bus_;
  MmciCommandPath command_path_;
  MmciDataPath data_path_;
  Time now_{0};
  Origin origin_{};  ///< Of what goes on in the data path.

  std::uint32_t power_ = 0;
  std::uint32_t clock_ = 0;
  std::uint32_t argument_ = 0;
  std::uint32_t command_ = 0;
  std::uint32_t data_timer_ = 0;
  std::uint32_t data_length_ = 0;
  std::uint32_t data_control_ = 0;
  std::uint32_t mask_[2] = {0, 0};
  std::uint32_t mask0() const { return mask_[0]; }
  std::uint32_t mask1() const { return mask_[1]; }
  void write_mask0(std::uint32_t value, const RegisterContext&) {
    mask_[0] = value & mci_status::kAll;
  }
  void write_mask1(std::uint32_t value, const RegisterContext&) {
    mask_[1] = value & mci_status::kAll;
  }
};

}  // namespace linefill

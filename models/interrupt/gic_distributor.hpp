// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "models/core/log.hpp"
#include "models/core/register_table.hpp"

namespace linefill {

/// The distributor of a Cortex-A9's interrupt controller with one processor: ARM Generic Interrupt
/// Controller Architecture 1.0 (IHI 0048A) chapter 4.3, Cortex-A9 MPCore TRM (DDI 0407) chapter 3.
/// Seen by Secure accesses. IDs: 0 to 15 SGIs, 27 to 31 PPIs, 32 and up SPIs.
class GicDistributor {
 public:
  static constexpr unsigned kMaximumInterrupts = 256;
  static constexpr unsigned kFirstPpi = 27;
  static constexpr unsigned kFirstSpi = 32;

  /// `interrupts` counts all IDs: a multiple of 32 up to 256.
  GicDistributor(unsigned interrupts, Log& log);

  void reset();
  /// An input of a PPI or SPI; true is asserted.
  void set_line(unsigned id, bool asserted);

  /// An interrupt that could be signalled.
  struct Candidate {
    unsigned id = 0;
    std::uint8_t priority = 0;
    bool group1 = false;  ///< Non-secure.
  };
  /// The pending, enabled, inactive interrupt of highest priority, of lowest ID among equals.
  std::optional<Candidate> highest_pending() const;
  /// Pending becomes active. A level that is still asserted stays pending.
  void acknowledge(unsigned id);
  /// False: it was not active.
  bool deactivate(unsigned id);

  unsigned interrupts() const { return 32 * words_; }

  /// Any access within an aligned word; `lanes` has ones in the bits of the accessed bytes.
  RegisterResult write(std::uint32_t offset, std::uint32_t value, std::uint32_t lanes);
  RegisterResult read(std::uint32_t offset, std::uint32_t& value) const;

  /// A row of the manual's summary: `count` registers from `offset`. Hooks get the register's
  /// index.
  struct Registers {
    using ReadHook = std::uint32_t (GicDistributor::*)(unsigned n) const;
    using WriteHook = void (GicDistributor::*)(unsigned n, std::uint32_t value);
    std::uint32_t offset = 0;
    unsigned count = 1;
    std::string_view name;
    ReadHook read = nullptr;
    WriteHook write = nullptr;
    bool bytes = false;  ///< Single bytes can be written.
  };

 private:
  using Bits = std::array<std::uint32_t, kMaximumInterrupts / 32>;
  struct Table;

  static bool test(const Bits& bits, unsigned id) { return (bits[id / 32] >> id % 32 & 1U) != 0; }
  /// Which IDs of a word exist: there are no PPIs 16 to 26.
  std::uint32_t implemented(unsigned n) const {
    return n >= words_ ? 0 : n == 0 ? 0xF800'FFFF : 0xFFFF'FFFF;
  }
  std::uint32_t pending_word(unsigned n) const { return latched_[n] | (lines_[n] & ~edge_[n]); }

  std::uint32_t read_control(unsigned) const { return control_; }
  void write_control(unsigned, std::uint32_t value) { control_ = value & 3U; }
  std::uint32_t read_type(unsigned) const;
  std::uint32_t read_implementer(unsigned) const { return 0x0102'043B; }
  std::uint32_t read_group(unsigned n) const { return group_[n]; }
  void write_group(unsigned n, std::uint32_t value) { group_[n] = value & implemented(n); }
  std::uint32_t read_enable(unsigned n) const { return enabled_[n]; }
  void write_set_enable(unsigned n, std::uint32_t value) { enabled_[n] |= value & implemented(n); }
  void write_clear_enable(unsigned n, std::uint32_t value);
  std::uint32_t read_pending(unsigned n) const { return pending_word(n); }
  void write_set_pending(unsigned n, std::uint32_t value);
  void write_clear_pending(unsigned n, std::uint32_t value);
  std::uint32_t read_active(unsigned n) const { return active_[n]; }
  std::uint32_t read_priority(unsigned n) const;
  void write_priority(unsigned n, std::uint32_t value);
  std::uint32_t read_zero(unsigned) const { return 0; }
  void ignore(unsigned, std::uint32_t) {}
  std::uint32_t read_configuration(unsigned n) const;
  void write_configuration(unsigned n, std::uint32_t value);
  std::uint32_t read_ppi_status(unsigned) const { return lines_[0] >> 16 & 0xF800U; }
  std::uint32_t read_spi_status(unsigned n) const { return lines_[n + 1]; }
  void write_software_interrupt(unsigned, std::uint32_t value);
  std::uint32_t read_peripheral_id(unsigned n) const;

  unsigned words_;
  Log& log_;
  std::uint32_t control_ = 0;
  Bits group_{};
  Bits enabled_{};
  Bits latched_{};  ///< Pending by an edge, by software, or by an SGI.
  Bits active_{};
  Bits lines_{};
  Bits edge_{};
  std::array<std::uint8_t, kMaximumInterrupts> priority_{};
};

}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cache/l2_cache.hpp"
#include "models/cache/l2_eviction_buffer.hpp"
#include "models/cache/l2_master_side.hpp"
#include "models/cache/l2_monitor.hpp"
#include "models/cache/l2_operations.hpp"
#include "models/cache/l2_settings.hpp"
#include "models/cache/l2_store_buffer.hpp"
#include "models/cache/l2x0_options.hpp"
#include "models/core/register_table.hpp"

namespace linefill {

/// An outer cache controller (L2C-310, L220, L210) without its sockets: cache, store buffer,
/// operations, registers (L2C-310 TRM, DDI 0246, chapter 3).
class L2x0Block {
 public:
  L2x0Block(BusPort& memory, const L2x0Options& options, Statistics& statistics);

  /// The L220 has some of the L2C-310's registers, the L210 fewer.
  static const RegisterTable<L2x0Block>& registers(L2Part part);
  const RegisterTable<L2x0Block>& registers() const { return registers(options_.part); }

  void reset(Time now);
  void set_observer(Observer* observer);
  L2Cache& cache() { return cache_; }
  L2StoreBuffer& buffer() { return buffer_; }
  L2EvictionBuffer& evictions() { return evictions_; }
  const L2Cache& cache() const { return cache_; }
  const L2StoreBuffer& buffer() const { return buffer_; }

  /// Transactions at the slave port.
  BusResponse read(const L2Request& request, Time& now);
  BusResponse write(const L2Request& request, Time& now);

  /// A register access; `now` starts as context.now and is when the access has ended.
  BusResponse read_register(std::uint32_t offset, std::uint32_t size, std::uint32_t& value,
                            const RegisterContext& context);
  BusResponse write_register(std::uint32_t offset, std::uint32_t size, std::uint32_t value,
                             const RegisterContext& context, Time& now);
  /// What the last register access came to in the table.
  RegisterResult last_result() const { return last_result_; }
  /// The last register write was an operation that came while one ran in the background, and was
  /// ignored (L210).
  bool last_ignored() const { return last_ignored_; }

  bool interrupt() const { return monitor_.interrupt(); }
  bool busy() const { return operations_.busy(); }
  Time next_event() const;
  void advance(Time now);

 private:
  using Kind = L2Operations::Kind;

  BusResponse refuse();
  bool secure_only(std::uint32_t offset) const;
  bool conflicts(std::uint32_t offset) const;

  std::uint32_t cache_id() const { return options_.cache_id; }
  std::uint32_t cache_type() const;
  std::uint32_t aux() const { return settings_.aux; }
  std::uint32_t control() const { return settings_.control; }
  std::uint32_t tag_latency() const { return settings_.tag_latency; }
  std::uint32_t data_latency() const { return settings_.data_latency; }
  std::uint32_t event_control() const { return monitor_.control; }
  template <unsigned n>
  std::uint32_t event_configuration() const {
    return monitor_.configuration[n];
  }
  template <unsigned n>
  std::uint32_t event_value() const {
    return monitor_.value[n];
  }
  std::uint32_t interrupt_mask() const { return monitor_.mask; }
  std::uint32_t interrupt_masked() const { return monitor_.masked(); }
  std::uint32_t interrupt_raw() const { return monitor_.raw; }
  template <unsigned n>
  std::uint32_t data_lockdown() const {
    return settings_.data_lockdown[n];
  }
  template <unsigned n>
  std::uint32_t instruction_lockdown() const {
    return settings_.instruction_lockdown[n];
  }
  std::uint32_t lock_line_enable() const { return settings_.lock_line_enable; }
  std::uint32_t debug_control() const { return settings_.debug; }
  std::uint32_t prefetch_control() const { return settings_.prefetch; }
  std::uint32_t in_background() const { return operations_.background(); }
  template <Kind kind>
  std::uint32_t pending_ways() const {
    return operations_.pending_ways(kind);
  }

  void write_control(std::uint32_t value, const RegisterContext&) {
    settings_.control = value & 1U;
  }
  void write_aux(std::uint32_t value, const RegisterContext& context);
  void write_tag_latency(std::uint32_t value, const RegisterContext&) {
    settings_.tag_latency = value & 0x777U;
  }
  void write_data_latency(std::uint32_t value, const RegisterContext&) {
    settings_.data_latency = value & 0x777U;
  }
  void write_event_control(std::uint32_t value, const RegisterContext&);
  template <unsigned n>
  void write_event_configuration(std::uint32_t value, const RegisterContext&) {
    monitor_.configuration[n] = value & 0x3FU;
  }
  template <unsigned n>
  void write_event_value(std::uint32_t value, const RegisterContext&) {
    if (!monitor_.counting()) monitor_.value[n] = value;
  }
  void write_interrupt_mask(std::uint32_t value, const RegisterContext&) {
    monitor_.mask = value & 0x1FFU;
  }
  void write_interrupt_clear(std::uint32_t value, const RegisterContext&) {
    monitor_.raw &= ~value;
  }
  /// The dummy register: an offset without a register has what every write does, and the wait.
  template <bool dummy>
  void write_sync(std::uint32_t, const RegisterContext& context) {
    operations_.sync(!dummy, context, *clock_);
  }
  template <Kind kind>
  void write_address(std::uint32_t value, const RegisterContext& context) {
    operations_.on_address(kind, value, context, *clock_);
  }
  template <Kind kind>
  void write_index(std::uint32_t value, const RegisterContext& context) {
    operations_.on_index(kind, value, context, *clock_);
  }
  template <Kind kind>
  void write_ways(std::uint32_t value, const RegisterContext& context) {
    operations_.by_way(kind, value, context, *clock_);
  }
  template <unsigned n>
  void write_data_lockdown(std::uint32_t value, const RegisterContext&) {
    settings_.data_lockdown[n] = value & all_ways();
  }
  template <unsigned n>
  void write_instruction_lockdown(std::uint32_t value, const RegisterContext&) {
    settings_.instruction_lockdown[n] = value & all_ways();
  }
  void write_lock_line_enable(std::uint32_t value, const RegisterContext&) {
    settings_.lock_line_enable = value & 1U;
  }
  void write_debug_control(std::uint32_t value, const RegisterContext&) {
    settings_.debug = value & 3U;
  }
  std::uint32_t power_control() const { return power_control_; }
  void write_power_control(std::uint32_t value, const RegisterContext&) {
    if (options_.has_power_control()) power_control_ = value & 3U;
  }
  void write_prefetch_control(std::uint32_t value, const RegisterContext&);
  std::uint32_t all_ways() const { return (1U << cache_.geometry().ways) - 1; }

  L2x0Options options_;
  std::uint32_t filter_start_ = 0;
  std::uint32_t filter_end_ = 0;
  std::uint32_t power_control_ = 0;
  L2Settings settings_;
  L2Monitor monitor_;
  L2Statistics statistics_;
  L2MasterSide memory_;
  L2StoreBuffer buffer_;
  L2EvictionBuffer evictions_;
  L2Cache cache_;
  L2Operations operations_;
  Time* clock_ = nullptr;  ///< During a register write: when it will have ended.
  RegisterResult last_result_{};
  bool last_ignored_ = false;
};

}  // namespace linefill

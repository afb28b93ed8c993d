// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cache/l2_cache.hpp"
#include "models/cache/l2_master_side.hpp"
#include "models/cache/l2_monitor.hpp"
#include "models/cache/l2_settings.hpp"
#include "models/cache/l2_store_buffer.hpp"
#include "models/core/register_table.hpp"

namespace linefill {

/// What a board fixes of an L2C-310.
struct L2c310Options {
  std::uint32_t cache_id = 0x4100'00C8;  ///< r3p2.
  unsigned way_size_field = 3;           ///< 64 KiB.
  bool sixteen_ways = false;
  std::uint32_t ram_latency_reset = 0x777;
  Time store_buffer_drain{1'000'000};
  L2Cache::Timing timing{};

  /// Only r3p2 and later let the store buffer drain with time (erratum 769419).
  bool drains_with_time() const { return release() >= kR3p2; }
  /// Before r2p0 a clean-and-invalidate leaves lines that were clean (erratum 588369).
  bool keeps_clean_lines() const { return release() < kR2p0; }
  /// From r2p0 to r3p0 a clean-and-invalidate by way may drop what is written to a line just
  /// before it comes to it (erratum 727915).
  bool way_operation_races() const { return release() >= kR2p0 && release() <= kR3p0; }
  /// On r3p0 the store buffer merges nothing any more after a CACHE_SYNC (erratum 753970).
  bool sync_ends_merging() const { return release() == kR3p0; }

 private:
  // The RTL release in the cache ID, TRM 3.3.1.
  static constexpr std::uint32_t kR2p0 = 0x04;
  static constexpr std::uint32_t kR3p0 = 0x05;
  static constexpr std::uint32_t kR3p2 = 0x08;
  std::uint32_t release() const { return cache_id & 0x3FU; }
};

/// An L2C-310 without its sockets: cache, store buffer, registers (TRM DDI 0246, chapter 3), and
/// the operations by way that run in the background.
class L2c310Block {
 public:
  L2c310Block(BusPort& memory, const L2c310Options& options, Statistics& statistics);

  static const RegisterTable<L2c310Block>& registers();

  void reset(Time now);
  void set_observer(Observer* observer);
  L2Cache& cache() { return cache_; }
  L2StoreBuffer& buffer() { return buffer_; }
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

  bool interrupt() const { return monitor_.interrupt(); }
  bool busy() const { return operation_.pending != 0 || stepping_; }
  Time next_event() const;
  void advance(Time now);

 private:
  /// TRM 3.3.10: an operation by way, which goes through its ways line by line.
  struct WayOperation {
    enum class Kind : std::uint8_t { kInvalidate, kClean, kCleanInvalidate, kUnlock };
    Kind kind = Kind::kInvalidate;
    std::uint32_t pending = 0;  ///< Ways not finished; 0: none runs.
    unsigned set = 0;
    bool secure = true;
    Time next{0};
    Origin origin{};
    /// Of the chunk under way: lines that were dirty when it began (erratum 727915).
    std::uint32_t seen_dirty = 0;
  };
  using Kind = WayOperation::Kind;

  BusResponse refuse();
  static bool secure_only(std::uint32_t offset, const L2Settings& settings);
  void step();
  void look_ahead(unsigned way);
  bool overlooked(const CacheLine& line) const;
  void apply(Kind kind, CacheLine& line, const Origin& origin, Time& now);
  void start(Kind kind, std::uint32_t ways, const RegisterContext& context);
  void operate_on(Kind kind, CacheLine* line, const RegisterContext& context);
  void operate_on_address(Kind kind, std::uint32_t address, const RegisterContext& context);
  void operate_on_index(Kind kind, std::uint32_t value, const RegisterContext& context);
  void told(Kind kind, Maintenance::Scope scope, LineNumber line, const Origin& origin, Time now);
  std::uint32_t pending(Kind kind) const {
    return operation_.kind == kind ? operation_.pending : 0;
  }

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
  std::uint32_t done() const { return 0; }
  template <Kind kind>
  std::uint32_t pending_ways() const {
    return pending(kind);
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
  void write_sync(std::uint32_t value, const RegisterContext& context);
  void write_dummy_sync(std::uint32_t value, const RegisterContext& context);
  template <Kind kind>
  void write_address(std::uint32_t value, const RegisterContext& context) {
    operate_on_address(kind, value, context);
  }
  template <Kind kind>
  void write_index(std::uint32_t value, const RegisterContext& context) {
    operate_on_index(kind, value, context);
  }
  template <Kind kind>
  void write_ways(std::uint32_t value, const RegisterContext& context) {
    start(kind, value, context);
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
  void write_prefetch_control(std::uint32_t value, const RegisterContext&);
  std::uint32_t all_ways() const { return (1U << cache_.geometry().ways) - 1; }

  L2c310Options options_;
  std::uint32_t filter_start_ = 0;
  std::uint32_t filter_end_ = 0;
  std::uint32_t power_control_ = 0;
  L2Settings settings_;
  L2Monitor monitor_;
  L2Statistics statistics_;
  L2MasterSide memory_;
  L2StoreBuffer buffer_;
  L2Cache cache_;
  WayOperation operation_;
  bool stepping_ = false;  ///< Within a step of it, which may reach these registers.
  Observer* observer_ = nullptr;
  Time* clock_ = nullptr;  ///< During a register write: when it will have ended.
  RegisterResult last_result_{};
};

}  // namespace linefill

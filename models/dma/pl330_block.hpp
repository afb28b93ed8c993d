// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/bus/bus_port.hpp"
#include "models/core/log.hpp"
#include "models/core/register_table.hpp"
#include "models/core/statistics.hpp"
#include "models/dma/pl330_config.hpp"
#include "models/dma/pl330_executor.hpp"

namespace linefill::pl330 {

/// A DMA-330 controller without a kernel: the registers of DDI 0424, the debug interface, the
/// watchdog, and when the threads execute and the bursts start.
class Block {
 public:
  Block(const Config& config, BusPort& bus, Log& log, Statistics& statistics);

  void reset();
  /// Connects request interface `number`.
  void attach(unsigned number, DmaRequestLine& line) { executor_.requests().attach(number, line); }
  /// A peripheral has changed its levels. Only noted: what follows happens in `advance`.
  void request_changed(Time now) { wake(now); }
  /// Accesses that an IOMMU held are to be issued again. Likewise.
  void reissue_held(Time now);

  /// When `advance` has something to do; kNever while all threads stop or wait for others.
  Time next_event() const { return next_event_; }
  /// Does all that happens up to `now`. Does nothing if called from within itself: the controller's
  /// own accesses may come back to its registers.
  void advance(Time now);

  bool abort_interrupt() const;
  /// One bit for each event: irq[n].
  std::uint32_t interrupts() const { return peek_intmis(); }

  /// The bits of a register that a non-secure access reads and writes; the others read 0 and keep
  /// their value. By offset in the whole window.
  std::uint32_t non_secure_bits(std::uint32_t offset) const;

  const Config& config() const { return config_; }
  static const RegisterTable<Block>& registers();
  Thread& channel(unsigned number) { return executor_.channel(number); }
  const Thread& channel(unsigned number) const { return executor_.threads()[number]; }

 private:
  void step(Time now);
  Time next() const;
  void watch_for_lock_up(Time now);
  bool locked_up() const;
  void wake(Time now);

  std::uint32_t peek_dsr() const;
  std::uint32_t peek_dpc() const { return executor_.manager().pc; }
  std::uint32_t peek_inten() const { return executor_.events().enable; }
  void write_inten(std::uint32_t value, const RegisterContext& context);
  std::uint32_t peek_ris() const { return executor_.events().raw; }
  std::uint32_t peek_intmis() const { return executor_.events().raw & executor_.events().enable; }
  void write_intclr(std::uint32_t value, const RegisterContext& context);
  std::uint32_t writable_events(const RegisterContext& context) const;
  std::uint32_t peek_fsrd() const { return executor_.manager().faulted() ? 1 : 0; }
  std::uint32_t peek_fsrc() const;
  std::uint32_t non_secure_channels() const;
  std::uint32_t peek_ftrd() const { return executor_.manager().fault_type; }
  std::uint32_t read_debug_status(const RegisterContext& context);
  void write_debug_command(std::uint32_t value, const RegisterContext& context);
  std::uint32_t peek_cr0() const { return config_.cr0(); }
  std::uint32_t peek_cr1() const { return config_.cr1(); }
  std::uint32_t peek_cr2() const { return config_.boot_address.value_or(0); }
  std::uint32_t peek_cr3() const { return config_.non_secure_events; }
  std::uint32_t peek_cr4() const { return config_.non_secure_requests; }
  std::uint32_t peek_crd() const { return config_.crd(); }

  Config config_;
  Log& log_;
  Executor executor_;
  std::uint32_t debug0_ = 0;
  std::uint32_t debug1_ = 0;
  std::uint32_t watchdog_ = 0;
  Time debug_busy_until_{0};
  Time next_event_ = kNever;
  Time wake_at_ = kNever;
  Time now_{0};  ///< Of the last step.
  Time lock_up_at_ = kNever;
  bool lock_up_reported_ = false;
  std::size_t first_ = 0;  ///< The thread after the one served last: round robin.
  bool advancing_ = false;
};

}  // namespace linefill::pl330

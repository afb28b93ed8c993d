// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <systemc>
#include <type_traits>
#include <unordered_set>

#include "models/core/device_tree.hpp"
#include "models/core/log.hpp"
#include "models/core/statistics.hpp"
#include "models/cpu/bus_unit.hpp"
#include "models/cpu/cp15/system_control.hpp"
#include "models/cpu/isa/core.hpp"
#include "models/cpu/memory_system.hpp"
#include "models/cpu/personality.hpp"
#include "models/cpu/run_control.hpp"
#include "models/cpu/semihosting.hpp"

namespace linefill {

/// One Cortex-A9 (TRM DDI 0388) with its L1 caches, or a core that differs from it as its
/// `Personality` says. Device tree: a cpu node "arm,cortex-a9", "marvell,mohawk" or "marvell,pj4".
/// See processor.md.
///
/// The only thread of a board. It runs ahead of the kernel by at most the quantum, and never past
/// the kernel's next event; after an access to a device's registers it lets the kernel catch up, so
/// that lines settle before the next instruction.
class Processor final : public sc_core::sc_module, private SystemInterface, private AbortReceiver {
 public:
  tlm_utils::simple_initiator_socket<Processor, 64> memory{
      "memory"};  ///< Towards the L2: everything.
  sc_core::sc_in<bool> irq{"irq"};
  sc_core::sc_in<bool> fiq{"fiq"};
  /// PMUIRQ: overflow of a performance counter, seen at the end of a slice.
  sc_core::sc_port<sc_core::sc_signal_inout_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> pmuirq{
      "pmuirq"};

  /// Properties: `clock-frequency` (default 400 MHz), `d-cache-size`, `d-cache-sets`,
  /// `i-cache-size`, `i-cache-sets`, `linefill,replacement`, `linefill,store-buffer-drain-ns`.
  Processor(const sc_core::sc_module_name& name, const DeviceNode& node);
  ~Processor() override;

  // Before the simulation starts.
  void set_boot(std::uint32_t pc, std::uint32_t r0, std::uint32_t r1, std::uint32_t r2) {
    boot_ = {pc, r0, r1, r2};
  }
  void set_quantum(Time quantum) { quantum_ = quantum; }
  /// Which addresses memory answers. To be set: all others are taken for device registers.
  void set_memory_test(std::function<bool(PhysicalAddress)> test) {
    bus_.set_memory_test(std::move(test));
  }
  /// An outer cache that this core's CP15 operates.
  void set_outer(OuterMaintenance* outer) { bus_.set_outer(outer); }
  void set_console(Semihosting::Console console) { semihosting_.set_console(std::move(console)); }
  /// Called when the guest ends itself; without it, the simulation stops.
  void set_exit_handler(Semihosting::Exit handler) { exit_handler_ = std::move(handler); }

  /// For a coherency port.
  SnoopedCache& snooped_cache() { return system_; }
  Time period() const { return period_; }
  const Personality& personality() const { return personality_; }

  // For the checker.
  void set_observer(Observer* observer) { system_.set_observer(observer); }
  /// L1D, store buffer, L1I.
  std::array<CopyHolder*, 3> copy_holders() { return system_.holders(); }
  /// The caches and buffers below: told what an invalidate dropped.
  void set_lower_holders(std::vector<CopyHolder*> holders) {
    system_.set_lower_holders(std::move(holders));
  }
  void set_hook_handler(std::function<void(std::uint32_t pc)> handler) {
    hook_handler_ = std::move(handler);
  }
  void watch_instruction(std::uint32_t pc, bool on) { core_.watch_instruction(pc, on); }
  void watch_line(LineNumber line, bool on) { system_.watch_line(line, on); }

  // For a debugger.
  void set_run_control(RunControl* control) { run_control_ = control; }
  /// RunControl::halted as soon as the processor is between instructions, also if it is asleep.
  void request_halt();
  void stop_at(std::uint32_t pc, bool on) {
    core_.watch_instruction(pc, on, Core::Watcher::kDebugger);
  }
  void stop_at_all(bool on);
  /// Virtual lines: addresses divided by kLineBytes.
  void stop_at_data(std::unordered_set<std::uint32_t> virtual_lines);

  // The adversary.
  void set_adversary(const AdversaryEvents& events) {
    system_.set_adversary(events);
    core_.follow_program(events.early_load && personality_.speculates);
  }
  /// How the adversary asks the cache below to evict a dirty line of its own. `evict` takes a
  /// random number, and may return whether there was one.
  template <class Evict>
  void set_evict_below(Evict evict) {
    if constexpr (std::is_void_v<std::invoke_result_t<Evict, std::uint64_t>>) {
      system_.adversary().set_evict_below([evict](std::uint64_t random) {
        evict(random);
        return true;
      });
    } else {
      system_.adversary().set_evict_below(std::move(evict));
    }
  }

  // What can be seen of it, at any time.
  std::uint32_t reg(unsigned number) const { return core_.reg(number); }
  Time now() const { return period_ * static_cast<std::int64_t>(clock_.now); }
  std::uint64_t instructions() const { return core_.instructions(); }
  const Statistics& statistics();
  const Log& log() const { return log_; }
  Core& core() { return core_; }

  /// Memory as the processor sees it: L1, store buffer, then what is below. No side effects. False
  /// if it is not mapped, or nothing is there.
  bool debug_read_virtual(std::uint32_t va, std::span<std::byte> data) {
    return system_.debug_read(VirtualAddress{va}, data);
  }
  bool debug_write_virtual(std::uint32_t va, std::span<const std::byte> data) {
    return system_.debug_write(VirtualAddress{va}, data);
  }
  std::optional<PhysicalAddress> debug_translate(std::uint32_t va) {
    return system_.debug_translate(VirtualAddress{va});
  }
  /// A CP15 or CP14 register as privileged code sees it, with all that writing it does. False:
  /// there is none.
  bool debug_read_register(const CoprocessorRegister& which, std::uint32_t& value) {
    return read_coprocessor(which, true, value);
  }
  bool debug_write_register(const CoprocessorRegister& which, std::uint32_t value);
  bool debug_read(PhysicalAddress address, std::span<std::byte> data) {
    return system_.debug_read(address, data);
  }
  bool debug_write(PhysicalAddress address, std::span<const std::byte> data) {
    return system_.debug_write(address, data);
  }

 private:
  struct Boot {
    std::uint32_t pc = 0;
    std::uint32_t r0 = 0;
    std::uint32_t r1 = 0;
    std::uint32_t r2 = 0;
  };

  // Time.
  void run();
  void begin_slice();
  void look_ahead();
  void catch_up();
  void wait_for_kernel();
  void sample_lines();
  void drive_pmuirq();
  void connect_monitors();
  std::uint64_t event_total(PerformanceEvent event);
  void sleep();
  void halt();

  // SystemInterface.
  bool read_coprocessor(const CoprocessorRegister& which, bool privileged,
                        std::uint32_t& value) override {
    return control_.read_coprocessor(which, privileged, value);
  }
  bool write_coprocessor(const CoprocessorRegister& which, bool privileged,
                         std::uint32_t value) override {
    if (which.crn == 9) clock_.stop_soon();  // PMUIRQ may change.
    return control_.write_coprocessor(which, privileged, value);
  }
  bool take_coprocessor_abort() override { return control_.take_coprocessor_abort(); }
  std::uint32_t sctlr() const override { return control_.sctlr(); }
  std::uint32_t vector_base() const override { return control_.vector_base(); }
  std::uint32_t cpacr() const override { return control_.cpacr(); }
  std::uint32_t scr() const override { return control_.scr(); }
  std::uint32_t monitor_vector_base() const override { return control_.monitor_vector_base(); }
  void leave_non_secure() override { control_.leave_non_secure(); }
  void wait_for_interrupt() override;
  void wait_for_event() override;
  void send_event() override { event_ = true; }
  bool semihosting(std::uint32_t operation, std::uint32_t argument,
                   std::uint32_t& result) override {
    return semihosting_.call(operation, argument, result);
  }
  void instruction_hook(std::uint32_t pc) override {
    if (run_control_ != nullptr) {
      run_control_->before_instruction(pc);
      if (core_.refetching()) return;  // This comes again.
    }
    if (hook_handler_) hook_handler_(pc);
  }

  // AbortReceiver.
  void data_fault(const Fault& fault, VirtualAddress va, bool write) override;
  void prefetch_fault(const Fault& fault, VirtualAddress va) override;
  bool coherent() const override { return control_.coherent(); }
  std::uint32_t actlr() const override { return control_.actlr(); }

  void end(std::uint32_t status);
  MemorySystem::Configuration memory_configuration(const DeviceNode& node) const;

  Log log_;
  const Personality& personality_;
  Time period_;
  Time quantum_ = 10us;
  Statistics statistics_;
  Counter instructions_{statistics_, "instructions", "instructions"};
  Counter cycles_{statistics_, "cycles", "cycles"};
  Counter idle_cycles_{statistics_, "idle_cycles", "cycles"};
  Counter slices_{statistics_, "slices", "slices"};  ///< How often the kernel was given its turn.
  Counter exceptions_{statistics_, "exceptions", "exceptions"};
  Counter unpredictable_{statistics_, "unpredictable", "instructions"};
  Counter data_aborts_{statistics_, "data_aborts", "aborts"};
  Counter prefetch_aborts_{statistics_, "prefetch_aborts", "aborts"};

  CoreClock clock_;
  BusUnit bus_;
  MemorySystem system_;
  SystemControl control_;
  Core core_;
  Semihosting semihosting_;

  Boot boot_{};
  std::function<void(std::uint32_t)> exit_handler_;
  std::function<void(std::uint32_t)> hook_handler_;
  RunControl* run_control_ = nullptr;
  bool halt_requested_ = false;
  sc_core::sc_event halt_event_;
  bool stops_at_data_ = false;
  Time horizon_{0};  ///< The kernel's next event: accesses beyond it wait for it.
  bool asleep_ = false;
  bool for_event_ = false;  ///< Asleep in WFE, which may end at any time.
  bool event_ = false;
  bool ended_ = false;
  bool pmuirq_level_ = false;
  unsigned aborts_in_a_row_ = 0;
};

}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "models/bus/initiator_port.hpp"
#include "models/bus/interconnect.hpp"
#include "models/cache/l2x0.hpp"
#include "models/core/sc_time.hpp"
#include "models/memory/dram.hpp"

namespace linefill::test {

inline constexpr std::uint32_t kMemory = 0x6000'0000;
inline constexpr std::uint32_t kMemorySize = 0x100'0000;
/// What tests use, and what is zero when one begins.
inline constexpr std::uint32_t kArea = kMemory + 0x10'0000;
inline constexpr std::uint32_t kAreaSize = 0x2'0000;
/// Added to a physical address: the same memory, mapped Normal non-cacheable.
inline constexpr std::uint32_t kUncached = 0x2000'0000;
inline constexpr std::uint32_t kBell = 0x10E0'0000;
inline constexpr std::uint32_t kL2Registers = 0x1E00'A000;
inline constexpr MasterId kTheDevice{1};
inline constexpr MasterId kPortDevice{2};  ///< On the coherency port.

// L2C-310 TRM, table 3-2.
inline constexpr std::uint32_t kL2Control = 0x100;
inline constexpr std::uint32_t kL2AuxControl = 0x104;
inline constexpr std::uint32_t kL2Sync = 0x730;
inline constexpr std::uint32_t kL2InvalidatePa = 0x770;
inline constexpr std::uint32_t kL2InvalidateWay = 0x77C;
inline constexpr std::uint32_t kL2CleanPa = 0x7B0;
inline constexpr std::uint32_t kL2CleanWay = 0x7BC;
inline constexpr std::uint32_t kL2CleanInvalidatePa = 0x7F0;
inline constexpr std::uint32_t kL2CleanInvalidateWay = 0x7FC;

/// A device's register that starts what a test's device does.
class Bell final : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Bell> target{"target"};
  Origin rung{};  ///< By which store, last.

  explicit Bell(const sc_core::sc_module_name& name) : sc_module{name} {
    target.register_b_transport(this, &Bell::b_transport);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    rung = attributes_of(payload).origin;
    set_response(payload, BusResponse::kOkay);
  }
};

/// Before memory: shows what the processor writes to it.
class Tap final : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Tap> in{"in"};
  tlm_utils::simple_initiator_socket<Tap> out{"out"};
  std::function<void(std::uint32_t address, std::span<const std::byte> data)> before_write;

  explicit Tap(const sc_core::sc_module_name& name) : sc_module{name} {
    in.register_b_transport(this, &Tap::b_transport);
    in.register_transport_dbg(this, &Tap::transport_dbg);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    const bool processor = attributes_of(payload).origin.master == MasterId::kProcessor;
    if (before_write && payload.is_write() && processor) {
      before_write(
          kMemory + static_cast<std::uint32_t>(payload.get_address()),
          {reinterpret_cast<const std::byte*>(payload.get_data_ptr()), payload.get_data_length()});
    }
    out->b_transport(payload, delay);
  }
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) { return out->transport_dbg(payload); }
};

/// All that the kernel holds: made once in a process, cleared for each test. Core socket - L2 -
/// interconnect - DRAM, and a bus master beside them.
class MemoryBoard final : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<MemoryBoard, 64> core{"core"};
  tlm_utils::simple_initiator_socket<MemoryBoard, 64> port{"port"};  ///< A coherency port's.
  L2x0 l2{"l2", DeviceNode{"cache-controller@1e00a000"}};
  Interconnect bus{"bus", DeviceNode{"interconnect"}};
  Dram dram{"dram", DeviceNode{"memory@60000000"}, kMemorySize};
  InitiatorPort device{"device"};
  Bell bell{"bell"};
  Tap tap{"tap"};

  static MemoryBoard& instance() {
    static MemoryBoard board{"board"};
    static bool elaborated = false;
    if (!elaborated) sc_core::sc_start(sc_core::SC_ZERO_TIME);
    elaborated = true;
    return board;
  }

  /// As after power-on; nobody watches.
  void restart() {
    set_observer(nullptr);
    tap.before_write = {};
    l2.reset();
    l2.set_late_drain(false);
    bell.rung = {};
    catch_up(now());
    std::vector<std::byte> zero(kAreaSize);
    bus.debug_access(true, PhysicalAddress{kArea}, zero);
  }
  void set_observer(Observer* observer) {
    l2.set_observer(observer);
    bus.set_observer(observer);
  }

  static Time now() { return from_sc_time(sc_core::sc_time_stamp()); }
  /// Runs the kernel if anything is due by `time`; moves its stamp there if `always`.
  static void catch_up(Time time, bool always = true) {
    if (!always && to_sc_time(time) < sc_core::sc_time_stamp() + pending()) return;
    if (time > now()) sc_core::sc_start(to_sc_time(time - now()));
    while (sc_core::sc_pending_activity_at_current_time()) sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  /// Memory as a device sees it.
  std::uint32_t word(std::uint32_t at) {
    std::uint32_t value = 0;
    bus.debug_access(false, PhysicalAddress{at}, std::as_writable_bytes(std::span{&value, 1}));
    return value;
  }
  void set_word(std::uint32_t at, std::uint32_t value) {
    bus.debug_access(true, PhysicalAddress{at}, std::as_writable_bytes(std::span{&value, 1}));
  }

 private:
  explicit MemoryBoard(const sc_core::sc_module_name& name) : sc_module{name} {
    core.bind(l2.slave);
    port.bind(l2.slave1);
    l2.master.bind(bus.caches);
    device.socket.bind(bus.masters);
    device.set_master(kTheDevice);
    bus.map({kMemory, kMemorySize}, Interconnect::Kind::kMemory, "/memory");
    bus.targets.bind(tap.in);
    tap.out.bind(dram.target);
    bus.map({kBell, 0x1000}, Interconnect::Kind::kDevice, "/device");
    bus.targets.bind(bell.target);
    bus.map({kL2Registers, 0x1000}, Interconnect::Kind::kDevice, "/l2");
    bus.targets.bind(l2.target);
    l2.interrupt.bind(interrupt_);
  }
  static sc_core::sc_time pending() {
    return sc_core::sc_time_to_pending_activity(sc_core::sc_get_curr_simcontext());
  }

  sc_core::sc_signal<bool> interrupt_{"interrupt"};
};

}  // namespace linefill::test

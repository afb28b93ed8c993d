// SPDX-License-Identifier: Apache-2.0
// The controller on a bus: its registers are reached through its own ports.
#include "models/cache/l2x0.hpp"

#include <array>
#include <cstring>
#include <memory>

#include "models/bus/initiator_port.hpp"
#include "models/bus/interconnect.hpp"
#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"
#include "models/memory/dram.hpp"
#include "tests/models/cache/l2_bench.hpp"
#include "tests/support/bus_driver.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

constexpr std::uint32_t kMemory = 0x6000'0000;
constexpr std::uint32_t kRegisters = 0x1E00'A000;

struct CpuPort : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<CpuPort, 64> socket{"socket"};
  explicit CpuPort(const sc_core::sc_module_name& name) : sc_module{name} {}
};

/// Processor - L2 - interconnect - DRAM and the L2's registers; the processor's time runs ahead.
struct Board {
  Board() {
    cpu.socket.bind(l2.slave);
    l2.master.bind(bus.masters);
    device.socket.bind(bus.masters);
    bus.map({kMemory, 0x1000'0000}, Interconnect::Kind::kMemory, "/memory");
    bus.targets.bind(dram.target);
    bus.map({kRegisters, 0x1000}, Interconnect::Kind::kDevice, "/l2");
    bus.targets.bind(l2.target);
    l2.interrupt.bind(interrupt);
    l2.reset();
    run(Time{0});
    set(kTagLatency, 0);
    set(kDataLatency, 0);
    set(kControl, 1);
  }

  void transport(bool write, std::uint32_t address, void* data, unsigned size,
                 const MemoryAttributes& type) {
    payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char*>(data));
    payload.set_data_length(size);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    payload.set_extension(&extension);
    extension.attributes.memory = type;
    sc_core::sc_time delay = to_sc_time(now) - sc_core::sc_time_stamp();
    cpu.socket->b_transport(payload, delay);
    took = time_of(delay) - now;
    now = time_of(delay);
    payload.clear_extension(&extension);
    response = response_of(payload);
  }
  std::uint32_t load(std::uint32_t address, const MemoryAttributes& type) {
    std::uint32_t value = 0;
    transport(false, address, &value, 4, type);
    return value;
  }
  void store(std::uint32_t address, std::uint32_t value, const MemoryAttributes& type) {
    transport(true, address, &value, 4, type);
  }
  void fill(std::uint32_t address) {
    std::array<std::byte, 32> line{};
    transport(false, address, line.data(), 32, kWriteBack);
  }
  std::uint32_t get(std::uint32_t offset) { return load(kRegisters + offset, test::kDevice); }
  void set(std::uint32_t offset, std::uint32_t value) {
    store(kRegisters + offset, value, test::kDevice);
  }
  /// Lets the kernel catch up with the processor, and then go on for `t`.
  void wait(Time t) {
    run(now - from_sc_time(sc_core::sc_time_stamp()) + t);
    now = from_sc_time(sc_core::sc_time_stamp());
  }
  std::uint32_t seen_by_dma(std::uint32_t address) {
    std::uint32_t value = 0;
    bus.debug_access(false, PhysicalAddress{address}, std::as_writable_bytes(std::span{&value, 1}));
    return value;
  }
  std::uint32_t seen_by_cpu(std::uint32_t address) {
    std::uint32_t value = 0;
    payload.set_read();
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    payload.set_data_length(4);
    CHECK(cpu.socket->transport_dbg(payload) == 4);
    return value;
  }

  CpuPort cpu{"cpu"};
  DeviceNode node{"cache-controller@1e00a000"};
  L2x0 l2{"l2", node};
  Interconnect bus{"bus", DeviceNode{"interconnect"}};
  Dram dram{"dram", DeviceNode{"memory@60000000"}, 0x1000'0000};
  InitiatorPort device{"device"};
  sc_core::sc_signal<bool> interrupt{"interrupt"};
  tlm::tlm_generic_payload payload;
  BusExtension extension;
  BusResponse response = BusResponse::kOkay;
  Time now{0};
  Time took{0};
};

}  // namespace

TEST_CASE_METHOD(Board, "L2C-310: its registers are reached through its own ports", "[l2c310]") {
  CHECK(get(kCacheId) == 0x4100'00C8);
  CHECK(get(kControl) == 1);
  set(kIntMask, 0x1FF);
  CHECK(get(kIntMask) == 0x1FF);
}

TEST_CASE_METHOD(Board, "L2C-310: a register write drains the buffer within its own transaction",
                 "[l2c310]") {
  store(kMemory, 1, kPrivateNonCacheable);
  store(kMemory + 32, 2, kPrivateNonCacheable);
  CHECK(seen_by_dma(kMemory) == 0);
  set(kCacheSync, 0);
  CHECK(response == BusResponse::kOkay);
  CHECK(seen_by_dma(kMemory) == 1);
  CHECK(seen_by_dma(kMemory + 32) == 2);
}

TEST_CASE_METHOD(Board, "L2C-310: registers written through the store buffer do what they should",
                 "[l2c310]") {
  // A guest that maps the controller as normal memory: three slots of register writes, drained by
  // one another.
  store(kMemory, 7, kWriteBack);
  store(kRegisters + kIntMask, 0x55, kPrivateNonCacheable);
  store(kRegisters + kCleanPa, kMemory, kPrivateNonCacheable);
  store(kRegisters + kDataLockdown0, 3, kPrivateNonCacheable);
  CHECK(seen_by_dma(kMemory) == 0);
  set(kCacheSync, 0);
  CHECK(get(kIntMask) == 0x55);
  CHECK(get(kDataLockdown0) == 3);
  CHECK(seen_by_dma(kMemory) == 7);
}

TEST_CASE_METHOD(Board, "L2C-310: its registers cached in itself break nothing", "[l2c310]") {
  // A dirty line over CTRL and AUX_CTRL: written back while other lines move, it turns the cache
  // off and gives it another shape.
  fill(kRegisters + kControl);
  store(kRegisters + kControl, 0, kWriteBack);
  store(kRegisters + kAuxControl, 0x0204'0000, kWriteBack);
  for (std::uint32_t i = 1; i <= 8; ++i)
    store(kMemory + 0xA100 + i * 0x1'0000, i, kWriteBack);  // The same set.
  CHECK(get(kControl) == 0);
  CHECK(get(kAuxControl) == 0x0204'0000);
  set(kCleanInvPa, kRegisters + kControl);
  set(kControl, 1);
  store(kMemory, 9, kWriteBack);
  CHECK(load(kMemory, kWriteBack) == 9);
}

TEST_CASE_METHOD(Board, "L2C-310: DMA sees memory, the processor sees the cache", "[l2c310]") {
  store(kMemory, 1, kWriteBack);
  CHECK(seen_by_dma(kMemory) == 0);
  CHECK(seen_by_cpu(kMemory) == 1);
  store(kMemory + 4, 2, kPrivateNonCacheable);
  CHECK(seen_by_cpu(kMemory + 32) == 0);
  std::array<std::byte, 4> data{};
  Time at = now;
  device.read(PhysicalAddress{kMemory}, data, {}, at);
  CHECK(data[0] == std::byte{0});
}

TEST_CASE_METHOD(Board, "L2C-310: a debugger sees buffered stores, and its writes reach all copies",
                 "[l2c310]") {
  store(kMemory + 4, 2, kPrivateNonCacheable);
  CHECK(seen_by_cpu(kMemory + 4) == 2);
  fill(kMemory + 64);
  std::uint32_t value = 0xABCD;
  payload.set_write();
  payload.set_address(kMemory + 64);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(4);
  CHECK(cpu.socket->transport_dbg(payload) == 4);
  CHECK(load(kMemory + 64, kWriteBack) == 0xABCD);
  CHECK(seen_by_dma(kMemory + 64) == 0xABCD);
}

TEST_CASE_METHOD(Board, "L2C-310: the store buffer drains by itself after its time", "[l2c310]") {
  store(kMemory, 1, kPrivateNonCacheable);
  wait(900ns);
  CHECK(seen_by_dma(kMemory) == 0);
  wait(101ns);
  CHECK(seen_by_dma(kMemory) == 1);
}

TEST_CASE_METHOD(Board, "L2C-310: an adversary holds the store buffer until it is drained",
                 "[l2c310]") {
  l2.set_late_drain(true);
  store(kMemory, 1, kPrivateNonCacheable);
  wait(1ms);
  CHECK(seen_by_dma(kMemory) == 0);
  l2.set_late_drain(false);
  wait(1us);
  CHECK(seen_by_dma(kMemory) == 1);
}

TEST_CASE_METHOD(Board, "L2C-310: an adversary evicts a dirty line", "[l2c310]") {
  // Each choice looks at the lines from there on; some choice finds it.
  const auto evict = [this] {
    unsigned evicted = 0;
    for (std::uint64_t choice = 0; choice < 512 * 1024 / 32; choice += 512)
      evicted += l2.evict_early(choice) ? 1U : 0U;
    return evicted;
  };
  CHECK(evict() == 0);
  store(kMemory, 1, kWriteBack);
  CHECK(evict() == 1);
  CHECK(seen_by_dma(kMemory) == 1);
}

TEST_CASE_METHOD(Board, "L2C-310: an operation by way ends by itself, and is refused company",
                 "[l2c310]") {
  store(kMemory, 1, kWriteBack);
  set(kCleanInvWay, 0xFF);
  CHECK(response == BusResponse::kOkay);
  CHECK(get(kCleanInvWay) == 0xFF);
  set(kCacheSync, 0);
  CHECK(response == BusResponse::kSlaveError);
  CHECK(get(kIntRaw) == 0);  // The refusal is no error of memory.
  wait(10us);
  CHECK(seen_by_dma(kMemory) == 1);
  wait(300us);
  CHECK(get(kCleanInvWay) == 0);
  CHECK(l2.log().guest_errors() == 1);
}

TEST_CASE_METHOD(Board, "L2C-310: an error from memory drives the interrupt line until cleared",
                 "[l2c310]") {
  set(kIntMask, 0x100);
  fill(0x3000'0000);  // Nothing is there.
  CHECK(response == BusResponse::kDecodeError);
  wait(Time{0});
  CHECK(interrupt.read());
  set(kIntClear, 0x100);
  wait(Time{0});
  CHECK_FALSE(interrupt.read());
}

TEST_CASE_METHOD(Board, "L2C-310: a hit takes 18 cycles at 400 MHz", "[l2c310][time]") {
  fill(kMemory);
  now += 1us;
  fill(kMemory);
  CHECK(took == Time{18 * 2500});
}

TEST_CASE_METHOD(Board, "L2C-310: a random miss takes some 110 ns beyond a hit", "[l2c310][time]") {
  Time total{0};
  std::uint32_t at = 1;
  for (unsigned i = 0; i < 2000; ++i) {
    at = at * 1'664'525U + 1'013'904'223U;
    fill(kMemory + (at >> 4 & 0x0FFF'FFE0));
    total += took - Time{18 * 2500};
    if (now - from_sc_time(sc_core::sc_time_stamp()) > 1us) wait(Time{0});
  }
  const Time mean = total / 2000;
  CHECK(mean > 104ns);
  CHECK(mean < 116ns);
}

TEST_CASE_METHOD(Board, "L2C-310: reset empties cache, buffer and registers", "[l2c310]") {
  store(kMemory, 1, kWriteBack);
  store(kMemory + 64, 1, kPrivateNonCacheable);
  l2.reset();
  CHECK(get(kControl) == 0);
  set(kCacheSync, 0);
  CHECK(seen_by_dma(kMemory) == 0);
  CHECK(seen_by_dma(kMemory + 64) == 0);
}

TEST_CASE_METHOD(Board, "L2C-310: random register writes break nothing", "[l2c310][random]") {
  std::uint32_t state = 0x1234'5678;
  const auto next = [&state] {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
  };
  static constexpr std::array<MemoryAttributes, 4> kTypes{test::kDevice, kWriteBack,
                                                          kPrivateNonCacheable, kStronglyOrdered};
  for (unsigned i = 0; i < 20'000; ++i) {
    const std::uint32_t address =
        (next() & 3U) == 0 ? kMemory + (next() & 0xF'FFFC) : kRegisters + (next() & 0xFFC);
    std::uint32_t value = next() >> (next() & 31U);
    if (address == kRegisters + kAuxControl) value &= ~(7U << 17);  // Large ways take long to make.
    std::array<std::uint32_t, 8> line{value, value, value, value, value, value, value, value};
    const bool whole = (next() & 7U) == 0;
    transport((next() & 1U) != 0, whole ? address & ~31U : address, line.data(), whole ? 32 : 4,
              kTypes[next() & 3U]);
    if ((next() & 63U) == 0) wait(Time{static_cast<std::int64_t>(next() & 0x3FF'FFFF)});
  }
  SUCCEED();
}

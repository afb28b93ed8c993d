// SPDX-License-Identifier: Apache-2.0
// Every device over the bus, against its manual's register summary.
#include <deque>
#include <memory>
#include <span>

#include "models/bus/initiator_port.hpp"
#include "models/cache/l2x0.hpp"
#include "models/core/model_registry.hpp"
#include "models/interrupt/arm_gic.hpp"
#include "tests/golden/gic.hpp"
#include "tests/golden/l220.hpp"
#include "tests/golden/l2c310.hpp"
#include "tests/golden/mmu500.hpp"
#include "tests/golden/mpcore.hpp"
#include "tests/golden/pl011.hpp"
#include "tests/golden/pl031.hpp"
#include "tests/golden/pl111.hpp"
#include "tests/golden/pl181.hpp"
#include "tests/golden/pl330.hpp"
#include "tests/golden/sp804.hpp"
#include "tests/golden/sp805.hpp"
#include "tests/golden/vexpress_sysreg.hpp"
#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;          // NOLINT: a test
using namespace linefill::golden;  // NOLINT: a test

namespace {

/// Where a device's own accesses go. There are none.
struct Memory : sc_core::sc_module {
  tlm_utils::simple_target_socket<Memory, 64> socket{"socket"};
  explicit Memory(const sc_core::sc_module_name& name) : sc_module{name} {}
};

/// Whose accesses a cache takes. There are none.
struct Processor : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Processor, 64> socket{"socket"};
  explicit Processor(const sc_core::sc_module_name& name) : sc_module{name} {}
};

/// A device of the registry, all its ports bound, after reset.
struct Bench {
  DeviceNode node{"device@0"};
  std::unique_ptr<Device> device;
  std::deque<test::BusDriver> drivers;
  std::deque<sc_core::sc_signal<bool>> lines;
  std::unique_ptr<Memory> memory;
  std::unique_ptr<Processor> processor;

  void create(const char* compatible) {
    node.set("compatible", compatible);
    if (!node.has("clock-frequency")) node.set("clock-frequency", 1'000'000);
    device = ModelRegistry::instance().create(compatible, "device", node);
    for (auto* window : device->windows()) {
      drivers.emplace_back(sc_core::sc_gen_unique_name("bus")).socket.bind(*window);
    }
    for (auto* output : device->interrupt_outputs()) output->bind(lines.emplace_back());
    bind_masters();
    bind_interrupt_controller();
    device->reset();
    test::run(Time{0});
  }

  void bind_masters() {
    if (auto* master = dynamic_cast<BusMaster*>(device.get()); master != nullptr) {
      memory = std::make_unique<Memory>("memory");
      master->initiator().socket.bind(memory->socket);
    }
    if (auto* cache = dynamic_cast<L2x0*>(device.get()); cache != nullptr) {
      memory = std::make_unique<Memory>("memory");
      processor = std::make_unique<Processor>("processor");
      processor->socket.bind(cache->slave);
      cache->master.bind(memory->socket);
    }
  }

  void bind_interrupt_controller() {
    auto* gic = dynamic_cast<ArmGic*>(device.get());
    if (gic == nullptr) return;
    for (auto* input : gic->inputs()) input->bind(lines.emplace_back());
    gic->irq_output().bind(lines.emplace_back());
    gic->fiq_output().bind(lines.emplace_back());
  }

  void check(std::span<const Row> rows, std::span<const std::uint32_t> reserved,
             std::size_t window = 0) {
    test::BusDriver& bus = drivers.at(window);
    for (const Row& row : rows) {
      CAPTURE(row.name);
      CHECK(bus.read(row.offset) == row.reset);
      CHECK(bus.last_response == BusResponse::kOkay);
    }
    for (const std::uint32_t offset : reserved) {
      CAPTURE(offset);
      CHECK(bus.read(offset) == 0);
    }
    for (const Row& row : rows) {
      if (row.writable == 0) continue;
      CAPTURE(row.name);
      bus.write(row.offset, row.writable);
      CHECK(bus.read(row.offset) == ((row.reset & ~row.writable) | row.writable));
      bus.write(row.offset, row.reset & ~row.writable);
      CHECK(bus.read(row.offset) == (row.reset & ~row.writable));
    }
  }
};

}  // namespace

TEST_CASE_METHOD(Bench, "SP804 has the registers of its manual", "[golden]") {
  create("arm,sp804");
  check(kSp804, kSp804Reserved);
}

TEST_CASE_METHOD(Bench, "SP805 has the registers of its manual", "[golden]") {
  create("arm,sp805");
  check(kSp805, kSp805Reserved);
}

TEST_CASE_METHOD(Bench, "PL011 has the registers of its manual", "[golden]") {
  node.set("clock-frequency", 24'000'000);
  create("arm,pl011");
  check(kPl011, kPl011Reserved);
}

TEST_CASE_METHOD(Bench, "PL031 has the registers of its manual", "[golden]") {
  create("arm,pl031");
  check(kPl031, kPl031Reserved);
}

TEST_CASE_METHOD(Bench, "PL111 has the registers of its manual", "[golden]") {
  create("arm,pl111");
  check(kPl111, kPl111Reserved);
}

TEST_CASE_METHOD(Bench, "PL181 has the registers of its manual", "[golden]") {
  node.set("arm,primecell-periphid", 0x0004'1181);
  create("arm,pl181");
  check(kPl181, kPl181Reserved);
}

TEST_CASE_METHOD(Bench, "DMA-330 has the registers of its manual", "[golden]") {
  node.set("dma-channels", 8).set("dma-requests", 4).set("linefill,events", 16);
  node.set("linefill,bus-width", 64).set("linefill,mfifo-lines", 128);
  node.set("linefill,cache-lines", 8).set("linefill,cache-line-bytes", 16);
  node.set("linefill,read-capability", 8).set("linefill,write-capability", 8);
  node.set("linefill,read-queue", 16).set("linefill,write-queue", 16);
  create("arm,pl330");
  check(kPl330, kPl330Reserved);
}

TEST_CASE_METHOD(Bench, "MMU-500 shows each of two security states what is its own", "[golden]") {
  node.set_flag("linefill,two-security-states");
  create("arm,mmu-500");
  test::BusDriver& bus = drivers.front();
  check(kMmu500Secure, {});
  bus.write(0x0004, 8U << 8 | 4U);  // SCR1: 8 groups and 4 banks are Non-secure.
  bus.write(0x0C20, 0x0001'0000);   // S2CR8
  bus.write(0xC000, 0x1FF);         // CB4_SCTLR
  bus.write(0x1010, 0x0001'F300);   // CBAR4
  bus.write(0x0400, 0x0000'0006);   // NSCR0
  bus.attributes.secure = false;
  CHECK(bus.read(0x0000) == 0x0020'0006);  // sCR0: SMCFCFG is fixed.
  CHECK(bus.read(0x0020) == 0x7801'1E08);  // IDR0: no SES, 8 groups.
  CHECK(bus.read(0x0024) == 0x2000'0004);  // IDR1: 4 banks.
  for (const std::uint32_t secure : {0x0004U, 0x0400U, 0x0C20U, 0x1010U, 0xC000U}) {
    CAPTURE(secure);
    CHECK(bus.read(secure) == 0);
    bus.write(secure, 0xFFFF'FFFF);
  }
  bus.write(0x0C1C, 0x0001'0000);  // S2CR7
  CHECK(bus.read(0x0C1C) == 0x0001'0000);
  CHECK(bus.read(0xB000) == 0x100);  // CB3_SCTLR
  bus.attributes.secure = true;
  CHECK(bus.read(0x0C20) == 0x0001'0000);
  CHECK(bus.read(0xC000) == 0x1FF);
  CHECK(bus.read(0x1010) == 0x0001'F300);
  CHECK(bus.read(0x0000) == 0x0020'0000);  // The Secure state's own, as `check` left it.
  bus.write(0x0004, 1U << 24 | 8U << 8 | 4U);  // GASRAE
  bus.write(0x1000, 0);                        // CBAR0: stage 2.
  bus.attributes.secure = false;
  CHECK(bus.read(0x0020) == 0);
  CHECK(bus.read(0x1400) == 0);
  CHECK(bus.read(0x8000) == 0);
  CHECK(bus.read(0x9000) == 0x100);  // Of stage 1.
}

TEST_CASE_METHOD(Bench, "MMU-500 has the registers of its manual", "[golden]") {
  create("arm,mmu-500");
  check(kMmu500, kMmu500Reserved);
}

TEST_CASE_METHOD(Bench, "L2C-310 has the registers of its manual", "[golden]") {
  node.set("cache-size", 0x80000).set("cache-sets", 2048).set("linefill,revision", "r3p2");
  create("arm,pl310-cache");
  check(kL2c310, kL2c310Reserved);
}

TEST_CASE_METHOD(Bench, "L220 has the registers of its manual", "[golden]") {
  node.set("cache-size", 0x80000).set("cache-sets", 2048);
  create("arm,l220-cache");
  check(kL220, kL220Reserved);
}

TEST_CASE_METHOD(Bench, "L210 has the registers of its manual", "[golden]") {
  node.set("cache-size", 0x80000).set("cache-sets", 2048);
  create("arm,l210-cache");
  check(kL210, kL210Reserved);
}

TEST_CASE_METHOD(Bench, "the A9's distributor and CPU interface have the registers of their manual",
                 "[golden]") {
  node.set("linefill,interrupts", 96);
  create("arm,cortex-a9-gic");
  check(kDistributor, kDistributorReserved, 0);
  check(kCpuInterface, kCpuInterfaceReserved, 1);
}

TEST_CASE_METHOD(Bench, "the A9's SCU has the registers of its manual", "[golden]") {
  create("arm,cortex-a9-scu");
  check(kScu, kScuReserved);
}

TEST_CASE_METHOD(Bench, "the A9's private timer has the registers of its manual", "[golden]") {
  create("arm,cortex-a9-twd-timer");
  check(kPrivateTimer, kPrivateTimerReserved);
}

TEST_CASE_METHOD(Bench, "the A9's watchdog has the registers of its manual", "[golden]") {
  create("arm,cortex-a9-twd-wdt");
  check(kWatchdog, kWatchdogReserved);
}

TEST_CASE_METHOD(Bench, "the A9's global timer has the registers of its manual", "[golden]") {
  create("arm,cortex-a9-global-timer");
  check(kGlobalTimer, kGlobalTimerReserved);
}

TEST_CASE_METHOD(Bench, "the Versatile Express system registers are those of its manual",
                 "[golden]") {
  create("arm,vexpress-sysreg");
  check(kVexpressSysreg, kVexpressSysregReserved);
}

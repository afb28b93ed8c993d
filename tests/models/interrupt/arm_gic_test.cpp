// SPDX-License-Identifier: Apache-2.0
#include "models/interrupt/arm_gic.hpp"

#include "models/core/model_registry.hpp"
#include "tests/models/interrupt/gic_bench.hpp"
#include "tests/support/bus_driver.hpp"

namespace linefill {
namespace {

using namespace test;

/// The controller seen through its two windows and its lines.
struct ArmGicBench {
  DeviceNode node{"interrupt-controller@1e001000"};
  std::unique_ptr<Device> device =
      ModelRegistry::instance().create("arm,cortex-a9-gic", "gic", node);
  ArmGic& gic = dynamic_cast<ArmGic&>(*device);
  BusDriver distributor{"distributor"};
  BusDriver cpu{"cpu"};
  sc_core::sc_vector<sc_core::sc_signal<bool>> ppi{"ppi", 5};
  sc_core::sc_vector<sc_core::sc_signal<bool>> spi{"spi", 64};
  sc_core::sc_signal<bool> irq{"irq"}, fiq{"fiq"};

  ArmGicBench() {
    const auto windows = device->windows();
    REQUIRE(windows.size() == 2);
    distributor.socket.bind(*windows[0]);
    cpu.socket.bind(*windows[1]);
    gic.ppi(ppi);
    gic.spi(spi);
    gic.irq(irq);
    gic.fiq(fiq);
    gic.reset();
    run(1ns);
    distributor.write(kICDDCR, 1);
    cpu.write(kICCPMR, 0xF0);
    cpu.write(kICCICR, 1);
  }
};

TEST_CASE_METHOD(ArmGicBench, "gic device: an SPI raises IRQ, acknowledging lowers it",
                 "[gic][device]") {
  distributor.write(kICDISER + 4, 0x100);
  spi[8] = true;
  run(1ns);
  CHECK(irq.read());
  CHECK_FALSE(fiq.read());
  CHECK(cpu.read(kICCIAR) == 40);
  run(1ns);
  CHECK_FALSE(irq.read());
  cpu.write(kICCEOIR, 40);
  run(1ns);
  CHECK(irq.read());
}

TEST_CASE_METHOD(ArmGicBench, "gic device: PPI inputs begin at 27", "[gic][device]") {
  distributor.write(kICDISER, 1U << 29);
  ppi[2] = true;
  run(1ns);
  CHECK(cpu.read(kICCIAR) == 29);
  CHECK(distributor.read(kICPPISR) == 1U << 13);
}

TEST_CASE_METHOD(ArmGicBench, "gic device: priorities are bytes on the bus", "[gic][device]") {
  distributor.write(kICDIPR + 33, 0xA0, 1);
  CHECK(distributor.read(kICDIPR + 32) == 0xA000);
  CHECK(distributor.read(kICDIPR + 33, 1) == 0xA0);
}

TEST_CASE_METHOD(ArmGicBench, "gic device: a debugger's read acknowledges nothing",
                 "[gic][device]") {
  distributor.write(kICDSGIR, 0x0200'0001);
  CHECK(cpu.peek(kICCIAR) == 1);
  CHECK(cpu.peek(kICCIAR) == 1);
  CHECK(distributor.peek(kICDISPR) == 0x2);
}

TEST_CASE_METHOD(ArmGicBench, "gic device: mistakes are guest errors that read zero",
                 "[gic][device]") {
  CHECK(distributor.read(0x00C) == 0);
  distributor.write(kICDICTR, 0);
  CHECK(distributor.last_response == BusResponse::kOkay);
  CHECK(gic.log().guest_errors() == 2);
}

TEST_CASE("gic device: a number of interrupts that the controller cannot have is refused",
          "[gic][device]") {
  DeviceNode node{"interrupt-controller@1e001000"};
  node.set("linefill,interrupts", 100);
  CHECK_THROWS_AS(ModelRegistry::instance().create("arm,cortex-a9-gic", "gic", node),
                  ConfigurationError);
}

}  // namespace
}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
// The module: its registers on the bus, its interrupt outputs, its properties.
#include <tlm_utils/simple_target_socket.h>

#include <memory>

#include "models/core/model_registry.hpp"
#include "models/dma/pl330.hpp"
#include "tests/models/dma/pl330_program.hpp"
#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kOwnRegisters = 0x1020'0000;

/// 64 KiB of memory at 0, and the controller's registers, which it can reach itself.
struct Ram : sc_core::sc_module {
  tlm_utils::simple_target_socket<Ram, 64> socket{"socket"};
  tlm_utils::simple_target_socket<Ram> driver{"driver"};
  tlm_utils::simple_initiator_socket<Ram> registers{"registers"};
  std::array<unsigned char, 0x1'0000> bytes{};

  explicit Ram(const sc_core::sc_module_name& name) : sc_module{name} {
    socket.register_b_transport(this, &Ram::b_transport);
    driver.register_b_transport(this, &Ram::forward);
    driver.register_transport_dbg(this, &Ram::forward_debug);
  }
  void forward(tlm::tlm_generic_payload& p, sc_core::sc_time& delay) {
    registers->b_transport(p, delay);
  }
  unsigned forward_debug(tlm::tlm_generic_payload& p) { return registers->transport_dbg(p); }
  void b_transport(tlm::tlm_generic_payload& p, sc_core::sc_time& delay) {
    const std::uint64_t address = p.get_address();
    const unsigned size = p.get_data_length();
    if (address >= kOwnRegisters && address < kOwnRegisters + 0x1000) {
      p.set_address(address - kOwnRegisters);
      registers->b_transport(p, delay);
      p.set_address(address);
      return;
    }
    if (address + size > bytes.size()) return set_response(p, BusResponse::kDecodeError);
    if (p.is_write()) {
      std::memcpy(&bytes[address], p.get_data_ptr(), size);
    } else {
      std::memcpy(p.get_data_ptr(), &bytes[address], size);
    }
    delay += to_sc_time(100ns);
    set_response(p, BusResponse::kOkay);
  }
};

struct ShellBench {
  DeviceNode node{"dma-controller@10200000"};
  std::unique_ptr<Device> device;
  Pl330& dma;
  BusDriver bus{"driver"};
  Ram ram{"ram"};
  std::deque<sc_core::sc_signal<bool>> lines;

  explicit ShellBench(unsigned channels = 8)
      : device{(node.set("dma-channels", channels).set("dma-requests", 4),
                ModelRegistry::instance().create("arm,pl330", "dmac", node))},
        dma{dynamic_cast<Pl330&>(*device)} {
    Log::set_level(LogLevel::kError);
    bus.socket.bind(ram.driver);
    dma.initiator().socket.bind(ram.socket);
    ram.registers.bind(dma.target);
    for (auto* output : dma.interrupt_outputs()) output->bind(lines.emplace_back());
    dma.reset();
    test::run(1us);
  }
  void load(std::uint32_t address, const Program& p) {
    std::copy(p.code().begin(), p.code().end(), &ram.bytes[address]);
  }
  void go(unsigned channel, std::uint32_t address, Time then = 1us) {
    bus.write(0xD08, 0x00A0'0000U | channel << 24);
    bus.write(0xD0C, address);
    bus.write(0xD04, 0);
    test::run(then);
  }
};

}  // namespace

TEST_CASE("PL330 module: configuration registers of a Zynq-like controller", "[pl330][registers]") {
  ShellBench bench;
  CHECK(bench.bus.read(0xE00) == 0x001E'3071);
  CHECK(bench.bus.read(0xE04) == 0x0000'0074);
  CHECK(bench.bus.read(0xE08) == 0);
  CHECK(bench.bus.read(0xE0C) == 0);
  CHECK(bench.bus.read(0xE10) == 0);
  CHECK(bench.bus.read(0xE14) == 0x07FF'7F73);
}

TEST_CASE("PL330 module: registers read their reset values", "[pl330][registers]") {
  ShellBench bench;
  const std::uint32_t zeroes[]{0x000, 0x004, 0x020, 0x024, 0x028, 0x030, 0x034,
                               0x038, 0x040, 0x05C, 0x100, 0x104, 0x13C, 0x400,
                               0x404, 0x40C, 0x410, 0x4E0, 0xD00, 0xE80};
  for (const std::uint32_t offset : zeroes) {
    CAPTURE(offset);
    CHECK(bench.bus.read(offset) == 0);
  }
  CHECK(bench.bus.read(0x408) == 0x0080'0200);
  CHECK(bench.bus.read(0x4E8) == 0x0080'0200);
  const std::uint32_t ids[]{0x30, 0x13, 0x24, 0x00, 0x0D, 0xF0, 0x05, 0xB1};
  for (unsigned i = 0; i < 8; ++i) CHECK(bench.bus.read(0xFE0 + 4 * i) == ids[i]);
  CHECK(bench.bus.peek(0xFE0) == 0x30);
  CHECK(bench.device->log().guest_errors() == 0);
}

TEST_CASE("PL330 module: windows of channels that do not exist are reserved",
          "[pl330][registers]") {
  ShellBench bench{2};
  CHECK(bench.bus.read(0x428) == 0x0080'0200);
  CHECK(bench.bus.read(0x448) == 0);
  CHECK(bench.bus.read(0x110) == 0);
  CHECK(bench.device->log().guest_errors() == 2);
  CHECK(bench.bus.read(0xE00) == 0x001E'3011);
}

TEST_CASE("PL330 module: DMASEV raises its output until INTCLR", "[pl330][interrupt]") {
  ShellBench bench;
  bench.bus.write(0x020, 0xFFFF'FFFF);
  CHECK(bench.bus.read(0x020) == 0xFFFF);
  bench.load(0x100, Program{}.sev(5).end());
  bench.go(0, 0x100);
  CHECK(bench.lines.at(1 + 5).read());
  CHECK_FALSE(bench.lines.at(0).read());
  CHECK(bench.bus.read(0x028) == 1U << 5);
  bench.bus.write(0x02C, 1U << 5);
  test::run(1ns);
  CHECK_FALSE(bench.lines.at(1 + 5).read());
}

TEST_CASE("PL330 module: a fault raises the abort output until the channel is killed",
          "[pl330][interrupt]") {
  ShellBench bench;
  bench.load(0x100, Program{}.nop().raw({0xFF}));
  bench.go(3, 0x100);
  CHECK(bench.lines.at(0).read());
  CHECK(bench.bus.read(0x034) == 1U << 3);
  CHECK(bench.bus.read(0x04C) == 1);
  CHECK(bench.bus.read(0x118) == 0xF);
  CHECK(bench.bus.read(0x11C) == 0x101);
  bench.bus.write(0xD08, 0x0001'0301);
  bench.bus.write(0xD04, 0);
  test::run(1us);
  CHECK_FALSE(bench.lines.at(0).read());
  CHECK(bench.bus.read(0x118) == 0);
}

TEST_CASE("PL330 module: the debug interface is busy after a command", "[pl330][debug]") {
  ShellBench bench;
  bench.bus.write(0xD08, 0x0034'0000);
  bench.bus.write(0xD04, 0);
  CHECK(bench.bus.read(0xD00) == 1);
  test::run(1us);
  CHECK(bench.bus.read(0xD00) == 0);
}

TEST_CASE("PL330 module: a copy through the sockets takes time", "[pl330]") {
  ShellBench bench;
  for (unsigned i = 0; i < 256; ++i) bench.ram.bytes[0x1000 + i] = static_cast<unsigned char>(i);
  Program p;
  p.mov_ccr(copy_control(8, 16)).mov_sar(0x1000).mov_dar(0x2000).ld().st().ld().st().end();
  bench.load(0x100, p);
  bench.go(0, 0x100, 500ns);
  CHECK(bench.ram.bytes[0x20FF] == 0);
  test::run(10us);
  CHECK(std::equal(&bench.ram.bytes[0x1000], &bench.ram.bytes[0x1100], &bench.ram.bytes[0x2000]));
}

TEST_CASE("PL330 module: it can program itself without harm", "[pl330][robustness]") {
  ShellBench bench;
  // Stores DMAKILL of channel 0 into the debug registers, from channel 0.
  bench.ram.bytes[0x1000] = 0x01;
  bench.ram.bytes[0x1002] = 0x01;
  Program p;
  p.mov_ccr(copy_control(4, 1)).mov_sar(0x1000).mov_dar(kOwnRegisters + 0xD08).ld().st();
  p.mov_dar(kOwnRegisters + 0xD04).stz();
  const auto forever = p.size();
  p.ld().st().lpfe_end(forever);
  bench.load(0x100, p);
  bench.go(0, 0x100);
  test::run(100us);
  CHECK(bench.bus.read(0x100) == 0);
}

TEST_CASE("PL330 module: a non-secure channel that reads its own controller sees no secret",
          "[pl330][security]") {
  ShellBench bench;
  bench.bus.write(0x020, 0xFFFF);
  Program p;
  p.mov_ccr(copy_control(4, 1) | 2U << 8 | 2U << 22).mov_dar(0x1000);
  for (const std::uint32_t offset : {0xE00U, 0x020U, 0x100U, 0x108U})
    p.mov_sar(kOwnRegisters + offset).ld().st();
  // And writes WD, which is the secure manager's.
  p.mov_sar(0x1000).mov_dar(kOwnRegisters + 0xE80).ld().st().end();
  bench.load(0x100, p);
  bench.bus.write(0xD08, 0x00A2'0000);
  bench.bus.write(0xD0C, 0x100);
  bench.bus.write(0xD04, 0);
  test::run(20us);
  const auto word = [&](unsigned at) {
    std::uint32_t value = 0;
    std::memcpy(&value, &bench.ram.bytes[at], sizeof value);
    return value;
  };
  CHECK(word(0x1000) == 0x001E'3071);        // CR0
  CHECK(word(0x1004) == 0);                  // INTEN: all events are secure.
  CHECK((word(0x1008) >> 21 & 1) == 1);      // CSR0: itself
  CHECK(word(0x100C) == 0);                  // CSR1
  CHECK(bench.bus.read(0x100) == 1U << 21);  // It has ended.
  CHECK(bench.bus.read(0xE80) == 0);
  CHECK(bench.device->log().guest_errors() == 1);
}

TEST_CASE("PL330 module: a wrong property is a configuration error", "[pl330][configuration]") {
  DeviceNode node{"dma"};
  node.set("dma-channels", 9);
  CHECK_THROWS_WITH(pl330::Config::from(node), "dma: dma-channels = <9>: expected 1 to 8");
  DeviceNode odd{"dma"};
  odd.set("linefill,bus-width", 96);
  CHECK_THROWS_WITH(pl330::Config::from(odd),
                    "dma: linefill,bus-width = <96>: expected a power of two");
}

TEST_CASE("PL330 module: a request line beyond dma-requests does not exist",
          "[pl330][configuration]") {
  ShellBench bench;
  CHECK(bench.dma.request_line(3).number() == 3);
  CHECK_THROWS_AS(bench.dma.request_line(4), ConfigurationError);
}

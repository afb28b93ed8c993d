// SPDX-License-Identifier: Apache-2.0
// The module: registers and palette on the bus, its interrupt, its picture as a file.
#include <tlm_utils/simple_target_socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "models/core/model_registry.hpp"
#include "models/display/pl111.hpp"
#include "models/display/png.hpp"
#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

struct Ram : sc_core::sc_module {
  tlm_utils::simple_target_socket<Ram, 64> socket{"socket"};
  std::array<unsigned char, 0x1000> bytes{};
  explicit Ram(const sc_core::sc_module_name& name) : sc_module{name} {
    socket.register_b_transport(this, &Ram::b_transport);
  }
  void b_transport(tlm::tlm_generic_payload& p, sc_core::sc_time& delay) {
    delay += to_sc_time(50ns);
    const std::uint64_t address = p.get_address();
    if (address + p.get_data_length() > bytes.size())
      return set_response(p, BusResponse::kDecodeError);
    std::memcpy(p.get_data_ptr(), &bytes[address], p.get_data_length());
    set_response(p, BusResponse::kOkay);
  }
};

struct ShellBench {
  DeviceNode node{"clcd@10020000"};
  std::unique_ptr<Device> device = ModelRegistry::instance().create("arm,pl111", "clcd", node);
  Pl111& lcd = dynamic_cast<Pl111&>(*device);
  BusDriver bus{"driver"};
  Ram ram{"ram"};
  sc_core::sc_signal<bool> line{"line"};

  ShellBench() {
    bus.socket.bind(lcd.target);
    lcd.initiator().socket.bind(ram.socket);
    device->interrupt_outputs().at(0)->bind(line);
    lcd.reset();
    test::run(1us);
  }
};

std::string temporary(const char* name) {
  return std::filesystem::temp_directory_path().string() + "/linefill-test-" +
         std::to_string(getpid()) + name;
}

std::string contents(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

TEST_CASE("PL111 module: the palette takes accesses of any size", "[pl111]") {
  ShellBench bench;
  bench.bus.write(0x200, 0x1122'3344);
  bench.bus.write(0x201, 0xAA, 1);
  bench.bus.write(0x202, 0xBEEF, 2);
  CHECK(bench.bus.read(0x200) == 0xBEEF'AA44);
  CHECK(bench.bus.read(0x203, 1) == 0xBE);
  CHECK(bench.bus.peek(0x200) == 0xBEEF'AA44);
  bench.bus.write(0xBFC, 7);
  CHECK(bench.bus.read(0xBFC) == 7);
  CHECK(bench.device->log().guest_errors() == 0);
}

TEST_CASE("PL111 module: shows frames, interrupts, and is found as a display", "[pl111]") {
  ShellBench bench;
  auto* display = dynamic_cast<Display*>(bench.device.get());
  REQUIRE(display != nullptr);
  CHECK(display->last_frame().empty());
  bench.ram.bytes[0] = 0x12;
  bench.bus.write(0x008, 1U << 26);
  bench.bus.write(0x01C, 4);
  bench.bus.write(0x018, 0x82B);  // LCDEN, 24 bits, TFT, PWR.
  test::run(10us);
  CHECK(bench.line.read());
  CHECK(display->on());
  CHECK(display->frames() > 1);
  CHECK(display->last_frame().width == 16);
  CHECK(display->last_frame().rgb.at(0) == 0x12);
  bench.bus.write(0x018, 0);
  bench.bus.write(0x028, 4);
  test::run(1us);
  CHECK_FALSE(bench.line.read());
}

TEST_CASE("PNG: an image comes back as it was written, and the same bytes each time", "[png]") {
  Image image{5, 3, {}};
  for (unsigned i = 0; i < 45; ++i) image.rgb.push_back(static_cast<std::uint8_t>(i * 5));
  const std::string one = temporary("one.png");
  const std::string two = temporary("two.png");
  write_png(one, image);
  write_png(two, image);
  CHECK(read_png(one) == image);
  CHECK(contents(one) == contents(two));
  CHECK(contents(one).substr(1, 3) == "PNG");
  std::remove(one.c_str());
  std::remove(two.c_str());
}

TEST_CASE("PNG: what cannot be written or read is named", "[png]") {
  CHECK_THROWS_WITH(write_png("x.png", {}), "x.png: there is no picture to write");
  CHECK_THROWS_WITH(write_png("/nowhere/x.png", Image{1, 1, {1, 2, 3}}),
                    Catch::Contains("/nowhere/x.png: "));
  CHECK_THROWS_WITH(read_png("/nowhere/x.png"), Catch::Contains("/nowhere/x.png: "));
}

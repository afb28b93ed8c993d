// SPDX-License-Identifier: Apache-2.0
#include "models/interrupt/scu.hpp"

#include "models/core/model_registry.hpp"
#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

namespace linefill {
namespace {

TEST_CASE("scu: registers read their reset values", "[scu][reset]") {
  ScuBlock block{1, 1};
  struct Row {
    std::uint32_t offset;
    std::uint32_t value;
  };
  for (const Row& row : {Row{0x00, 0}, Row{0x04, 0x100}, Row{0x08, 0}, Row{0x30, 0}, Row{0x40, 0},
                         Row{0x44, 0}, Row{0x50, 0xF}, Row{0x54, 0}}) {
    CAPTURE(row.offset);
    std::uint32_t value = 1;
    CHECK(ScuBlock::registers().read(block, row.offset, value, {}) == RegisterResult::kDone);
    CHECK(value == row.value);
  }
}

TEST_CASE("scu: CONFIG tells processors and tag RAM", "[scu]") {
  CHECK(ScuBlock::registers().peek(ScuBlock{2, 1}, 0x04) == 0x501);
  CHECK(ScuBlock::registers().peek(ScuBlock{1, 0}, 0x04) == 0x000);
  CHECK(ScuBlock::registers().peek(ScuBlock{4, 2}, 0x04) == 0xAA03);
}

TEST_CASE("scu: software's enable is kept, invalidating has no effect", "[scu][device]") {
  DeviceNode node{"scu@1e000000"};
  const auto device = ModelRegistry::instance().create("arm,cortex-a9-scu", "scu", node);
  test::BusDriver bus{"bus"};
  bus.socket.bind(device->target);
  test::run(0ns);
  bus.write(0x00, 0xFFFF'FFFF);
  CHECK(bus.read(0x00) == 0x7F);
  bus.write(0x0C, 0xFFFF);
  CHECK(device->log().guest_errors() == 0);
  CHECK(bus.read(0x04) == 0x100);
}

}  // namespace
}  // namespace linefill

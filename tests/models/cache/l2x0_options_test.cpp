// SPDX-License-Identifier: Apache-2.0
// What the device tree may say of an L2C-310.
#include "models/cache/l2x0_options.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace linefill;  // NOLINT: a test

namespace {

/// What is said of the node; empty if nothing.
std::string complaint(const DeviceNode& node) {
  try {
    l2x0_options(node);
  } catch (const ConfigurationError& error) {
    return error.what();
  }
  return {};
}

std::string complaint(const std::string& property, std::initializer_list<std::uint32_t> cells) {
  DeviceNode node{"cache@0"};
  node.set(property, cells);
  return complaint(node);
}

}  // namespace

TEST_CASE("L2C-310: RAM latencies are three cells of 1 to 8 cycles", "[l2c310][options]") {
  const char* property = GENERATE("arm,tag-latency", "arm,data-latency");
  CAPTURE(property);
  CHECK(complaint(property, {1, 1, 1}).empty());
  CHECK(complaint(property, {8, 2, 3}).empty());
  CHECK_FALSE(complaint(property, {1}).empty());
  CHECK_FALSE(complaint(property, {1, 1}).empty());
  CHECK_FALSE(complaint(property, {1, 1, 1, 1}).empty());
  CHECK_FALSE(complaint(property, {0, 1, 1}).empty());
  CHECK_FALSE(complaint(property, {1, 9, 1}).empty());
  CHECK_FALSE(complaint(property, {1, 1, 0xFFFF'FFFF}).empty());
}

TEST_CASE("L2C-310: a wrong latency is named with its node, value and what was expected",
          "[l2c310][options]") {
  const std::string line = complaint("arm,tag-latency", {9});
  CHECK_THAT(line, Catch::Contains("cache@0: arm,tag-latency = "));
  CHECK_THAT(line, Catch::Contains("expected three cells"));
  CHECK(line.find('\n') == std::string::npos);
}

TEST_CASE("L2C-310: a latency in words is refused", "[l2c310][options]") {
  DeviceNode node{"cache@0"};
  node.set("arm,data-latency", "two cycles!");  // Twelve bytes: as many as three cells.
  CHECK_THAT(complaint(node), Catch::Contains("arm,data-latency"));
  node.set("arm,data-latency", "fast");
  CHECK_THAT(complaint(node), Catch::Contains("arm,data-latency"));
}

TEST_CASE("L220, L210: RAM latencies are one cell, two cells and one", "[l220][l210][options]") {
  const char* compatible = GENERATE("arm,l220-cache", "arm,l210-cache");
  const auto says = [&](const char* property, std::initializer_list<std::uint32_t> cells) {
    DeviceNode node{"cache@0"};
    node.set("compatible", compatible).set(property, cells);
    return complaint(node);
  };
  CHECK(says("arm,tag-latency", {1}).empty());
  CHECK(says("arm,tag-latency", {8, 0, 0}).empty());
  CHECK_FALSE(says("arm,tag-latency", {0}).empty());
  CHECK(says("arm,data-latency", {1, 2}).empty());
  CHECK(says("arm,data-latency", {1, 8, 0}).empty());
  CHECK_FALSE(says("arm,data-latency", {1}).empty());
  CHECK_FALSE(says("arm,data-latency", {1, 0, 0}).empty());
  CHECK(says("arm,dirty-latency", {8}).empty());
  CHECK_FALSE(says("arm,dirty-latency", {9}).empty());
}

TEST_CASE("L220, L210: 1 to 8 ways of 16 to 256 KiB", "[l220][l210][options]") {
  const char* compatible = GENERATE("arm,l220-cache", "arm,l210-cache");
  const auto says = [&](std::uint32_t size, std::uint32_t sets) {
    DeviceNode node{"cache@0"};
    node.set("compatible", compatible).set("cache-size", size).set("cache-sets", sets);
    return complaint(node);
  };
  CHECK(says(0x4000, 512).empty());
  CHECK(says(0x20'0000, 8192).empty());
  CHECK(says(0xC000, 512).empty());
  CHECK_THAT(says(0x40'0000, 16384), Catch::Contains("256 KiB"));
  CHECK_THAT(says(0x10'0000, 2048), Catch::Contains("1 to 8 ways"));
  CHECK_THAT(says(0x6000, 512), Catch::Contains("1 to 8 ways"));
}

TEST_CASE("L220, L210: revisions are the L2C-310's", "[l220][l210][options]") {
  DeviceNode node{"cache@0"};
  node.set("compatible", "arm,l220-cache").set("linefill,revision", "r3p0");
  CHECK_THAT(complaint(node), Catch::Contains("only for an L2C-310"));
}

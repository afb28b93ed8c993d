// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libfdt.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "sw/arch/barrier.hpp"
#include "sw/arch/host/cpu.hpp"
#include "sw/arch/host/io.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/cache/l2x0.hpp"
#include "sw/kernel/device.hpp"
#include "tests/models/cache/l2_bench.hpp"

namespace guest::test {

/// The guest's driver on the model of a controller that is off. A register access takes 20 ns.
class DriverBench final : public FakeIo {
 public:
  using Part = linefill::L2Part;
  struct Property {
    std::string name;
    std::vector<std::uint32_t> cells;
  };

  explicit DriverBench(Part part, std::uint32_t release = 8) : l2{options(part, release), false} {
    fake_io = this;
    host_actlr = 0;
    outer_cache = {};
    outer_cache_drained_in_idle = false;
  }
  virtual ~DriverBench() {
    fake_io = nullptr;
    outer_cache = {};
    outer_cache_drained_in_idle = false;
  }
  DriverBench(const DriverBench&) = delete;
  DriverBench& operator=(const DriverBench&) = delete;

  /// Boots with a device tree of the controller; false if the driver did not take it.
  bool probe(std::vector<Property> properties = {}) {
    make_tree(properties);
    static FlatDeviceTree tree;
    tree = FlatDeviceTree{std::as_bytes(std::span{blob_})};
    set_device_tree(tree);
    create_devices();
    probe_devices(Stage::kCache);
    log.clear();
    return find_device(compatible())->bound;
  }

  std::uint32_t read(const volatile void* address, unsigned size) override {
    std::uint32_t value = 0;
    l2.now += kAccess;
    note(l2.block.read_register(offset_of(address), size, value, {l2.now, l2.attributes}));
    ++reads;
    return value;
  }
  void write(volatile void* address, std::uint32_t value, unsigned size) override {
    l2.now += kAccess;
    const linefill::RegisterContext context{l2.now, l2.attributes};
    note(l2.block.write_register(offset_of(address), size, value, context, l2.now));
    log.push_back(text(offset_of(address), value));
    if (l2.block.last_ignored()) ++ignored;
    actlr_at.emplace_back(host_actlr);
  }
  /// As `log` has a write: "7f0 60000400".
  static std::string text(std::uint32_t offset, std::uint32_t value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%03x %x", offset, value);
    return buffer;
  }

  std::vector<std::string> log;         ///< Register writes since the probe.
  std::vector<std::uint32_t> actlr_at;  ///< ACTLR at each of all writes.
  unsigned refused = 0;
  unsigned ignored = 0;
  unsigned reads = 0;
  linefill::test::L2Bench l2;

 private:
  static constexpr std::uint32_t kBase = 0x1E00'A000;
  static constexpr linefill::Time kAccess{20'000};

  static linefill::L2x0Options options(Part part, std::uint32_t release) {
    linefill::L2x0Options o = linefill::test::L2Bench::small(part);
    if (part == Part::kL310) o.cache_id = 0x4100'00C0 | release;
    return o;
  }
  const char* compatible() const {
    return l2.options.part == Part::kL310   ? "arm,pl310-cache"
           : l2.options.part == Part::kL220 ? "arm,l220-cache"
                                            : "arm,l210-cache";
  }
  static std::uint32_t offset_of(const volatile void* address) {
    return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(address) - kBase);
  }
  void note(linefill::BusResponse response) {
    if (response != linefill::BusResponse::kOkay) ++refused;
  }

  void make_tree(const std::vector<Property>& properties) {
    blob_.assign(4096, 0);
    void* const fdt = blob_.data();
    fdt_create(fdt, static_cast<int>(blob_.size()));
    fdt_finish_reservemap(fdt);
    fdt_begin_node(fdt, "");
    put(fdt, {"#address-cells", {1}});
    put(fdt, {"#size-cells", {1}});
    fdt_begin_node(fdt, "cache-controller@1e00a000");
    const std::string name = compatible();
    fdt_property(fdt, "compatible", name.c_str(), static_cast<int>(name.size() + 1));
    put(fdt, {"reg", {kBase, 0x1000}});
    for (const Property& property : properties) put(fdt, property);
    fdt_end_node(fdt);
    fdt_end_node(fdt);
    fdt_finish(fdt);
  }
  static void put(void* fdt, const Property& property) {
    std::vector<fdt32_t> cells;
    for (const std::uint32_t cell : property.cells) cells.push_back(cpu_to_fdt32(cell));
    fdt_property(fdt, property.name.c_str(), cells.data(), static_cast<int>(4 * cells.size()));
  }

  std::vector<char> blob_;
};

}  // namespace guest::test

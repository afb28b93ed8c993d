// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sw/arch/host/io.hpp"
#include "sw/iommu/arm_smmu/arm_smmu.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/time.hpp"
#include "tests/sw/iommu/pgtable_fixture.hpp"

namespace guest::test {

/// The registers of an SMMUv2 with 4 KiB pages, 8 context banks and 16 stream mappings, on the
/// board vexpress-a9-smmu: what is written stays, and is kept in order. IHI 0062.
class FakeSmmu : public PgtableFixture,
                 public FakeIo,
                 public InterruptController,
                 public ClockSource,
                 public TextSink {
 public:
  static constexpr std::uint32_t kBase = 0x1040'0000;
  static constexpr std::uint32_t kSpace1 = 0x1000;
  static constexpr std::uint32_t kBanks = 0x8000;
  static constexpr unsigned kFirstContextIrq = 32 + 33;

  FakeSmmu();
  virtual ~FakeSmmu();

  std::uint32_t read(const volatile void* address, unsigned size) override;
  void write(volatile void* address, std::uint32_t value, unsigned size) override;
  void enable(unsigned irq) override { enabled.push_back(irq); }
  void disable(unsigned) override {}
  void set_trigger(unsigned, bool) override {}
  void handle(void (*)(unsigned)) override {}
  std::uint32_t read() override { return now_us += 10; }
  void write(std::string_view text) override { printed += text; }

  /// Changes the LCD controller's stream in the device tree. Before the probe.
  void set_clcd_stream(std::uint8_t id, std::uint8_t mask);
  /// Probes the driver: the one SMMU there is.
  void probe();
  std::uint32_t bank(unsigned number, std::uint32_t offset) {
    return registers[kBanks + number * 0x1000 + offset];
  }
  /// The writes since the last call, of those offsets.
  std::vector<std::uint32_t> order_of(std::uint32_t from, std::uint32_t to) const;

  std::map<std::uint32_t, std::uint32_t> registers;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> written;  ///< Offset, value.
  std::vector<unsigned> enabled;
  std::string printed;
  std::uint32_t now_us = 0;
  bool sync_hangs = false;
  std::vector<char> blob;
  device* dmac = nullptr;
  device* clcd = nullptr;

 private:
  void boot();
};

}  // namespace guest::test

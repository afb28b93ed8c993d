// SPDX-License-Identifier: Apache-2.0
#include "models/checker/mapping_hooks.hpp"

#include "tests/models/checker/fake_program.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

constexpr std::uint32_t kCaller = 0x9000;
constexpr std::uint32_t kStack = 0x5000;
constexpr std::uint32_t kDevice = 0x6000;
constexpr std::uint32_t kFromDevice = 2;

/// A guest with the mapping functions at known addresses, called by hand with the registers that
/// the AAPCS gives their arguments.
struct LedgerBench {
  LedgerBench() {
    std::uint32_t at = 0x8000;
    for (const char* name :
         {"dma_map_page_attrs", "dma_unmap_page_attrs", "dma_map_sg_attrs",
          "dma_sync_single_for_cpu", "dma_alloc_attrs", "dma_alloc_pages", "dma_free_pages",
          "dma_alloc_noncontiguous", "dma_free_noncontiguous", "dma_free_attrs"}) {
      symbols.add_function(name, at, 4);
      at += 0x100;
    }
    program.memory[kDevice] = 0x7000;
    program.memory[0x7000] = 0x69636D6D;  // "mmci"
    program.memory[0x7004] = 0;
    hooked = mapping.attach(symbols);
  }
  void call(const char* name, std::array<std::uint32_t, 4> r, std::vector<std::uint32_t> stack,
            std::uint32_t r0) {
    program.r[13] = kStack;
    program.r[14] = kCaller;
    std::copy(r.begin(), r.end(), program.r.begin());
    for (std::uint32_t i = 0; i < stack.size(); ++i) program.memory[kStack + 4 * i] = stack[i];
    hooks.at_instruction(*symbols.address_of(name));
    program.r[0] = r0;
    program.time += Time{1000};
    hooks.at_instruction(kCaller);
  }

  test::FakeProgram program;
  FunctionHooks hooks{program};
  Ledger ledger;
  Symbols symbols;
  MappingHooks mapping{program, hooks, ledger};
  unsigned hooked = 0;
};

}  // namespace

TEST_CASE_METHOD(LedgerBench, "a mapping has the handle that was returned, and its site",
                 "[checker][ledger]") {
  CHECK(hooked == 10);
  call("dma_map_page_attrs", {kDevice, 0x1234, 16, 100}, {kFromDevice, 0}, 0x6000'0010);
  const Mapping* mapped = ledger.covering(0x6000'0073);
  REQUIRE(mapped != nullptr);
  CHECK(mapped->size == 100);
  CHECK(mapped->direction == DmaDirection::kFromDevice);
  CHECK(mapped->device == "mmci");
  CHECK(mapped->site == kCaller);
  CHECK(ledger.covering(0x6000'0074) == nullptr);
}

TEST_CASE_METHOD(LedgerBench, "an unaligned buffer's edge lines are watched until it is unmapped",
                 "[checker][ledger]") {
  call("dma_map_page_attrs", {kDevice, 0, 0, 100}, {kFromDevice, 0}, 0x6000'0010);
  CHECK(program.watched_lines.contains(line_of(PhysicalAddress{0x6000'0000})));
  CHECK(program.watched_lines.contains(line_of(PhysicalAddress{0x6000'0060})));
  CHECK(ledger.partly_covering(line_of(PhysicalAddress{0x6000'0000})) != nullptr);
  CHECK(ledger.partly_covering(line_of(PhysicalAddress{0x6000'0020})) == nullptr);
  call("dma_unmap_page_attrs", {kDevice, 0, 0x6000'0010, 0}, {100, kFromDevice, 0}, 0);
  CHECK(program.watched_lines.empty());
  REQUIRE(ledger.covering(0x6000'0010) != nullptr);
  CHECK(ledger.covering(0x6000'0010)->owner == Mapping::Owner::kEnded);
}

TEST_CASE_METHOD(LedgerBench, "a scatterlist maps each entry that the call returned, over chains",
                 "[checker][ledger]") {
  const std::uint32_t list = 0x4000;
  program.memory[list] = 0;
  program.memory[list + 16] = 0x6000'1000;
  program.memory[list + 24] = 512;
  program.memory[list + 32] = 0x4100 | 1;  // Chained.
  program.memory[0x4100] = 2;              // The last.
  program.memory[0x4100 + 16] = 0x6000'3000;
  program.memory[0x4100 + 24] = 1024;
  call("dma_map_sg_attrs", {kDevice, list, 2, kFromDevice}, {0}, 2);
  CHECK(ledger.live_at(0x6000'1000) != nullptr);
  REQUIRE(ledger.live_at(0x6000'3000) != nullptr);
  CHECK(ledger.live_at(0x6000'3000)->size == 1024);
  CHECK(ledger.live_count() == 2);
}

TEST_CASE_METHOD(LedgerBench, "what a device scans out is its allocation, whoever mapped it too",
                 "[checker][ledger]") {
  program.memory[0x4000] = 0x6001'0000;
  call("dma_alloc_attrs", {kDevice, 4096, 0x4000, 0}, {0}, 0xF000'0000);
  call("dma_map_page_attrs", {kDevice, 0, 0, 100}, {kFromDevice, 0}, 0x6001'0100);
  call("dma_map_page_attrs", {kDevice, 0, 0, 100}, {kFromDevice, 0}, 0x6002'0000);
  const Mapping* allocation = ledger.given_to("lcd", 0x6001'0110);
  REQUIRE(allocation != nullptr);
  CHECK(allocation->type == Mapping::Type::kCoherent);
  CHECK(ledger.given_to("lcd", 0x6002'0000) == nullptr);
  CHECK(ledger.given_to("mmci", 0x6002'0000) != nullptr);
}

TEST_CASE_METHOD(LedgerBench, "a failed mapping is none", "[checker][ledger]") {
  call("dma_map_page_attrs", {kDevice, 0, 0, 100}, {kFromDevice, 0}, 0xFFFF'FFFF);
  CHECK(ledger.live_count() == 0);
}

TEST_CASE_METHOD(LedgerBench, "between sync for CPU and sync for device the CPU owns the buffer",
                 "[checker][ledger]") {
  call("dma_map_page_attrs", {kDevice, 0, 0, 64}, {kFromDevice, 0}, 0x6000'0040);
  call("dma_sync_single_for_cpu", {kDevice, 0, 0x6000'0040, 0}, {64, kFromDevice}, 0);
  CHECK(ledger.live_at(0x6000'0040)->owner == Mapping::Owner::kCpu);
}

TEST_CASE_METHOD(LedgerBench, "a coherent allocation's handle is read where the caller wanted it",
                 "[checker][ledger]") {
  program.memory[0x4000] = 0x6001'0000;
  call("dma_alloc_attrs", {kDevice, 4096, 0x4000, 0}, {0}, 0xF000'0000);
  REQUIRE(ledger.live_at(0x6001'0000) != nullptr);
  CHECK(ledger.live_at(0x6001'0000)->type == Mapping::Type::kCoherent);
}

TEST_CASE_METHOD(LedgerBench, "coherent memory ends by its address, and its handle is compared",
                 "[checker][ledger]") {
  FindingLog findings;
  MappingRules rules{findings};
  mapping.set_rules(&rules);
  for (std::uint32_t i = 0; i < 2; ++i) {
    program.memory[0x4000] = 0x6001'0000 + i * 0x1000;
    call("dma_alloc_attrs", {kDevice, 4096, 0x4000, 0}, {0}, 0xF000'0000 + i * 0x1000);
  }
  const auto free = [this](std::uint32_t cpu_address, std::uint32_t handle) {
    call("dma_free_attrs", {kDevice, 4096, cpu_address, 0}, {handle, 0, 0}, 0);
  };
  free(0xF000'0000, 0x6001'1000);  // The other one's handle.
  REQUIRE(findings.all().size() == 1);
  CHECK(findings.all()[0].kind == FindingKind::kApiUnmapUnknown);
  CHECK(findings.all()[0].offset == 0x1000);
  CHECK(ledger.live_at(0x6001'0000) == nullptr);
  CHECK(ledger.live_at(0x6001'1000) != nullptr);
  free(0xF000'1040, 0x6001'1000);  // Memory that is not out: nothing ends.
  CHECK(findings.all()[0].count == 2);
  CHECK(ledger.live_count() == 1);
  free(0xF000'1000, 0x6001'1000);
  CHECK(ledger.live_count() == 0);
  CHECK(findings.all().size() == 1);
  CHECK(findings.all()[0].count == 2);
}

TEST_CASE_METHOD(LedgerBench, "pages for one direction are the CPU's until they are synced",
                 "[checker][ledger]") {
  program.memory[0x4000] = 0x6000'1000;
  call("dma_alloc_pages", {kDevice, 5000, 0x4000, kFromDevice}, {0xCC0}, 0);
  CHECK(ledger.live_at(0x6000'1000) == nullptr);
  call("dma_alloc_pages", {kDevice, 5000, 0x4000, kFromDevice}, {0xCC0}, 0x1234);
  const Mapping* mapped = ledger.live_at(0x6000'1000);
  REQUIRE(mapped != nullptr);
  CHECK(mapped->size == 5000);
  CHECK(mapped->direction == DmaDirection::kFromDevice);
  CHECK(mapped->owner == Mapping::Owner::kCpu);
  call("dma_free_pages", {kDevice, 5000, 0x1234, 0}, {0x6000'1000, 0, kFromDevice}, 0);
  CHECK(ledger.live_at(0x6000'1000) == nullptr);
}

TEST_CASE_METHOD(LedgerBench, "a noncontiguous allocation's table is read before it is freed",
                 "[checker][ledger]") {
  program.memory[0x4000] = 0x4100;
  program.memory[0x4004] = 1;
  program.memory[0x4100] = 2;
  program.memory[0x4100 + 16] = 0x6000'3000;
  program.memory[0x4100 + 24] = 8192;
  call("dma_alloc_noncontiguous", {kDevice, 8192, kFromDevice, 0xCC0}, {0}, 0x4000);
  REQUIRE(ledger.live_at(0x6000'3000) != nullptr);
  CHECK(ledger.live_at(0x6000'3000)->size == 8192);
  call("dma_free_noncontiguous", {kDevice, 8192, 0x4000, kFromDevice}, {}, 0);
  CHECK(ledger.live_at(0x6000'3000) == nullptr);
}

// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/transfer_log.hpp"

#include "models/checker/mapping_hooks.hpp"
#include "tests/models/checker/fake_program.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

constexpr std::uint32_t kCaller = 0x9000;
constexpr std::uint32_t kStack = 0x5000;
constexpr std::uint32_t kDevice = 0x6000;
constexpr std::uint32_t kChannel = 0x6100;
constexpr std::uint32_t kBuffer = 0x6000'0000;
constexpr std::uint32_t kOther = 0x6001'0000;

/// A guest that moves data by dmaengine, played by hand. Every call takes 10 ps.
struct TransferBench {
  TransferBench() {
    std::uint32_t at = 0x8000;
    for (const char* name :
         {"dma_map_page_attrs", "dma_unmap_page_attrs", "dmaengine_prep_dma_memcpy",
          "dmaengine_prep_slave_sg", "dma_async_issue_pending", "pl330_irq_handler",
          "dmaengine_desc_callback_invoke"}) {
      symbols.add_function(name, at, 4);
      at += 0x100;
    }
    program.memory[kDevice] = 0x7000;
    program.memory[0x7000] = 0x616D64;  // "dma"
    mapping.attach(symbols);
    log = std::make_unique<TransferLog>(hooks, ledger, symbols);
  }
  void call(const char* name, std::array<std::uint32_t, 4> r, std::vector<std::uint32_t> stack = {},
            std::uint32_t r0 = 1) {
    program.r[13] = kStack;
    program.r[14] = kCaller;
    std::copy(r.begin(), r.end(), program.r.begin());
    for (std::uint32_t i = 0; i < stack.size(); ++i) program.memory[kStack + 4 * i] = stack[i];
    hooks.at_instruction(*symbols.address_of(name));
    program.r[0] = r0;
    program.time += Time{10};
    hooks.at_instruction(kCaller);
  }
  void map(std::uint32_t address, std::uint32_t direction) {
    call("dma_map_page_attrs", {kDevice, 0, 0, 64}, {direction, 0}, address);
  }
  void unmap(std::uint32_t address) { call("dma_unmap_page_attrs", {kDevice, 0, address, 0}); }
  void wait(std::int64_t ps) { program.time += Time{ps}; }
  /// Doorbell, beats of `address` 100 ps after it for 50 ps, interrupt 20 ps later, callback.
  void run(std::uint32_t address) {
    call("dma_async_issue_pending", {kChannel});
    wait(90);
    ledger.accessed(address, program.time);
    wait(50);
    ledger.accessed(address + 32, program.time);
    wait(20);
    call("pl330_irq_handler", {0});
    call("dmaengine_desc_callback_invoke", {0});
  }

  test::FakeProgram program;
  FunctionHooks hooks{program};
  Ledger ledger;
  Symbols symbols;
  MappingHooks mapping{program, hooks, ledger};
  std::unique_ptr<TransferLog> log;
};

}  // namespace

TEST_CASE_METHOD(TransferBench, "a transfer's steps take the time between their moments", "[run]") {
  map(kBuffer, 2);
  call("dmaengine_prep_slave_sg", {kChannel, 0, 1, 2});
  run(kBuffer);
  unmap(kBuffer);
  REQUIRE(log->all().size() == 1);
  const Transfer& transfer = log->all().front();
  CHECK(transfer.kind == Transfer::Kind::kDeviceToMemory);
  CHECK(transfer.device == "dma");
  CHECK(transfer.bytes == 64);
  CHECK(transfer.map == Time{10});
  CHECK(transfer.submit_to_first_beat == Time{100});
  CHECK(transfer.data == Time{50});
  CHECK(transfer.interrupt_to_callback == Time{10});
  CHECK(transfer.unmap == Time{10});
}

TEST_CASE_METHOD(TransferBench,
                 "a mapping that serves two transfers is mapped by one, unmapped by one", "[run]") {
  map(kBuffer, 1);
  for (int i = 0; i < 2; ++i) {
    call("dmaengine_prep_dma_memcpy", {kChannel, 0, kOther, 0}, {kBuffer, 0, 48, 0});
    wait(1000);
    run(kBuffer);
  }
  unmap(kBuffer);
  REQUIRE(log->all().size() == 2);
  for (const Transfer& transfer : log->all()) {
    CHECK(transfer.kind == Transfer::Kind::kMemoryToMemory);
    CHECK(transfer.bytes == 48);
    CHECK(transfer.data == Time{50});
  }
  CHECK(log->all()[0].map == Time{10});
  CHECK(log->all()[0].unmap == kNever);
  CHECK(log->all()[1].map == kNever);
  CHECK(log->all()[1].unmap == Time{10});
}

TEST_CASE_METHOD(TransferBench, "means are of one kind of transfer only", "[run]") {
  map(kBuffer, 2);
  call("dmaengine_prep_slave_sg", {kChannel, 0, 1, 2});
  run(kBuffer);
  unmap(kBuffer);
  map(kOther, 1);
  call("dmaengine_prep_dma_memcpy", {kChannel, 0, kOther, 0}, {kBuffer, 0, 16, 0});
  run(kOther);
  wait(500);
  unmap(kOther);
  CHECK(log->count(Transfer::Kind::kDeviceToMemory) == 1);
  CHECK(log->bytes(Transfer::Kind::kDeviceToMemory) == 64);
  CHECK(log->bytes(Transfer::Kind::kMemoryToMemory) == 16);
  CHECK(log->mean(Transfer::Kind::kMemoryToDevice, kTransferSteps[0]) == kNever);
  CHECK(log->mean(Transfer::Kind::kMemoryToMemory, kTransferSteps[2]) == Time{50});
}

TEST_CASE_METHOD(TransferBench,
                 "without a doorbell a transfer is what happens between map and unmap", "[run]") {
  map(kBuffer, 2);
  ledger.accessed(kBuffer, program.time);
  wait(70);
  ledger.accessed(kBuffer, program.time);
  unmap(kBuffer);
  REQUIRE(log->all().size() == 1);
  CHECK(log->all().front().kind == Transfer::Kind::kOther);
  CHECK(log->all().front().data == Time{70});
  CHECK(log->all().front().submit_to_first_beat == kNever);
}

TEST_CASE_METHOD(TransferBench, "what an earlier doorbell moved behind an IOMMU is not the next's",
                 "[run]") {
  Ledger& space = ledger.io_space("/dma");
  Mapping made;
  made.device = "dma";
  made.size = 64;
  made.address = 0x1000;
  space.map(made);
  made.address = 0x2000;
  space.map(made);
  const auto beat = [&](std::uint32_t address) {
    wait(100);
    space.accessed(address, program.time);
  };
  for (int i = 0; i < 2; ++i) {
    call("dma_async_issue_pending", {kChannel});
    beat(0x1000);
    beat(0x2000);
    call("dmaengine_desc_callback_invoke", {0});
  }
  REQUIRE(log->all().size() == 2);
  for (const Transfer& transfer : log->all()) {
    CHECK(transfer.submit_to_first_beat == Time{110});
    CHECK(transfer.data == Time{100});
  }
}

// SPDX-License-Identifier: Apache-2.0
// Accesses that an IOMMU holds until software has dealt with a fault.
#include "tests/models/dma/pl330_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

Program copy_of(unsigned bursts) {
  Program p;
  p.mov_ccr(copy_control(8, 16)).mov_sar(kSource).mov_dar(kDestination);
  const auto loop = p.lp(0, bursts);
  p.ld().st().lpend(0, loop).sev(0).end();
  return p;
}

struct HeldBench : Pl330Bench {
  void release() {
    bus.held_base = FakeBus::kNotHeld;
    dma.reissue_held(now);
  }
};

}  // namespace

TEST_CASE_METHOD(HeldBench, "PL330: a held load is issued again, and the copy is whole",
                 "[pl330][held]") {
  bus.held_base = kSource + 0x1000;
  run(copy_of(64));
  CHECK(bus.held == 1);  // It waits, and asks no more by itself.
  CHECK(dma.next_event() == kNever);
  CHECK(copied(kSource, kDestination, 0x1000));
  CHECK(csr(0) != 0);
  release();
  run_for(1ms);
  CHECK(csr(0) == 0);
  CHECK(copied(kSource, kDestination, 0x2000));
}

TEST_CASE_METHOD(HeldBench, "PL330: a held store keeps its data", "[pl330][held]") {
  bus.held_base = kDestination + 0x1000;
  run(copy_of(64));
  CHECK(bus.held == 1);
  CHECK(bus.at(kDestination + 0x1000) == std::byte{0});
  dma.reissue_held(now);  // Held once more.
  run_for(1ms);
  CHECK(bus.held == 2);
  release();
  run_for(1ms);
  CHECK(csr(0) == 0);
  CHECK(copied(kSource, kDestination, 0x2000));
}

TEST_CASE_METHOD(HeldBench, "PL330: a burst across a page that is held goes on where it was",
                 "[pl330][held]") {
  Program p;
  p.mov_ccr(copy_control(8, 16)).mov_sar(kSource + 0xFC0).mov_dar(kDestination + 0xFC0);
  p.ld().st().end();
  bus.held_base = kDestination + 0x1000;
  run(p);
  CHECK(copied(kSource + 0xFC0, kDestination + 0xFC0, 0x40));
  const std::size_t before = bus.data_records(true).size();
  release();
  run_for(1ms);
  CHECK(bus.data_records(true).size() == before + 1);
  CHECK(copied(kSource + 0xFC0, kDestination + 0xFC0, 128));
}

TEST_CASE_METHOD(HeldBench, "PL330: a held fetch of instructions is issued again",
                 "[pl330][held]") {
  bus.held_base = kProgram;
  run(copy_of(4));
  CHECK(bus.held == 1);
  CHECK(dma.next_event() == kNever);
  release();
  run_for(1ms);
  CHECK(csr(0) == 0);
  CHECK(copied(kSource, kDestination, 512));
}

TEST_CASE_METHOD(HeldBench, "PL330: a killed channel stops when its held access has ended",
                 "[pl330][held]") {
  bus.held_base = kDestination;
  run(copy_of(4));
  kill(0);
  run_for(1ms);
  CHECK(csr(0) != 0);
  release();
  run_for(1ms);
  CHECK(csr(0) == 0);
  run(copy_of(64));
  CHECK(copied(kSource, kDestination, 0x2000));
}

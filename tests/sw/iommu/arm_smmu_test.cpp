// SPDX-License-Identifier: Apache-2.0
// The driver against registers that only remember. Offsets and fields from IHI 0062.
#include <algorithm>

#include "sw/kernel/options.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/iommu/fake_smmu.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kSmr = 0x800, kS2cr = 0xC00, kCbar = FakeSmmu::kSpace1;
constexpr std::uint32_t kSctlr = 0, kTtbr0 = 0x20, kTtbr1 = 0x28, kTcr = 0x30, kContextId = 0x34,
                        kMair0 = 0x38, kMair1 = 0x3C, kFsr = 0x58, kFar = 0x60, kFsynr0 = 0x68;
constexpr int kReadWrite = IOMMU_READ | IOMMU_WRITE;

/// The SMMU is probed and the PL330 attached to a domain.
struct Attached : FakeSmmu {
  explicit Attached(std::string_view options = "") {
    set_command_line(options);
    probe();
    domain = iommu_domain_alloc(&platform_bus_type);
    REQUIRE(domain != nullptr);
    REQUIRE(iommu_attach_device(domain, dmac) == 0);
  }
  ~Attached() {
    if (domain == nullptr) return;
    iommu_detach_device(domain, dmac);
    iommu_domain_free(domain);
  }
  iommu_domain* domain = nullptr;
};
struct AttachedShort : Attached {
  AttachedShort() : Attached{"smmu=short"} {}
};
struct AttachedStalling : Attached {
  AttachedStalling() : Attached{"smmu=stall"} {}
};
struct AttachedStage2 : Attached {
  AttachedStage2() : Attached{"smmu=stage2"} {}
};

using Writes = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

}  // namespace

TEST_CASE_METHOD(FakeSmmu, "SMMU: after the probe every stream without a domain faults",
                 "[sw][iommu]") {
  set_command_line("");
  probe();
  for (unsigned i = 0; i < 16; ++i) {
    CHECK(registers[kSmr + 4 * i] == 0);
    CHECK(registers[kS2cr + 4 * i] == 0x2'0000);
  }
  // Faults reported and interrupting, configuration faults too, unmatched streams fault, no
  // broadcasts of TLB operations into it, clients translated.
  CHECK(registers[0] == 0x1C36);
  CHECK(registers[0x10] == 0x500);
  CHECK(enabled == std::vector<unsigned>{32 + 32});
  CHECK(printed.empty());
}

TEST_CASE_METHOD(FakeSmmu, "SMMU: streams without a domain may pass if asked", "[sw][iommu]") {
  set_command_line("smmu=bypass");
  probe();
  CHECK(registers[kS2cr] == 0x1'0000);
  CHECK((registers[0] & 1U << 10) == 0);
}

TEST_CASE_METHOD(FakeSmmu, "SMMU: one that translates nothing is not used", "[sw][iommu]") {
  registers[0x20] = 0;
  probe();
  CHECK(iommu_domain_alloc(&platform_bus_type) == nullptr);
  CHECK(of_iommu_configure(dmac) == nullptr);
}

TEST_CASE_METHOD(Attached, "SMMU: a device's streams go to its domain's bank", "[sw][iommu]") {
  // Bank 0 does stage 2 only: the domain is on bank 1.
  CHECK(registers[kSmr] == 0x800F'0010);
  CHECK(registers[kS2cr] == 0x0000'0001);
  CHECK(iommu_get_domain_for_dev(dmac) == domain);
  CHECK(iommu_get_domain_for_dev(clcd) == nullptr);
  CHECK(iommu_attach_device(domain, dmac) == -16);
  REQUIRE(iommu_attach_device(domain, clcd) == 0);
  CHECK(registers[kSmr + 4] == 0x8000'0020);
  CHECK(registers[kS2cr + 4] == 0x0000'0001);
  iommu_detach_device(domain, clcd);
  CHECK(registers[kSmr + 4] == 0);
  CHECK(registers[kS2cr + 4] == 0x2'0000);
}

TEST_CASE_METHOD(FakeSmmu, "SMMU: a stream that another's mapping covers shares it",
                 "[sw][iommu]") {
  set_clcd_stream(0x12, 0);
  set_command_line("");
  probe();
  iommu_domain* const domain = iommu_domain_alloc(&platform_bus_type);
  REQUIRE(iommu_attach_device(domain, dmac) == 0);
  REQUIRE(iommu_attach_device(domain, clcd) == 0);
  CHECK(registers[kSmr] == 0x800F'0010);
  CHECK(registers[kSmr + 4] == 0);
  iommu_detach_device(domain, dmac);
  CHECK(registers[kSmr] == 0x800F'0010);
  iommu_detach_device(domain, clcd);
  CHECK(registers[kSmr] == 0);
  iommu_domain_free(domain);
}

TEST_CASE_METHOD(FakeSmmu, "SMMU: a mapping that would match another's streams is refused",
                 "[sw][iommu]") {
  set_clcd_stream(0x00, 0x3F);
  set_command_line("");
  probe();
  iommu_domain* const domain = iommu_domain_alloc(&platform_bus_type);
  REQUIRE(iommu_attach_device(domain, dmac) == 0);
  CHECK(iommu_attach_device(domain, clcd) == -22);
  CHECK(iommu_get_domain_for_dev(clcd) == nullptr);
  CHECK(registers[kSmr + 4] == 0);
  iommu_detach_device(domain, dmac);
  CHECK(iommu_attach_device(domain, clcd) == 0);
  iommu_detach_device(domain, clcd);
  iommu_domain_free(domain);
}

TEST_CASE_METHOD(Attached, "SMMU: a stage-1 bank walks long descriptors", "[sw][iommu]") {
  CHECK(registers[kCbar + 4] == 0x1'F300);
  CHECK(bank(1, kTcr) == 0x8080'2000);
  CHECK(bank(1, kTtbr0 + 4) == 0x0001'0000);  // ASID 1.
  CHECK(bank(1, kTtbr1 + 4) == 0x0001'0000);
  CHECK(bank(1, kMair0) == 0xF404'FF44);
  CHECK(bank(1, kMair1) == 0);
  CHECK(bank(1, kSctlr) == 0x1067);
  CHECK(order_of(0x9000, 0xA000).back() == kSctlr);
  REQUIRE(iommu_map(domain, 0x1000'0000, 0x6000'0000, 0x3000, kReadWrite) == 0);
  CHECK(walk_long(&PgtableFixture::read, bank(1, kTtbr0), 1, 0x1000'2345)->address == 0x6000'2345);
  CHECK(iommu_iova_to_phys(domain, 0x1000'2345) == 0x6000'2345);
}

TEST_CASE_METHOD(AttachedShort, "SMMU: a stage-1 bank walks short descriptors", "[sw][iommu]") {
  CHECK(bank(1, kTcr) == 0);
  CHECK(bank(1, kContextId) == 1);
  CHECK((bank(1, kTtbr0) & 0x3FFF) == 2);
  CHECK(bank(1, kMair0) == 0x800B'8204);
  CHECK(bank(1, kMair1) == 0x4000'4000);
  REQUIRE(iommu_map(domain, 0x1000'0000, 0x6000'0000, 0x3000, kReadWrite) == 0);
  CHECK(walk_short(&PgtableFixture::read, bank(1, kTtbr0), 0x1000'2345)->address == 0x6000'2345);
}

TEST_CASE_METHOD(AttachedStage2, "SMMU: a stage-2 bank has a VMID and its kind of TCR",
                 "[sw][iommu]") {
  CHECK(registers[kS2cr] == 0);
  CHECK(registers[kCbar] == 1);  // VMID 1.
  CHECK(bank(0, kTcr) == 0x8000'2040);
  CHECK(bank(0, kSctlr) == 0x67);
  CHECK(bank(0, kTtbr0 + 4) == 0);
}

TEST_CASE_METHOD(Attached, "SMMU: unmapping invalidates each page and waits", "[sw][iommu]") {
  REQUIRE(iommu_map(domain, 0x1000'0000, 0x6000'0000, 0x2000, kReadWrite) == 0);
  written.clear();
  CHECK(iommu_unmap(domain, 0x1000'0000, 0x2000) == 0x2000);
  // TLBIVAL with the ASID, then TLBSYNC.
  CHECK(written == Writes{{0x9620, 0x1000'0001}, {0x9620, 0x1000'1001}, {0x97F0, 0}});
}

TEST_CASE_METHOD(AttachedStage2, "SMMU: stage 2 is invalidated by page number", "[sw][iommu]") {
  REQUIRE(iommu_map(domain, 0x1000'0000, 0x6000'0000, 0x1000, kReadWrite) == 0);
  written.clear();
  CHECK(iommu_unmap(domain, 0x1000'0000, 0x1000) == 0x1000);
  CHECK(written == Writes{{0x863C, 0}, {0x8638, 0x1'0000}, {0x87F0, 0}});
  written.clear();
  iommu_flush_iotlb_all(domain);
  CHECK(written == Writes{{0x64, 1}, {0x70, 0}});
}

TEST_CASE_METHOD(Attached, "SMMU: a sync that does not end is reported after a second",
                 "[sw][iommu]") {
  REQUIRE(iommu_map(domain, 0x1000'0000, 0x6000'0000, 0x1000, kReadWrite) == 0);
  sync_hangs = true;
  const std::uint32_t before = now_us;
  CHECK(iommu_unmap(domain, 0x1000'0000, 0x1000) == 0x1000);
  CHECK(now_us - before >= 1'000'000);
  CHECK(now_us - before < 1'100'000);
  CHECK(printed == "arm-smmu 10400000.iommu: TLB sync timed out -- SMMU may be deadlocked\n");
  sync_hangs = false;
}

TEST_CASE_METHOD(Attached, "SMMU: a context fault is told to the handler, else printed",
                 "[sw][iommu]") {
  REQUIRE(enabled.back() == kFirstContextIrq + 1);
  auto* const own = static_cast<guest::smmu::ArmSmmuDomain*>(domain);
  CHECK(arm_smmu_context_fault(0, own) == IRQ_NONE);
  registers[0x9000 + kFsr] = 0x2;
  registers[0x9000 + kFar] = 0x1234'5678;
  registers[0x9000 + kFsynr0] = 0x11;
  registers[FakeSmmu::kSpace1 + 0x404] = 0x13;
  CHECK(arm_smmu_context_fault(0, own) == IRQ_HANDLED);
  CHECK(printed ==
        "arm-smmu 10400000.iommu: Unhandled context fault: fsr=0x2, iova=0x12345678, fsynr=0x11, "
        "cbfrsynra=0x13, cb=1\n");
  CHECK(bank(1, kFsr) == 0);

  struct Told {
    unsigned long iova = 0;
    int flags = -1;
  } told;
  iommu_set_fault_handler(
      domain,
      [](iommu_domain*, device*, unsigned long iova, int flags, void* token) {
        *static_cast<Told*>(token) = {iova, flags};
        return 0;
      },
      &told);
  printed.clear();
  registers[0x9000 + kFsr] = 0x2;
  CHECK(arm_smmu_context_fault(0, own) == IRQ_HANDLED);
  CHECK(told.iova == 0x1234'5678);
  CHECK(told.flags == IOMMU_FAULT_WRITE);
  CHECK(printed.empty());
}

TEST_CASE_METHOD(AttachedStalling,
                 "SMMU: a stalled access is tried again if the fault was dealt with",
                 "[sw][iommu]") {
  CHECK(bank(1, kSctlr) == 0x10E7);
  auto* const own = static_cast<guest::smmu::ArmSmmuDomain*>(domain);
  registers[0x9000 + kFsr] = 0x4000'0002;
  written.clear();
  CHECK(arm_smmu_context_fault(0, own) == IRQ_HANDLED);
  CHECK(written == Writes{{0x9058, 0x4000'0002}, {0x9008, 1}});  // RESUME: terminate.
  iommu_set_fault_handler(
      domain, [](iommu_domain*, device*, unsigned long, int, void*) { return 0; }, nullptr);
  registers[0x9000 + kFsr] = 0x4000'0002;
  written.clear();
  CHECK(arm_smmu_context_fault(0, own) == IRQ_HANDLED);
  CHECK(written == Writes{{0x9058, 0x4000'0002}, {0x9008, 0}});  // RESUME: retry.
}

TEST_CASE_METHOD(Attached, "SMMU: of faults that repeat themselves ten are printed",
                 "[sw][iommu]") {
  auto* const own = static_cast<guest::smmu::ArmSmmuDomain*>(domain);
  for (unsigned i = 0; i < 25; ++i) {
    registers[0x9000 + kFsr] = 0x2;
    CHECK(arm_smmu_context_fault(0, own) == IRQ_HANDLED);
  }
  CHECK(std::count(printed.begin(), printed.end(), '\n') == 10);
  CHECK(own->faults == 25);
  printed.clear();
  now_us += 6'000'000;
  registers[0x9000 + kFsr] = 0x2;
  CHECK(arm_smmu_context_fault(0, own) == IRQ_HANDLED);
  CHECK(printed.find("arm_smmu_context_fault: 15 callbacks suppressed\narm-smmu ") == 0);
}

TEST_CASE_METHOD(Attached, "SMMU: a global fault is printed and cleared", "[sw][iommu]") {
  registers[0x48] = 0x2;
  registers[0x54] = 0x77;
  auto* const hardware = static_cast<guest::smmu::ArmSmmuDomain*>(domain)->smmu;
  CHECK(arm_smmu_global_fault(0, hardware) == IRQ_HANDLED);
  CHECK(printed.find("Blocked unknown Stream ID 0x77") != std::string::npos);
  CHECK(printed.find("GFSR 0x00000002, GFSYNR0 0x00000000, GFSYNR1 0x00000077, GFSYNR2 "
                     "0x00000000\n") != std::string::npos);
  CHECK(registers[0x48] == 0);
  CHECK(arm_smmu_global_fault(0, hardware) == IRQ_NONE);
}

TEST_CASE_METHOD(Attached, "SMMU: banks run out, and come back", "[sw][iommu]") {
  std::vector<iommu_domain*> more;
  for (unsigned i = 0; i < 7; ++i) more.push_back(iommu_domain_alloc(&platform_bus_type));
  // Seven banks do stage 1; one is taken.
  for (unsigned i = 0; i < 6; ++i) {
    REQUIRE(iommu_attach_device(more[i], clcd) == 0);
    iommu_detach_device(more[i], clcd);
  }
  CHECK(iommu_attach_device(more[6], clcd) == -28);
  iommu_domain_free(more[0]);
  more[0] = nullptr;
  CHECK(iommu_attach_device(more[6], clcd) == 0);
  iommu_detach_device(more[6], clcd);
  for (iommu_domain* one : more) {
    if (one != nullptr) iommu_domain_free(one);
  }
  CHECK(iommu_usage().domains == 1);
}

TEST_CASE_METHOD(Attached, "SMMU: stage 1 is nested in a stage 2", "[sw][iommu]") {
  iommu_domain* lower = iommu_domain_alloc(&platform_bus_type);
  iommu_domain* upper = iommu_domain_alloc(&platform_bus_type);
  REQUIRE(arm_smmu_nest(upper, lower) == 0);
  CHECK(iommu_enable_nesting(lower) == -1);
  CHECK(registers[kCbar] == 0x1);           // Stage 2 in bank 0, VMID 1.
  CHECK(registers[kCbar + 8] == 0x3'0001);  // Nested in bank 0.
  REQUIRE(iommu_map(lower, 0x1000, 0x6000'0000, 0x1000, kReadWrite) == 0);
  written.clear();
  iommu_unmap(lower, 0x1000, 0x1000);
  CHECK(written == Writes{{0x863C, 0}, {0x8638, 1}, {0x64, 1}, {0x70, 0}});
  iommu_domain_free(upper);
  iommu_domain_free(lower);
}

TEST_CASE_METHOD(Attached, "SMMU: all that was taken is given back", "[sw][iommu]") {
  REQUIRE(iommu_map(domain, 0x1000'0000, 0x6000'0000, 0x2000, kReadWrite) == 0);
  iommu_detach_device(domain, dmac);
  iommu_domain_free(domain);
  domain = nullptr;
  CHECK(bank(1, kSctlr) == 0);
  CHECK(iommu_usage().domains == 0);
  CHECK(iommu_usage().table_pages == 0);
  CHECK(free_page_count() == kPages);
}

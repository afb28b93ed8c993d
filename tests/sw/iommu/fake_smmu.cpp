// SPDX-License-Identifier: Apache-2.0
#include "tests/sw/iommu/fake_smmu.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/support/catch.hpp"

namespace guest::test {
namespace {

constexpr std::uint32_t kSmr = 0x800, kSmrEnd = 0xA00, kTlbStatus = 0x7F4, kGlobalStatus = 0x74;

constexpr std::array<char, 8> kClcdStream{0, 0, 0, 0x20, 0, 0, 0, 0};

std::vector<char> load_tree() {
  std::ifstream in{LINEFILL_BUILD "/platforms/vexpress-a9-smmu.dtb", std::ios::binary};
  if (!in) throw std::runtime_error{"no board: build the target `boards`"};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::uint32_t offset_of(const volatile void* address) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(address)) - FakeSmmu::kBase;
}

}  // namespace

FakeSmmu::FakeSmmu() : blob{load_tree()} {
  boot();
  // ID0: stage 1, 2, nested, stream matching, 15 ID bits, 16 mappings, no coherent walk.
  registers[0x20] = 0x7800'1E10;
  // ID1: NUMPAGENDXB 2 (8 pages), 8 banks, 1 of them for stage 2 only.
  registers[0x24] = 0x2001'0008;
  registers[0x28] = 0x1122;  // ID2: 40 bits in and out.
  registers[0] = 1;          // sCR0.CLIENTPD
  fake_io = this;
  set_interrupt_controller(*this);
  register_clock_source(*this, 1'000'000, 1000);
  set_console(this);
}

void FakeSmmu::boot() {
  set_device_tree(FlatDeviceTree{std::as_bytes(std::span{blob})});
  create_devices();
  dmac = find_device("arm,pl330");
  clcd = find_device("arm,pl111");
}

void FakeSmmu::set_clcd_stream(std::uint8_t id, std::uint8_t mask) {
  const FdtNode node = clcd->of_node;
  const std::span<const std::byte> cells = node.bytes("iommus");
  const auto offset = reinterpret_cast<const char*>(cells.data()) - blob.data();
  REQUIRE(std::equal(kClcdStream.begin(), kClcdStream.end(), blob.begin() + offset + 4));
  blob[static_cast<std::size_t>(offset) + 7] = static_cast<char>(id);
  blob[static_cast<std::size_t>(offset) + 11] = static_cast<char>(mask);
  boot();
}

FakeSmmu::~FakeSmmu() {
  fake_io = nullptr;
  set_console(nullptr);
}

std::uint32_t FakeSmmu::read(const volatile void* address, unsigned /*size*/) {
  const std::uint32_t offset = offset_of(address);
  const bool status = offset == kGlobalStatus || (offset & 0xFFF) == kTlbStatus;
  if (status && sync_hangs) return 1;
  return registers[offset];
}

void FakeSmmu::write(volatile void* address, std::uint32_t value, unsigned /*size*/) {
  const std::uint32_t offset = offset_of(address);
  written.emplace_back(offset, value);
  if (offset >= kSmr && offset < kSmrEnd) value &= 0x80FF'7FFF;  // Eight mask bits.
  const bool status = offset == 0x48 || (offset >= kBanks && (offset & 0xFFF) == 0x58);
  registers[offset] = status ? registers[offset] & ~value : value;
}

void FakeSmmu::probe() {
  probe_devices(Stage::kIommu);
  written.clear();
}

std::vector<std::uint32_t> FakeSmmu::order_of(std::uint32_t from, std::uint32_t to) const {
  std::vector<std::uint32_t> offsets;
  for (const auto& [offset, value] : written) {
    if (offset >= from && offset < to) offsets.push_back(offset - from);
  }
  return offsets;
}

}  // namespace guest::test

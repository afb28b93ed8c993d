// SPDX-License-Identifier: Apache-2.0
// A PL330 writes data, then says so: by a flag in memory, or in a register. The program waits for
// that and loads the data. Run with an adversary that does later loads first (ARM ARM DDI 0406C,
// A3.8.2: a condition orders no loads; a barrier, an ISB behind a condition, an address do).
#include <cstddef>
#include <cstdint>
#include <utility>

#include "sw/arch/barrier.hpp"
#include "sw/arch/mmio.hpp"
#include "sw/kernel/main.hpp"
#include "tests/guest/support/bare_pl330.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kOld = 0x0BAD'0BAD;
constexpr unsigned kRounds = 100;
constexpr unsigned kPatience = 100'000;
constexpr unsigned kEvent = 7;
constexpr std::uint32_t kEventBit = 1U << kEvent;

/// Two words are copied, one after the other, and an event is signalled.
class Bench {
 public:
  Bench() {
    BarePl330::Assembler code = dma_.code();
    using Register = BarePl330::Assembler::Register;
    code.move(Register::kControl, word_bursts(1));
    for (const auto& [from, to] : {std::pair{&new_data_, &data}, {&new_flag_, &flag}}) {
      code.move(Register::kSource, from->address);
      code.move(Register::kDestination, to->address);
      code.load(pl330::Condition::kAlways);
      code.store(pl330::Condition::kAlways);
      code.write_barrier();
    }
    code.send_event(kEvent);
    code.end();
    inten_ = registers.read(&pl330::Registers::inten);
    registers.write(&pl330::Registers::inten, inten_ | kEventBit);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() { registers.write(&pl330::Registers::inten, inten_); }

  /// The device begins; it sets the flag to the address of the data.
  void start(std::uint32_t value) const {
    poke(new_data_.at, value);
    poke(new_flag_.at, reinterpret_cast<std::uintptr_t>(data.at));
    poke(data.at, kOld);
    poke(flag.at, 0);
    registers.write(&pl330::Registers::intclr, kEventBit);
    dma_.start();
  }
  void end() const { check(dma_.stops(), "the device has ended"); }

 private:
  BarePl330 dma_;
  Coherent new_data_{dma_.dev(), 4096};
  Coherent new_flag_{dma_.dev(), 4096};
  std::uint32_t inten_ = 0;

 public:
  const Mmio<pl330::Registers>& registers = dma_.registers();
  Coherent data{dma_.dev(), 4096};
  Coherent flag{dma_.dev(), 4096};
};

/// How often the data are old: `flag` and `data_behind` are loads, with what orders them.
template <class Flag, class Data>
unsigned old_data(Flag flag, Data data_behind) {
  const Bench bench;
  unsigned old = 0;
  for (unsigned round = 1; round <= kRounds; ++round) {
    bench.start(round);
    std::uint32_t seen = 0;
    for (unsigned left = kPatience; (seen = flag(bench)) == 0 && left != 0; --left) {
    }
    const std::uint32_t value = data_behind(bench, seen);
    bench.end();
    if (value == kOld) ++old;
    check(value == kOld || value == round, "the data");
  }
  return old;
}

template <class Order>
unsigned old_behind_flag(Order order) {
  return old_data([](const Bench& bench) { return io_read<std::uint32_t>(bench.flag.at); },
                  [order](const Bench& bench, std::uint32_t) {
                    order();
                    return io_read<std::uint32_t>(bench.data.at);
                  });
}

template <class Status>
unsigned old_behind_register(Status status) {
  return old_data(
      [status](const Bench& bench) { return status(bench.registers) & kEventBit; },
      [](const Bench& bench, std::uint32_t) { return io_read<std::uint32_t>(bench.data.at); });
}

void expect_old(unsigned old) { check(old != 0 && old < kRounds, "some data are old"); }
void expect_new(unsigned old) { check_equal(old, 0, "rounds with old data"); }

void flag_case() {
  expect_old(old_behind_flag([] {}));
}
void flag_dma_rmb_case() { expect_new(old_behind_flag(dma_rmb)); }
void flag_rmb_case() { expect_new(old_behind_flag(rmb)); }
void flag_isb_case() { expect_new(old_behind_flag(isb)); }
/// Where the data are is what the flag says.
void flag_address_case() {
  expect_new(old_data([](const Bench& bench) { return io_read<std::uint32_t>(bench.flag.at); },
                      [](const Bench&, std::uint32_t seen) {
                        return io_read<std::uint32_t>(reinterpret_cast<void*>(seen));
                      }));
}

const volatile void* status_of(const Mmio<pl330::Registers>& registers) {
  return io_at(registers.base(), offsetof(pl330::Registers, int_event_ris));
}

/// As Linux's rmb() on powerpc was once, which did not order registers against memory (C15-05).
void register_case() {
  expect_old(old_behind_register(
      [](const auto& registers) { return readl_relaxed(status_of(registers)); }));
}
void register_rmb_case() {
  expect_new(old_behind_register([](const auto& registers) {
    const std::uint32_t status = readl_relaxed(status_of(registers));
    rmb();
    return status;
  }));
}
void register_readl_case() {
  expect_new(
      old_behind_register([](const auto& registers) { return readl(status_of(registers)); }));
}
void register_read_case() {
  expect_new(old_behind_register(
      [](const auto& registers) { return registers.read(&pl330::Registers::int_event_ris); }));
}

constexpr Case kCases[] = {
    {"flag", flag_case},
    {"flag_dma_rmb", flag_dma_rmb_case},
    {"flag_rmb", flag_rmb_case},
    {"flag_isb", flag_isb_case},
    {"flag_address", flag_address_case},
    {"register", register_case},
    {"register_rmb", register_rmb_case},
    {"register_readl", register_readl_case},
    {"register_read", register_read_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }

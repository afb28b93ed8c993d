// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "models/bus/bus_port.hpp"
#include "models/dma/pl330_block.hpp"
#include "tests/models/dma/pl330_program.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {

inline constexpr std::uint32_t kMemory = 0x6000'0000;
inline constexpr std::uint32_t kMemorySize = 0x10'0000;
inline constexpr std::uint32_t kSource = kMemory + 0x1'0000;
inline constexpr std::uint32_t kDestination = kMemory + 0x4'0000;
inline constexpr std::uint32_t kProgram = kMemory + 0x8'0000;
inline constexpr std::uint32_t kFifo = 0x1000'5080;  ///< A device's data register.

/// Memory and one device register behind the controller, with a fixed latency.
class FakeBus final : public BusPort {
 public:
  struct Record {
    bool write;
    std::uint32_t address;
    std::size_t size;
    Attributes attributes;
    Time start;
    Time end;
  };

  Time latency = 50ns;
  Time per_beat = 5ns;
  std::vector<std::byte> memory = std::vector<std::byte>(kMemorySize);
  std::vector<Record> records;
  bool keep_records = true;
  std::function<void(bool write, std::span<std::byte>, Time now)> fifo;
  /// An address in here is answered with an error.
  std::uint32_t bad_base = 0xFFFF'F000;
  static constexpr std::uint32_t kNotHeld = 0x0BAD'0000;
  /// The page of an address that an IOMMU holds.
  std::uint32_t held_base = kNotHeld;
  unsigned held = 0;  ///< Accesses.

  BusResponse read(PhysicalAddress address, std::span<std::byte> data, const Attributes& attributes,
                   Time& now) override {
    const Time start = now;
    const BusResponse response = move(false, raw(address), data, now);
    note({false, raw(address), data.size(), attributes, start, now});
    return response;
  }
  BusResponse write(PhysicalAddress address, std::span<const std::byte> data,
                    const Attributes& attributes, Time& now) override {
    std::vector<std::byte> copy(data.begin(), data.end());
    const Time start = now;
    const BusResponse response = move(true, raw(address), copy, now);
    note({true, raw(address), data.size(), attributes, start, now});
    return response;
  }

  std::byte& at(std::uint32_t address) { return memory.at(address - kMemory); }
  /// Data records only, without instruction fetches.
  std::vector<Record> data_records(bool write) const {
    std::vector<Record> result;
    for (const Record& r : records) {
      if (r.write == write && !r.attributes.instruction) result.push_back(r);
    }
    return result;
  }

 private:
  void note(const Record& record) {
    if (keep_records) records.push_back(record);
  }
  BusResponse move(bool write, std::uint32_t address, std::span<std::byte> data, Time& now) {
    if (address - held_base < 0x1000) {
      ++held;
      return BusResponse::kHeld;
    }
    now += latency + per_beat * static_cast<int>((data.size() + 7) / 8);
    if (address - bad_base < 0x1000) return BusResponse::kSlaveError;
    if (address == kFifo && fifo) {
      fifo(write, data, now);
      return BusResponse::kOkay;
    }
    if (address - kMemory >= kMemorySize || data.size() > kMemorySize - (address - kMemory)) {
      return BusResponse::kDecodeError;
    }
    std::byte* place = memory.data() + (address - kMemory);
    if (write) {
      std::memcpy(place, data.data(), data.size());
    } else {
      std::memcpy(data.data(), place, data.size());
    }
    return BusResponse::kOkay;
  }
};

/// A controller with its bus, driven as Linux does: DMAGO through the debug registers.
struct Pl330Bench {
  FakeBus bus;
  Log log{"pl330"};
  Statistics statistics;
  pl330::Block dma;
  Time now{0};

  explicit Pl330Bench(const pl330::Config& config = {}) : dma{config, bus, log, statistics} {
    Log::set_level(LogLevel::kError);
    for (std::uint32_t i = 0; i < 0x1'0000; ++i)
      bus.at(kSource + i) = static_cast<std::byte>(i * 7 + (i >> 8) * 13 + 1);
  }

  RegisterContext context(Origin origin = {}) const {
    RegisterContext c;
    c.now = now;
    c.attributes.origin = origin;
    return c;
  }
  std::uint32_t read(std::uint32_t offset) {
    dma.advance(now);
    std::uint32_t value = 0;
    REQUIRE(pl330::Block::registers().read(dma, offset, value, context()) == RegisterResult::kDone);
    return value;
  }
  void write(std::uint32_t offset, std::uint32_t value, Origin origin = {}) {
    dma.advance(now);
    REQUIRE(pl330::Block::registers().write(dma, offset, value, context(origin)) ==
            RegisterResult::kDone);
  }
  std::uint32_t csr(unsigned channel) {
    dma.advance(now);
    return pl330::Thread::status_registers().peek(dma.channel(channel), 0);
  }
  std::uint32_t fault_type(unsigned channel) const { return dma.channel(channel).fault_type; }

  void load(std::uint32_t address, const Program& program) {
    for (std::size_t i = 0; i < program.size(); ++i) {
      bus.at(address + static_cast<std::uint32_t>(i)) = static_cast<std::byte>(program.code()[i]);
    }
  }
  void debug(std::uint32_t inst0, std::uint32_t inst1, Origin origin = {}) {
    run_for(1us);  // The debug interface has become idle.
    write(0xD08, inst0, origin);
    write(0xD0C, inst1, origin);
    write(0xD04, 0, origin);
  }
  void go(unsigned channel, std::uint32_t address, bool non_secure = false, Origin origin = {}) {
    debug((non_secure ? 0x00A2'0000U : 0x00A0'0000U) | channel << 24, address, origin);
  }
  void kill(unsigned channel) { debug(0x0001'0001U | channel << 8, 0); }

  void start(unsigned channel, const Program& program, bool non_secure = false,
             Origin origin = {}) {
    const std::uint32_t where = kProgram + channel * 0x400;
    load(where, program);
    go(channel, where, non_secure, origin);
  }
  void run_until(Time end) {
    while (dma.next_event() <= end) {
      now = std::max(now, dma.next_event());
      dma.advance(now);
    }
    now = std::max(now, end);
  }
  void run_for(Time duration) { run_until(now + duration); }
  /// Runs `program` on channel 0 for at most 10 ms.
  void run(const Program& program, bool non_secure = false) {
    start(0, program, non_secure);
    run_for(10ms);
  }
  bool copied(std::uint32_t from, std::uint32_t to, std::uint32_t size) {
    return std::memcmp(&bus.at(from), &bus.at(to), size) == 0;
  }
  std::uint64_t counter(std::string_view name) const {
    for (const Counter* c : statistics.counters()) {
      if (c->name() == name) return c->value();
    }
    FAIL("no counter " << name);
    return 0;
  }
};

}  // namespace linefill::test

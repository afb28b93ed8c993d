// SPDX-License-Identifier: Apache-2.0
// Every byte of memory holds its own version: each store and each device's write of a byte puts its
// next number there, modulo 256. So what a load, a device's read or a write-back moves says itself
// how old it is, and the checker's verdicts, which come from marks, can be compared with it.
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/models/checker/checker_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

// Lines that compete: twelve groups of two, in the same two sets of an outer cache of eight ways.
constexpr std::uint32_t kGroups = 12;
constexpr std::uint32_t kGroupBytes = 2 * kLineBytes;
constexpr std::uint32_t kGroupStride = 0x1'0000;
constexpr std::uint32_t kBytes = kGroups * kGroupBytes;

// Program counters: findings of an access are told from those of a write-back by them.
constexpr std::uint32_t kLoadPc = 0x1000;
constexpr std::uint32_t kStorePc = 0x2000;
constexpr std::uint32_t kOtherPc = 0x3000;

MemorySystem::Configuration small_caches() {
  MemorySystem::Configuration configuration;
  configuration.data_cache = {2, 4};
  return configuration;
}

class VersionOracle : public CheckerBench {
 public:
  explicit VersionOracle(std::uint64_t seed) : CheckerBench{small_caches()}, random_{seed} {
    findings.set_occurrence_listener([this](const Finding& f) { raised_.push_back(f); });
    board.tap.before_write = [this](std::uint32_t at, std::span<const std::byte> data) {
      before_write(at, data);
    };
    for (std::uint32_t i = 0; i < kBytes; ++i) {
      state_[i].last = state_[i].newest = in_memory(i);
    }
    const AdversaryEvents events{.early_eviction = seed % 2 == 1,
                                 .speculative_fill = seed % 4 == 1,
                                 .late_drain = seed % 8 == 1,
                                 .seed = seed};
    memory.set_adversary(events);
    board.l2.set_late_drain(seed % 16 == 1);
  }

  void step() {
    raised_.clear();
    act();
    check_overwritten();
  }
  std::uint64_t stale_loads = 0, stale_reads = 0, lost_writes = 0;

 private:
  struct Byte {
    std::uint8_t newest = 0;
    std::uint8_t last = 0;  ///< The last number given: above `newest` where two writes raced.
    bool by_device = false;
    bool lost = false;  ///< An older value was put over the newest, and that was reported: nothing
                        ///< more is said.
    Epoch epoch = 0;    ///< Of the store, or the cause of the device's write.
    std::array<Epoch, 256>
        uncached_epoch{};  ///< By version: of the non-cacheable store that made it, plus 1.
  };

  /// A newest byte in memory that an older one was written over.
  struct Overwritten {
    std::uint32_t byte = 0;
    std::uint8_t written = 0;
    bool by_device = false;
    bool being_stored = false;  ///< By the access of this step: the store comes after.
  };

  void act() {
    const std::uint32_t kind = pick(100);
    if (kind < 22) return check_load(pick(4) == 0 ? kUncached : 0);
    if (kind < 42) return make_store(pick(4) == 0 ? kUncached : 0);
    if (kind < 52) return check_device_read();
    if (kind < 60) return make_device_write();
    memory.pc = kOtherPc;
    if (kind < 64) return ring();
    if (kind < 80) return operate_on_line();
    if (kind < 82) return dmb();
    if (kind < 86) return pick(2) == 0 ? dsb() : outer_sync();
    if (kind < 88) return static_cast<void>(board.l2.evict_early(random_()));
    if (kind < 91) return memory.data_by_set_way(static_cast<Action>(pick(3)), pick(4), pick(2));
    if (kind < 93) return prefetch(address_of_byte(pick(kBytes)));
    if (kind < 96) return check_scan_out();
    if (kind < 99) return wait(Time{1000} * pick(1500));
    if (pick(50) == 0) return operate_by_way();
  }

  // --- The processor
  void check_load(std::uint32_t alias) {
    const std::uint32_t size = 1U << pick(3);
    const std::uint32_t first = pick_range(size);
    memory.pc = kLoadPc;
    const std::uint32_t at = address_of_byte(first) + alias;
    const std::uint32_t value = size == 4   ? load<std::uint32_t>(at)
                                : size == 2 ? load<std::uint16_t>(at)
                                            : load<std::uint8_t>(at);
    check_overwritten();
    for (std::uint32_t b = 0; b < size; ++b) {
      const std::uint32_t i = first + b;
      const auto got = static_cast<std::uint8_t>(value >> (8 * b));
      if (state_[i].lost) continue;
      const bool stale = got != state_[i].newest;
      if (stale) ++stale_loads;
      CAPTURE(i, got, state_[i].newest, alias);
      if (stale != read_reported(i, kLoadPc + 4)) fail("a load", i);
    }
  }

  void make_store(std::uint32_t alias) {
    const std::uint32_t size = 1U << pick(3);
    const std::uint32_t first = pick_range(size);
    memory.pc = kStorePc;
    const std::uint32_t value = next_versions(first, size);
    const std::uint32_t at = address_of_byte(first) + alias;
    for (std::uint32_t b = 0; b < size; ++b) {
      // What leaves a buffer meanwhile is compared with the values before.
      pending_.emplace_back(first + b);
    }
    if (size == 4) store<std::uint32_t>(at, value);
    if (size == 2) store<std::uint16_t>(at, static_cast<std::uint16_t>(value));
    if (size == 1) store<std::uint8_t>(at, static_cast<std::uint8_t>(value));
    pending_.clear();
    for (std::uint32_t b = 0; b < size; ++b) {
      Byte& byte = state_[first + b];
      byte.last = byte.newest = static_cast<std::uint8_t>(value >> (8 * b));
      byte.by_device = byte.lost = false;
      byte.epoch = memory.epoch();
      byte.uncached_epoch[byte.newest] = alias == 0 ? 0 : byte.epoch + 1;
    }
  }

  void operate_on_line() {
    const std::uint32_t at = address_of_byte(pick(kBytes));
    switch (pick(6)) {
      case 0:
        return clean_l1(at);
      case 1:
        return invalidate_l1(at);
      case 2:
        return flush_l1(at);
      case 3:
        return l2(kL2CleanPa, at & ~31U);
      case 4:
        return l2(kL2InvalidatePa, at & ~31U);
      default:
        return l2(kL2CleanInvalidatePa, at & ~31U);
    }
  }

  void operate_by_way() {
    static constexpr std::array kOperations{kL2CleanWay, kL2CleanInvalidateWay, kL2InvalidateWay};
    const std::uint32_t operation = kOperations[pick(3)];
    l2(operation, pick(256));
    while (load(kL2Registers + operation) != 0) wait(10us);
  }

  // --- The device
  void check_device_read() {
    const std::uint32_t size = 1 + pick(kGroupBytes);
    const std::uint32_t first = pick_range(size);
    std::array<std::byte, kGroupBytes> data;
    const Origin cause = board.bell.rung;
    if (cause.epoch == 0) return;
    device_read(address_of_byte(first), std::span{data}.first(size), cause);
    check_overwritten();
    for (std::uint32_t b = 0; b < size; ++b) {
      const std::uint32_t i = first + b;
      if (state_[i].lost) continue;
      const bool stale = std::to_integer<std::uint8_t>(data[b]) != state_[i].newest;
      const bool reported = device_read_reported(i);
      if (stale) ++stale_reads;
      // A store that is no older than the cause may be overlooked.
      const bool later = !state_[i].by_device && state_[i].epoch >= cause.epoch;
      if (reported != (stale && !later)) fail("a device's read", i);
    }
  }

  void check_scan_out() {
    const std::uint32_t first = pick(kBytes / 4) * 4;
    const std::uint32_t value = scan_out(address_of_byte(first));
    for (const Finding& f : raised_) {
      if (f.reader.agent != "/device") continue;
      const std::uint32_t b = f.address - address_of_byte(first);
      REQUIRE(b < 4);
      if (!state_[first + b].lost &&
          static_cast<std::uint8_t>(value >> (8 * b)) == state_[first + b].newest) {
        fail("scan-out", first + b);
      }
    }
  }

  void make_device_write() {
    const std::uint32_t size = 1 + pick(kGroupBytes);
    const std::uint32_t first = pick_range(size);
    std::array<std::byte, kGroupBytes> data;
    const Origin cause = board.bell.rung;
    std::array<bool, kGroupBytes> comes_first{};
    MemoryBoard::catch_up(now(), false);
    for (std::uint32_t b = 0; b < size; ++b) {
      comes_first[b] = waits_in_buffer(first + b, cause.epoch);
      data[b] = static_cast<std::byte>(++state_[first + b].last);
    }
    device_write(address_of_byte(first), std::span{data}.first(size), cause);
    for (std::uint32_t b = 0; b < size; ++b) {
      if (comes_first[b]) continue;
      Byte& byte = state_[first + b];
      byte.newest = byte.last;
      byte.by_device = true;
      byte.lost = false;
      byte.epoch = cause.epoch;
      byte.uncached_epoch[byte.newest] = 0;
    }
  }

  /// Whether the newest value is a non-cacheable store, not older than a device's cause, on its way
  /// to memory: it will come over what the device writes now, and either order is legal.
  bool waits_in_buffer(std::uint32_t i, Epoch cause) {
    const Byte& byte = state_[i];
    const Epoch uncached = byte.uncached_epoch[byte.newest];
    return !byte.lost && uncached != 0 && uncached - 1 >= cause && in_memory(i) != byte.newest;
  }
  std::uint8_t in_memory(std::uint32_t i) {
    const std::uint32_t at = address_of_byte(i);
    return static_cast<std::uint8_t>(board.word(at & ~3U) >> (8 * (at % 4)));
  }

  // --- Memory
  /// The processor's side is about to change memory: is anything newer there?
  void before_write(std::uint32_t at, std::span<const std::byte> data) {
    for (std::uint32_t b = 0; b < data.size(); ++b) {
      const auto i = byte_at(at + b);
      if (!i || state_[*i].lost) continue;
      Byte& byte = state_[*i];
      const auto written = std::to_integer<std::uint8_t>(data[b]);
      if (in_memory(*i) != byte.newest || written == byte.newest) continue;
      const bool being_stored = std::find(pending_.begin(), pending_.end(), *i) != pending_.end();
      if (being_stored && written == static_cast<std::uint8_t>(byte.last + 1)) continue;
      overwritten_.push_back({*i, written, byte.by_device, being_stored});
    }
  }

  void check_overwritten() {
    lose_drained();
    for (const Overwritten& o : overwritten_) {
      const FindingKind kind =
          o.by_device ? FindingKind::kLostDeviceWrite : FindingKind::kAliasMismatch;
      const std::uint32_t at = address_of_byte(o.byte);
      const bool reported = std::any_of(raised_.begin(), raised_.end(), [=](const Finding& f) {
        return f.kind == kind && covers(f, at) && f.reader.pc != kLoadPc + 4;
      });
      Byte& byte = state_[o.byte];
      const Epoch uncached = byte.uncached_epoch[o.written];
      if (!reported && o.by_device && uncached != 0 && uncached - 1 >= byte.epoch) {
        // A store that is no older than the device's cause: its coming last is legal, and makes it
        // the newest.
        if (!o.being_stored) {
          byte.newest = o.written;
          byte.by_device = false;
          byte.epoch = uncached - 1;
        }
        continue;
      }
      if (!reported && o.by_device && store_may_follow(byte)) {
        byte.lost = true;
        continue;
      }
      ++lost_writes;
      if (!reported) fail("an older value over a newer", o.byte);
      if (!o.being_stored) byte.lost = true;
    }
    overwritten_.clear();
    for (const Finding& f : raised_) {
      if (f.kind != FindingKind::kLostDeviceWrite) continue;
      const auto i = byte_at(f.address);
      if (i && !state_[*i].lost && state_[*i].by_device) fail("a lost write that is none", *i);
    }
  }

  /// Whether one of the last non-cacheable stores before a device's write, no older than its cause,
  /// may still be in a buffer: it will come over whatever is written now.
  static bool store_may_follow(const Byte& byte) {
    for (unsigned ago = 1; ago <= 4; ++ago) {
      const Epoch uncached = byte.uncached_epoch[static_cast<std::uint8_t>(byte.last - ago)];
      if (uncached != 0 && uncached - 1 >= byte.epoch) return true;
    }
    return false;
  }

  /// A buffer says so when older bytes leave it, which may be on their way to the next.
  void lose_drained() {
    for (const Finding& f : raised_) {
      if (f.kind != FindingKind::kLostDeviceWrite || f.cause != "drain") continue;
      for (std::uint32_t at = f.address; at < f.address + f.length; ++at) {
        const auto i = byte_at(at);
        if (i && covers(f, at) && state_[*i].by_device) state_[*i].lost = true;
      }
    }
  }

  // --- Verdicts
  static bool covers(const Finding& f, std::uint32_t at) {
    return f.address / kLineBytes == at / kLineBytes && (f.bytes >> at % kLineBytes & 1U) != 0;
  }
  bool read_reported(std::uint32_t i, std::uint32_t pc) const {
    return std::any_of(raised_.begin(), raised_.end(),
                       [&, at = address_of_byte(i)](const Finding& f) {
                         return f.reader.pc == pc && covers(f, at);
                       });
  }
  bool device_read_reported(std::uint32_t i) const {
    return std::any_of(raised_.begin(), raised_.end(),
                       [&, at = address_of_byte(i)](const Finding& f) {
                         return f.reader.agent == "/device" && covers(f, at);
                       });
  }
  void fail(const char* what, std::uint32_t i) {
    std::string text;
    for (const Finding& f : raised_) {
      text += std::string{info_of(f.kind).name} + " " + f.cause + " " + hex(f.address) + "+" +
              std::to_string(f.length) + " reader " + f.reader.agent + " " + hex(f.reader.pc) +
              "\n";
    }
    FAIL(what << ", at " << hex(address_of_byte(i))
              << (state_[i].by_device ? ", newest by device" : ", newest by cpu") << ", epoch "
              << state_[i].epoch << ", cause " << board.bell.rung.epoch << ", raised:\n"
              << text);
  }

  // --- Bytes
  static std::uint32_t address_of_byte(std::uint32_t i) {
    return kArea + i / kGroupBytes * kGroupStride + i % kGroupBytes;
  }
  static std::optional<std::uint32_t> byte_at(std::uint32_t address) {
    const std::uint32_t group = (address - kArea) / kGroupStride;
    const std::uint32_t offset = (address - kArea) % kGroupStride;
    if (group >= kGroups || offset >= kGroupBytes) return std::nullopt;
    return group * kGroupBytes + offset;
  }
  /// The next version of each byte, as a little-endian number.
  std::uint32_t next_versions(std::uint32_t first, std::uint32_t size) const {
    std::uint32_t value = 0;
    for (std::uint32_t b = 0; b < size; ++b) {
      value |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(state_[first + b].last + 1))
               << (8 * b);
    }
    return value;
  }
  std::uint32_t pick(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  /// The first of `size` bytes within one group; mostly aligned.
  std::uint32_t pick_range(std::uint32_t size) {
    const std::uint32_t group = pick(kGroups);
    std::uint32_t offset = pick(kGroupBytes - size + 1);
    if (pick(8) != 0 && size <= 4) offset &= ~(size - 1);
    return group * kGroupBytes + offset;
  }

  std::mt19937_64 random_;
  std::array<Byte, kBytes> state_{};
  std::vector<Finding> raised_;  ///< By this step.
  std::vector<Overwritten> overwritten_;
  std::vector<std::uint32_t> pending_;  ///< Bytes that are being stored.
};

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::stoull(text) : otherwise;
}

}  // namespace

TEST_CASE("what the checker says of every byte agrees with its version", "[checker][oracle]") {
  // LINEFILL_SEED repeats a run, LINEFILL_OPERATIONS makes it longer.
  constexpr std::uint64_t kOperationsOfASeed = 20'000;
  const std::uint64_t operations = number_from("LINEFILL_OPERATIONS", 200'000);
  std::uint64_t seed = number_from("LINEFILL_SEED", 1);
  std::cout << "seed " << seed << ", " << operations << " operations\n";
  std::uint64_t loads = 0, reads = 0, writes = 0;
  for (std::uint64_t done = 0; done < operations; done += kOperationsOfASeed, ++seed) {
    VersionOracle oracle{seed};
    for (std::uint64_t i = 0; i < kOperationsOfASeed; ++i) {
      INFO("seed " << seed << ", operation " << i);
      oracle.step();
    }
    loads += oracle.stale_loads;
    reads += oracle.stale_reads;
    writes += oracle.lost_writes;
  }
  std::cout << loads << " bytes loaded stale, " << reads << " read stale by the device, " << writes
            << " overwritten by older ones\n";
}

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "models/cpu/memory_interface.hpp"
#include "models/cpu/system_interface.hpp"

namespace linefill::test {

/// Memory without caches or translation, in 4 KiB pages that are mapped one by one; anything else
/// faults. Fetches see copies, as in an L1I, until `invalidate_code`. With `inline_path`, lines are
/// entered into the line maps, so that later accesses take the inline path.
class FlatMemory final : public MemoryInterface {
 public:
  static constexpr std::uint32_t kPage = 4096;

  explicit FlatMemory(CoreClock& clock, bool inline_path = false)
      : MemoryInterface{clock}, inline_{inline_path} {
    point_maps(false);
  }

  void map(std::uint32_t page, unsigned pages = 1) {
    for (unsigned k = 0; k < pages; ++k) {
      std::vector<CacheLine>& lines = pages_[page / kPage + k];
      lines.resize(kPage / kLineBytes);
      for (unsigned i = 0; i < lines.size(); ++i) {
        CacheLine& line = lines[i];
        line.tag = line.load_tag = line.store_tag =
            LineNumber{page / kLineBytes + k * kPage / kLineBytes + i};
        line.valid = true;
      }
    }
  }
  /// Stores to `page` fault.
  void protect(std::uint32_t page) { read_only_.insert(page / kPage); }
  void unmap(std::uint32_t page) {
    pages_.erase(page / kPage);
    data_map_.clear();
    invalidate_code();
  }

  void write(std::uint32_t at, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const std::size_t part = std::min<std::size_t>(bytes.size(), kLineBytes - at % kLineBytes);
      std::memcpy(&mapped_byte(at), bytes.data(), part);
      bytes = bytes.subspan(part);
      at += static_cast<std::uint32_t>(part);
    }
  }
  void write_word(std::uint32_t at, std::uint32_t word) {
    write(at, std::as_bytes(std::span{&word, 1}));
  }
  void write_halfword(std::uint32_t at, std::uint16_t half) {
    write(at, std::as_bytes(std::span{&half, 1}));
  }
  std::uint32_t read_word(std::uint32_t at) {
    std::uint32_t word = 0;
    read(at, std::as_writable_bytes(std::span{&word, 1}));
    return word;
  }
  void read(std::uint32_t at, std::span<std::byte> bytes) {
    while (!bytes.empty()) {
      const std::size_t part = std::min<std::size_t>(bytes.size(), kLineBytes - at % kLineBytes);
      std::memcpy(bytes.data(), &mapped_byte(at), part);
      bytes = bytes.subspan(part);
      at += static_cast<std::uint32_t>(part);
    }
  }
  void invalidate_code() {
    fetch_map_of_code_.clear();
    for (auto& [line, copy] : code_) {
      copy.empty();
    }
  }

  bool load_slow(std::uint32_t va, unsigned size, AccessKind kind, std::uint32_t& value) override {
    ++slow_accesses;
    last_kind = kind;
    std::uint32_t result = 0;
    for (unsigned k = 0; k < size; ++k) {
      const std::byte* byte = byte_at(va + k);
      if (byte == nullptr) return fault(va + k, false);
      result |= std::to_integer<std::uint32_t>(*byte) << 8 * place(k, size);
    }
    value = result;
    enter(va);
    return true;
  }
  bool store_slow(std::uint32_t va, unsigned size, AccessKind kind, std::uint32_t value) override {
    ++slow_accesses;
    last_kind = kind;
    for (unsigned k = 0; k < size; ++k) {
      if (byte_at(va + k) == nullptr || read_only_.count((va + k) / kPage) != 0)
        return fault(va + k, true);
    }
    for (unsigned k = 0; k < size; ++k)
      mapped_byte(va + k) = static_cast<std::byte>(value >> 8 * place(k, size));
    enter(va);
    return true;
  }
  bool load_exclusive(std::uint32_t va, unsigned size, std::uint64_t& value) override {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    if (!load_slow(va, std::min(size, 4U), AccessKind::kExclusive, low)) return false;
    if (size == 8 && !load_slow(va + 4, 4, AccessKind::kExclusive, high)) return false;
    value = std::uint64_t{high} << 32 | low;
    exclusive_ = true;
    exclusive_address_ = va;
    exclusive_size_ = size;
    exclusive_value_ = value;
    return true;
  }
  bool store_exclusive(std::uint32_t va, unsigned size, std::uint64_t value,
                       std::uint32_t& failed) override {
    const bool had = exclusive_ && exclusive_address_ == va;
    if (had && exclusive_size_ != size) ++mismatched_exclusives;
    const std::uint64_t expected = exclusive_value_;
    std::uint64_t now = 0;
    if (!load_exclusive(va, size, now)) return false;
    exclusive_ = false;
    failed = had && now == expected ? 0 : 1;
    if (failed != 0) return true;
    if (!store_slow(va, std::min(size, 4U), AccessKind::kExclusive,
                    static_cast<std::uint32_t>(value)))
      return false;
    return size != 8 ||
           store_slow(va + 4, 4, AccessKind::kExclusive, static_cast<std::uint32_t>(value >> 32));
  }
  void clear_exclusive() override { exclusive_ = false; }
  void alignment_fault(std::uint32_t va, bool write) override {
    ++alignment_faults;
    fault(va, write);
  }

  void data_memory_barrier() override { ++barriers; }
  void data_synchronization_barrier() override { ++barriers; }
  void instruction_synchronization_barrier() override { ++barriers; }
  void preload(std::uint32_t va, bool for_write) override {
    last_preload = va;
    last_preload_for_write = for_write;
  }

  bool fetch_slow(std::uint32_t va, CacheLine*& line) override {
    const std::uint32_t at = va & ~(kLineBytes - 1);
    const std::byte* bytes = byte_at(at);
    if (bytes == nullptr) {
      last_fetch_fault = va;
      ++fetch_faults;
      return false;
    }
    CacheLine& copy = code_[at / kLineBytes];
    if (!copy.valid) {
      std::memcpy(copy.data.data(), bytes, kLineBytes);
      copy.valid = true;
      copy.tag = copy.load_tag = LineNumber{at / kLineBytes};
      copy.decoded = {};
    }
    if (inline_) fetch_map_of_code_.enter(va, copy, copy.tag);
    line = &copy;
    return true;
  }
  void context_changed(bool is_privileged, bool is_big_endian) override {
    privileged = is_privileged;
    point_maps(is_big_endian);
  }

  std::uint64_t slow_accesses = 0;
  std::uint64_t fetch_faults = 0;
  std::uint64_t alignment_faults = 0;
  /// STREX of another size than the LDREX.
  std::uint64_t mismatched_exclusives = 0;
  std::uint64_t data_faults = 0;
  std::uint32_t last_fault = 0;
  bool last_fault_write = false;
  std::uint32_t last_fetch_fault = 0;
  std::uint32_t last_preload = 0;
  bool last_preload_for_write = false;
  std::uint64_t barriers = 0;
  AccessKind last_kind = AccessKind::kNormal;
  bool privileged = true;
  bool big_endian = false;

 private:
  unsigned place(unsigned k, unsigned size) const { return big_endian ? size - 1 - k : k; }
  void point_maps(bool is_big_endian) {
    big_endian = is_big_endian;
    load_map_ = store_map_ = is_big_endian ? &empty_ : &data_map_;
    fetch_map_ = &fetch_map_of_code_;
  }
  std::byte* byte_at(std::uint32_t at) {
    const auto page = pages_.find(at / kPage);
    if (page == pages_.end()) return nullptr;
    return page->second[at % kPage / kLineBytes].data.data() + at % kLineBytes;
  }
  std::byte& mapped_byte(std::uint32_t at) {
    return pages_.at(at / kPage)[at % kPage / kLineBytes].data[at % kLineBytes];
  }
  void enter(std::uint32_t va) {
    if (!inline_) return;
    CacheLine& line = pages_.at(va / kPage)[va % kPage / kLineBytes];
    if (read_only_.count(va / kPage) != 0) return;
    data_map_.enter(va, line, line.tag);
  }
  bool fault(std::uint32_t va, bool write) {
    ++data_faults;
    last_fault = va;
    last_fault_write = write;
    return false;
  }

  bool inline_;
  std::map<std::uint32_t, std::vector<CacheLine>> pages_;
  std::map<std::uint32_t, CacheLine> code_;
  std::set<std::uint32_t> read_only_;
  LineMap data_map_;
  LineMap fetch_map_of_code_;
  LineMap empty_;
  bool exclusive_ = false;
  std::uint32_t exclusive_address_ = 0;
  unsigned exclusive_size_ = 0;
  std::uint64_t exclusive_value_ = 0;
};

/// The rest of the processor. A semihosting call stops the core, if `serve` says so.
class FakeSystem final : public SystemInterface {
 public:
  explicit FakeSystem(CoreClock& clock) : clock_{clock} {}

  bool read_coprocessor(const CoprocessorRegister& reg, bool is_privileged,
                        std::uint32_t& value) override {
    last_register = reg;
    last_privileged = is_privileged;
    value = coprocessor_value;
    return coprocessor_present;
  }
  bool write_coprocessor(const CoprocessorRegister& reg, bool is_privileged,
                         std::uint32_t value) override {
    last_register = reg;
    last_privileged = is_privileged;
    coprocessor_value = value;
    return coprocessor_present;
  }
  std::uint32_t sctlr() const override { return sctlr_value; }
  bool take_coprocessor_abort() override { return coprocessor_aborts; }
  std::uint32_t vector_base() const override { return vectors; }
  std::uint32_t cpacr() const override { return cpacr_value; }
  std::uint32_t scr() const override { return scr_value; }
  std::uint32_t monitor_vector_base() const override { return monitor_vectors; }
  void leave_non_secure() override { scr_value &= ~1U; }
  void wait_for_interrupt() override { ++waits; }
  void wait_for_event() override { ++event_waits; }
  void send_event() override { ++events; }
  bool semihosting(std::uint32_t operation, std::uint32_t argument,
                   std::uint32_t& result) override {
    if (!serve) return false;
    ++calls;
    last_argument = argument;
    result = operation;
    clock_.stop_soon();
    return true;
  }
  void instruction_hook(std::uint32_t pc) override {
    hooked.push_back(pc);
    if (at_hook) at_hook();
  }

  std::uint32_t sctlr_value = 0x00C5'0478;  ///< SW set: SWP is there.
  std::uint32_t vectors = 0;
  std::uint32_t cpacr_value = 0x00F0'0000;
  std::uint32_t scr_value = 0;
  std::uint32_t monitor_vectors = 0x0000'0400;
  bool coprocessor_aborts = false;
  bool serve = true;
  unsigned calls = 0;
  std::uint32_t last_argument = 0;
  unsigned waits = 0;
  unsigned event_waits = 0;
  unsigned events = 0;
  bool coprocessor_present = true;
  std::uint32_t coprocessor_value = 0;
  CoprocessorRegister last_register;
  bool last_privileged = false;
  std::vector<std::uint32_t> hooked;
  std::function<void()> at_hook;

 private:
  CoreClock& clock_;
};

}  // namespace linefill::test

// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/decode_cache.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "models/cpu/isa/encoding.hpp"
#include "models/cpu/isa/executor.hpp"

namespace linefill {
namespace {

/// Which registers are still to come while a line is decoded in order: static load-use stalls.
class Scoreboard {
 public:
  /// Adds to `i` the cycles it waits, and issues it. Returns when.
  unsigned issue(Instruction& i) {
    unsigned start = now_;
    for (unsigned reg = 0; reg < ready_.size(); ++reg) {
      if ((i.reads >> reg & 1) != 0) start = std::max(start, ready_[reg]);
    }
    for (std::uint32_t rest = i.vector_reads; rest != 0; rest &= rest - 1)
      start = std::max(start, vector_ready_[static_cast<unsigned>(std::countr_zero(rest))]);
    i.cycles = static_cast<std::uint8_t>(i.cycles + (start - now_));
    now_ += i.cycles;
    for (unsigned reg = 0; reg < ready_.size(); ++reg) {
      if ((i.late >> reg & 1) != 0) ready_[reg] = now_ + i.latency;
    }
    for (unsigned k = 0; k < i.late_vectors >> 5; ++k)
      vector_ready_[((i.late_vectors & 31U) + k) % 32] = now_ + i.latency;
    if (i.late == 0) leave_late(i);
    return now_;
  }

 private:
  /// After an instruction that gives nothing late: what those before it still do, the last of that.
  void leave_late(Instruction& i) const {
    unsigned longest = now_;
    for (unsigned reg = 0; reg < ready_.size(); ++reg) {
      if (ready_[reg] <= now_ || ready_[reg] < longest) continue;
      if (ready_[reg] > longest) i.late = 0;
      longest = ready_[reg];
      i.late = static_cast<std::uint16_t>(i.late | 1U << reg);
    }
    if (i.late != 0) i.latency = static_cast<std::uint8_t>(longest - now_);
  }

  unsigned now_ = 0;
  std::array<unsigned, 16> ready_{};
  std::array<unsigned, 32> vector_ready_{};
};

std::uint32_t word_at(const DecodedLine& line, unsigned slot) {
  std::uint32_t word = 0;
  std::memcpy(&word, line.bytes.data() + 4 * slot, 4);
  return word;
}
std::uint32_t halfword_at(const DecodedLine& line, unsigned slot) {
  std::uint16_t halfword = 0;
  std::memcpy(&halfword, line.bytes.data() + 2 * slot, 2);
  return halfword;
}

Instruction decode_slot(const InstructionSet& set, const DecodedLine& line, unsigned slot,
                        bool thumb, std::uint8_t it) {
  if (!thumb) return decode_a32(word_at(line, slot), set);
  const std::uint32_t first = halfword_at(line, slot);
  if (!is_wide(first)) return decode_t32(first, it, set);
  if (slot + 1 < DecodedLine::kSlots)
    return decode_t32(first << 16 | halfword_at(line, slot + 1), it, set);
  Instruction i;
  i.handler = &execute_straddling;
  i.word = first;
  i.it = it;
  i.it_after = it_advance(it);
  i.ahead = 4;
  return i;
}

// What the instructions from `slot` on read while a result from before them can still be late.
std::uint16_t read_soon(const DecodedLine& line, unsigned slot, bool thumb) {
  std::uint16_t reads = 0;
  for (unsigned passed = 0;
       passed < cost::kLongestLatency && slot < DecodedLine::slots_used(thumb);) {
    const Instruction& i = line.slots[slot];
    reads = static_cast<std::uint16_t>(reads | i.reads);
    passed += i.cycles;
    slot += i.length / DecodedLine::slot_bytes(thumb);
  }
  return reads;
}

}  // namespace

bool execute_straddling(Executor& e, const Instruction& i) {
  DecodedLine& line = *e.line;
  CacheLine* next_line = nullptr;
  if (!e.memory.fetch(e.address(i) + 2, next_line)) {
    e.state.it = i.it;
    e.prefetch_abort(e.address(i));
    return false;
  }
  std::uint16_t second = 0;
  std::memcpy(&second, next_line->data.data(), sizeof second);
  const std::uint32_t word = i.word << 16 | second;
  Instruction& whole = line.straddling;
  if (whole.it != i.it || whole.word != word) whole = decode_t32(word, i.it, e.set);
  e.clock.now += whole.cycles - 1U;
  if (!e.state.passed(whole.condition)) return true;
  return whole.handler(e, whole);
}

DecodedLine& DecodeCache::attach(CacheLine& line, bool thumb) {
  const std::size_t index = (std::size_t{raw(line.tag)} * 2 + (thumb ? 1 : 0)) % kEntries;
  std::unique_ptr<DecodedLine>& entry = entries_[index];
  if (entry == nullptr) entry = std::make_unique<DecodedLine>();
  if (entry->bytes != line.data) {
    entry->bytes = line.data;
    for (Instruction& i : entry->slots) i.it = kNotDecoded;
    entry->straddling.it = kNotDecoded;
    ++lines_decoded_;
  }
  entry->owner = &line;
  line.decoded[thumb ? 1 : 0] = entry.get();
  return *entry;
}

// The decoded slots of a line are always one run of instructions, so that each one's ITSTATE
// follows from those before it: what this run does not begin with, or skips, is decoded anew when
// it is entered.
void DecodeCache::decode(DecodedLine& line, unsigned first, bool thumb, std::uint8_t it) {
  for (Instruction& i : line.slots) i.it = kNotDecoded;
  Scoreboard scoreboard;
  for (unsigned slot = first; slot < DecodedLine::slots_used(thumb);) {
    Instruction i = decode_slot(set_, line, slot, thumb, it);
    line.passed[slot] = static_cast<std::uint16_t>(scoreboard.issue(i));
    line.slots[slot] = i;
    it = i.it_after;
    slot += i.length / DecodedLine::slot_bytes(thumb);
  }
  for (unsigned slot = first; slot < DecodedLine::slots_used(thumb);
       slot += line.slots[slot].length / DecodedLine::slot_bytes(thumb)) {
    line.soon[slot] = read_soon(line, slot, thumb);
  }
}

unsigned stall_of(const DecodedLine& line, unsigned slot, bool thumb, std::uint16_t late,
                  unsigned latency) {
  for (unsigned passed = 0; passed < latency && slot < DecodedLine::slots_used(thumb);) {
    const Instruction& i = line.slots[slot];
    if ((i.reads & late) != 0) return latency - passed;
    passed += i.cycles;
    slot += i.length / DecodedLine::slot_bytes(thumb);
  }
  return 0;
}

}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/look_ahead.hpp"

#include <bit>

namespace linefill {

namespace {

constexpr unsigned kLr = 14;
constexpr unsigned kPc = 15;
constexpr std::uint32_t kPageBytes = 4096;  ///< The smallest.

constexpr bool bit(std::uint32_t word, unsigned n) { return (word >> n & 1U) != 0; }
constexpr unsigned field(std::uint32_t word, unsigned low) { return word >> low & 0xFU; }

// Data processing (A5.2.1) that needs no carry.
std::optional<std::uint32_t> computed(unsigned operation, std::uint32_t left, std::uint32_t right) {
  switch (operation) {
    case 0:
      return left & right;
    case 1:
      return left ^ right;
    case 2:
      return left - right;
    case 3:
      return right - left;
    case 4:
      return left + right;
    case 12:
      return left | right;
    case 13:
      return right;
    case 14:
      return left & ~right;
    case 15:
      return ~right;
    default:
      return {};
  }
}

}  // namespace

LookAhead::LookAhead(const std::array<std::uint32_t, 16>& registers, std::uint32_t pc,
                     std::uint64_t predictions, Source& source)
    : source_{source}, predictions_{predictions}, r_{registers}, at_{pc} {
  // What begins it has to be one load.
  if (!look_at_next() || accesses_count_ != 1) count_ = kSteps;
}

bool LookAhead::next(Load& load) {
  while (count_ < kSteps) {
    found_.reset();
    if (!look_at_next()) {
      count_ = kSteps;
      return false;
    }
    if (!found_) continue;
    load = *found_;
    return true;
  }
  return false;
}

bool LookAhead::look_at_next() {
  Step& step = steps_[count_++];
  step.pc = at_;
  if (!source_.code(at_, step.word)) return false;
  at_ += 4;
  return pass(step.word);
}

// --- Instructions (ARM ARM A5)

bool LookAhead::pass(std::uint32_t word) {
  const unsigned condition = word >> 28;
  constexpr unsigned kUnconditional = 0xF;  // Barriers among others.
  if (condition == kUnconditional) return false;
  always_ = condition == 0xE;
  switch (word >> 25 & 7U) {
    case 0:
      if (bit(word, 4) && bit(word, 7)) return pass_extra_transfer(word);
      return (word & 0x0190'0000) == 0x0100'0000 ? pass_miscellaneous(word)
                                                 : pass_data_processing(word);
    case 1:
      return pass_data_processing(word);
    case 3:
      if (bit(word, 4)) {  // Media: Rd is one of two fields.
        set(field(word, 12), {});
        set(field(word, 16), {});
        return true;
      }
      [[fallthrough]];
    case 2:
      return pass_transfer(word);
    case 4:
      return pass_multiple(word);
    case 5:
      return pass_branch(word);
    default:
      return false;
  }
}

// A5.2.12, and halfword multiplications.
bool LookAhead::pass_miscellaneous(std::uint32_t word) {
  const unsigned operation = word >> 21 & 3U;
  if (bit(word, 7) || field(word, 4) == 5) {  // SMLAxy ..., QADD ...
    set(field(word, 12), {});
    set(field(word, 16), {});
    return true;
  }
  if (field(word, 4) == 1 && operation == 3) {  // CLZ
    set(field(word, 12), {});
    return true;
  }
  if (field(word, 4) == 0 && (operation & 1U) == 0) {  // MRS
    set(field(word, 12), {});
    return true;
  }
  const bool links = field(word, 4) == 3;
  if (operation != 1 || (field(word, 4) != 1 && !links)) return false;
  if (!always_) return !links && !predict();
  const Value target = get(field(word, 0));
  if (links) set(kLr, at_);
  return go_to(target);
}

bool LookAhead::pass_data_processing(std::uint32_t word) {
  const unsigned rd = field(word, 12);
  const unsigned operation = word >> 21 & 0xFU;
  const bool sets_flags = bit(word, 20);
  if (operation >= 8 && operation <= 11) {
    if (sets_flags) return true;  // TST, TEQ, CMP, CMN
    const std::uint32_t constant = field(word, 16) << 12 | (word & 0xFFFU);
    if (operation == 8) {  // MOVW
      set(rd, constant);
    } else if (operation == 10) {  // MOVT
      const Value low = get(rd);
      set(rd, low ? Value{(*low & 0xFFFFU) | constant << 16} : Value{});
    } else {
      constexpr std::uint32_t kNop = 0x0320'F000;
      return (word & 0x0FFF'FFFF) == kNop;
    }
    return rd != kPc;
  }
  const Value right = operand(word);
  if (rd == kPc) return operation == 13 && !sets_flags && always_ && go_to(right);
  const bool one_operand = operation == 13 || operation == 15;
  const Value left = one_operand ? Value{0} : get(field(word, 16));
  set(rd, left && right ? computed(operation, *left, *right) : Value{});
  return true;
}

// A loop that waits ends: backward branches are not taken.
bool LookAhead::pass_branch(std::uint32_t word) {
  const auto offset = static_cast<std::int32_t>(word << 8) >> 6;
  const std::uint32_t target = at_ + 4 + static_cast<std::uint32_t>(offset);
  const bool links = bit(word, 24);
  if (!always_) {
    if (offset >= 0 && !links && predict()) at_ = target;
    return true;
  }
  if (links) set(kLr, at_);
  at_ = target;
  return true;
}

bool LookAhead::go_to(Value target) {
  if (!target || (*target & 3U) != 0) return false;
  at_ = *target;
  return true;
}

// --- Loads and stores

bool LookAhead::pass_transfer(std::uint32_t word) {
  const Value offset = bit(word, 25) ? operand(word) : Value{word & 0xFFFU};
  return transfer(word, offset, bit(word, 22) ? 1 : 4, bit(word, 20), 1);
}

// A5.2.5, A5.2.8, A5.2.10.
bool LookAhead::pass_extra_transfer(std::uint32_t word) {
  const unsigned kind = word >> 5 & 3U;
  if (kind == 0) {
    if (bit(word, 24)) return false;  // SWP and exclusives.
    set(field(word, 12), {});
    set(field(word, 16), {});
    return true;
  }
  const Value offset =
      bit(word, 22) ? Value{field(word, 8) << 4 | field(word, 0)} : get(field(word, 0));
  if (kind == 1 || bit(word, 20))
    return transfer(word, offset, kind == 2 ? 1 : 2, bit(word, 20), 1);
  return transfer(word, offset, 4, kind == 2, 2);
}

// Of one register, or (`words` 2) of two.
bool LookAhead::transfer(std::uint32_t word, Value offset, std::uint32_t size, bool load,
                         unsigned words) {
  const bool before = bit(word, 24);
  const bool writes_back = bit(word, 21) || !before;
  if (!before && bit(word, 21)) return false;  // Unprivileged.
  const unsigned rd = field(word, 12);
  const Value base = get(field(word, 16));
  if (!base || (before && !offset)) return false;
  const Value moved = offset ? Value{bit(word, 23) ? *base + *offset : *base - *offset} : Value{};
  const std::uint32_t va = before ? *moved : *base;
  bool seen_before = false;
  if (!note_access(va, size * words, seen_before)) return false;
  if (writes_back) set(field(word, 16), moved);
  if (!load) return true;
  const bool aligned = va % size == 0;
  const bool constant = field(word, 16) == kPc;
  if (words == 1 && aligned && rd != kPc && !constant && !seen_before && count_ > 1)
    found_ = Load{va, size};
  const bool extends = (word >> 25 & 3U) == 0 && bit(word, 6);
  for (unsigned i = 0; i < words; ++i) {
    const Value value =
        extends && words == 1 ? Value{} : loaded(va + i * size, size, seen_before || !aligned);
    if (rd + i == kPc) return always_ && go_to(value);
    set(rd + i, value);
  }
  return true;
}

bool LookAhead::pass_multiple(std::uint32_t word) {
  const Value base = get(field(word, 16));
  const std::uint32_t list = word & 0xFFFFU;
  if (!base || list == 0 || bit(word, 22)) return false;
  const auto size = static_cast<std::uint32_t>(4 * std::popcount(list));
  const bool up = bit(word, 23);
  const bool before = bit(word, 24);
  const std::uint32_t start = up ? *base + (before ? 4U : 0U) : *base - size + (before ? 0U : 4U);
  bool seen_before = false;
  if (!note_access(start, size, seen_before)) return false;
  if (bit(word, 21)) set(field(word, 16), up ? *base + size : *base - size);
  return !bit(word, 20) || load_multiple(word, start, seen_before);
}

bool LookAhead::load_multiple(std::uint32_t word, std::uint32_t start, bool seen_before) {
  std::uint32_t at = start;
  for (unsigned reg = 0; reg < 16; ++reg) {
    if (!bit(word, reg)) continue;
    const Value value = loaded(at, 4, seen_before);
    if (reg == kPc) return always_ && go_to(value);
    set(reg, value);
    at += 4;
  }
  return true;
}

// The first load's value is what is waited for. What the program itself stores or loads on the way
// says when it is known; memory does not say that yet.
LookAhead::Value LookAhead::loaded(std::uint32_t va, std::uint32_t size, bool seen_before) const {
  std::uint32_t value = 0;
  if (count_ == 1 || seen_before || !source_.data(va, size, value)) return {};
  return value;
}

// False: it cannot be told which bytes these are.
bool LookAhead::note_access(std::uint32_t va, std::uint32_t size, bool& seen_before) {
  Range range{0, size};
  if (va % kPageBytes + size > kPageBytes || !source_.locate(va, range.address)) return false;
  for (unsigned i = 0; i < accesses_count_; ++i) {
    const Range& other = accesses_[i];
    if (range.address - other.address < other.size || other.address - range.address < range.size)
      seen_before = true;
  }
  accesses_[accesses_count_++] = range;
  return true;
}

// --- Values

LookAhead::Value LookAhead::get(unsigned reg) const {
  if (reg == kPc) return at_ + 4;
  return bit(known_, reg) ? Value{r_[reg]} : Value{};
}

// What is done under a condition may be done or not.
void LookAhead::set(unsigned reg, Value value) {
  if (reg == kPc) return;
  known_ &= ~(1U << reg);
  if (!value || !always_) return;
  known_ |= 1U << reg;
  r_[reg] = *value;
}

// Of data processing: a constant, or a register shifted by one; of a load or store: the latter.
LookAhead::Value LookAhead::operand(std::uint32_t word) const {
  const bool transfers = (word >> 26 & 3U) == 1;
  if (bit(word, 25) && !transfers)
    return std::rotr(word & 0xFFU, static_cast<int>(2 * field(word, 8)));
  const Value value = get(field(word, 0));
  const unsigned amount = word >> 7 & 0x1FU;
  const unsigned type = word >> 5 & 3U;
  if (!value || bit(word, 4) || (amount == 0 && type != 0)) return {};
  switch (type) {
    case 0:
      return *value << amount;
    case 1:
      return *value >> amount;
    case 2:
      return static_cast<std::uint32_t>(static_cast<std::int32_t>(*value) >>
                                        static_cast<int>(amount));
    default:
      return std::rotr(*value, static_cast<int>(amount));
  }
}

bool LookAhead::predict() {
  const bool taken = (predictions_ & 1U) != 0;
  predictions_ >>= 1;
  return taken;
}

}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "models/core/attributes.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// The "Type" column of a manual's register summary.
enum class Access : std::uint8_t { kReadWrite, kReadOnly, kWriteOnly };

/// What a register hook is told besides the value.
struct RegisterContext {
  Time now{};               ///< Absolute time of the access.
  Attributes attributes{};  ///< For a write: `origin` is the cause of what it starts.
};

/// One row of a manual's register summary. `Block` is the plain C++ class that holds the state.
///
/// Reads give the stored word unless `on_read` computes it. Writes store the bits of the write
/// mask, then call `on_write` with the value as written. A row with neither storage nor hook is
/// constant.
template <class Block>
class Register {
 public:
  using ReadHook = std::uint32_t (Block::*)(const RegisterContext&);
  using PeekHook = std::uint32_t (Block::*)() const;
  using WriteHook = void (Block::*)(std::uint32_t value, const RegisterContext&);

  std::uint32_t offset = 0;
  std::string_view name;
  Access access = Access::kReadWrite;
  std::uint32_t reset = 0;

  constexpr Register(std::uint32_t offset_, std::string_view name_, Access access_,
                     std::uint32_t reset_ = 0)
      : offset{offset_}, name{name_}, access{access_}, reset{reset_} {}

  /// The word is a member of the block; only the bits in `write_mask` can be written by software.
  constexpr Register stores(std::uint32_t Block::*word,
                            std::uint32_t write_mask = 0xFFFF'FFFF) const {
    Register r = *this;
    r.word_ = word;
    r.write_mask_ = access == Access::kReadOnly ? 0 : write_mask;
    return r;
  }
  /// Reading has side effects or depends on the time.
  constexpr Register on_read(ReadHook hook) const {
    Register r = *this;
    r.read_ = hook;
    return r;
  }
  /// The value is computed from state, without side effects: also what a debugger sees.
  constexpr Register computed(PeekHook hook) const {
    Register r = *this;
    r.peek_ = hook;
    return r;
  }
  constexpr Register on_write(WriteHook hook) const {
    Register r = *this;
    r.write_ = hook;
    return r;
  }

  constexpr bool readable() const { return access != Access::kWriteOnly; }
  constexpr bool writable() const { return access != Access::kReadOnly; }
  constexpr bool stored() const { return word_ != nullptr; }
  /// A row that nothing can change and whose reset value says nothing is a mistake.
  constexpr bool dead() const {
    return writable() && word_ == nullptr && write_ == nullptr && read_ == nullptr &&
           peek_ == nullptr;
  }

  std::uint32_t read(Block& block, const RegisterContext& context) const {
    return read_ != nullptr ? (block.*read_)(context) : peek(block);
  }
  std::uint32_t peek(const Block& block) const {
    if (peek_ != nullptr) return (block.*peek_)();
    return word_ != nullptr ? block.*word_ : reset;
  }
  void write(Block& block, std::uint32_t value, const RegisterContext& context) const {
    if (word_ != nullptr) block.*word_ = (block.*word_ & ~write_mask_) | (value & write_mask_);
    if (write_ != nullptr) (block.*write_)(value, context);
  }
  void reset_word(Block& block) const {
    if (word_ != nullptr) block.*word_ = reset;
  }

 private:
  std::uint32_t Block::*word_ = nullptr;
  std::uint32_t write_mask_ = 0;
  ReadHook read_ = nullptr;
  PeekHook peek_ = nullptr;
  WriteHook write_ = nullptr;
};

/// What a register access came to.
enum class RegisterResult : std::uint8_t { kDone, kReserved, kReadOfWriteOnly, kWriteOfReadOnly };

/// The registers of one block, sorted by offset. Make it `static constexpr` over a constant array:
/// unsorted, unaligned or dead rows then do not compile. Reserved offsets read zero, ignore writes.
template <class Block>
class RegisterTable {
 public:
  template <std::size_t kCount>
  explicit consteval RegisterTable(const Register<Block> (&rows)[kCount]) : rows_{rows} {
    for (std::size_t i = 0; i < kCount; ++i) {
      if (rows[i].offset % 4 != 0) throw "register offset is not a multiple of 4";
      if (i > 0 && rows[i - 1].offset >= rows[i].offset)
        throw "register rows are not sorted by offset";
      if (rows[i].dead()) throw "register row can be written but nothing keeps or sees the value";
    }
  }

  constexpr auto begin() const { return rows_.begin(); }
  constexpr auto end() const { return rows_.end(); }

  const Register<Block>* find(std::uint32_t offset) const {
    const auto row =
        std::lower_bound(rows_.begin(), rows_.end(), offset,
                         [](const Register<Block>& r, std::uint32_t o) { return r.offset < o; });
    return row != rows_.end() && row->offset == offset ? &*row : nullptr;
  }

  RegisterResult read(Block& block, std::uint32_t offset, std::uint32_t& value,
                      const RegisterContext& context) const {
    value = 0;
    const auto* row = find(offset);
    if (row == nullptr) return RegisterResult::kReserved;
    if (!row->readable()) return RegisterResult::kReadOfWriteOnly;
    value = row->read(block, context);
    return RegisterResult::kDone;
  }

  RegisterResult write(Block& block, std::uint32_t offset, std::uint32_t value,
                       const RegisterContext& context) const {
    const auto* row = find(offset);
    if (row == nullptr) return RegisterResult::kReserved;
    if (!row->writable()) return RegisterResult::kWriteOfReadOnly;
    row->write(block, value, context);
    return RegisterResult::kDone;
  }

  /// As a debugger sees it: no side effects; 0 for reserved and write-only offsets.
  std::uint32_t peek(const Block& block, std::uint32_t offset) const {
    const auto* row = find(offset);
    return row != nullptr && row->readable() ? row->peek(block) : 0;
  }

  void reset(Block& block) const {
    for (const auto& row : rows_) row.reset_word(block);
  }

 private:
  std::span<const Register<Block>> rows_;
};

}  // namespace linefill

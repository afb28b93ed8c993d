// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "models/core/register_table.hpp"
#include "models/cpu/cp15/system_control.hpp"

namespace linefill {

/// What User mode may do with a system register. kAsMonitors: as PMUSERENR.EN says; kAsThumbEe: as
/// TEECR.XED says (ARM ARM, B4.1.150).
enum class UserAccess : std::uint8_t { kNone, kRead, kReadWrite, kAsMonitors, kAsThumbEe };

/// One row of the A9 TRM's tables of system registers, with what it does here. Reads give the
/// stored word, else what a hook computes, else the reset value; writes store the bits of the mask,
/// then call the hook.
class SystemControlRegister {
 public:
  using ReadHook = std::uint32_t (SystemControl::*)() const;
  using WriteHook = void (SystemControl::*)(std::uint32_t);
  using MonitorRead = std::uint32_t (PerformanceMonitors::*)() const;
  using MonitorWrite = void (PerformanceMonitors::*)(std::uint32_t);

  std::uint32_t key = 0;
  std::string_view name;
  Access access = Access::kReadWrite;
  std::uint32_t reset = 0;

  static constexpr std::uint32_t key_of(unsigned coprocessor, unsigned crn, unsigned opc1,
                                        unsigned crm, unsigned opc2) {
    return coprocessor << 16 | crn << 12 | opc1 << 8 | crm << 4 | opc2;
  }
  static constexpr std::uint32_t key_of(const CoprocessorRegister& r) {
    return key_of(r.coprocessor, r.crn, r.opc1, r.crm, r.opc2);
  }

  /// The columns of the manual: CRn, opc1, CRm, opc2.
  constexpr SystemControlRegister(unsigned coprocessor, unsigned crn, unsigned opc1, unsigned crm,
                                  unsigned opc2, std::string_view name_, Access access_,
                                  std::uint32_t reset_ = 0)
      : key{key_of(coprocessor, crn, opc1, crm, opc2)},
        name{name_},
        access{access_},
        reset{reset_} {}

  constexpr SystemControlRegister user(UserAccess access_by_user) const {
    auto r = *this;
    r.user_ = access_by_user;
    return r;
  }
  constexpr SystemControlRegister stores(std::uint32_t SystemControl::*word,
                                         std::uint32_t mask = 0xFFFF'FFFF) const {
    auto r = *this;
    r.word_ = word;
    r.mask_ = mask;
    return r;
  }
  /// A register of the translation, whose users are told when its value changes.
  constexpr SystemControlRegister translates(std::uint32_t TranslationRegisters::*word,
                                             CacheOperations::Changed what,
                                             std::uint32_t mask = 0xFFFF'FFFF) const {
    auto r = *this;
    r.regime_ = word;
    r.changed_ = what;
    r.mask_ = mask;
    return r;
  }
  constexpr SystemControlRegister computed(ReadHook hook) const {
    auto r = *this;
    r.read_ = hook;
    return r;
  }
  constexpr SystemControlRegister on_write(WriteHook hook) const {
    auto r = *this;
    r.write_ = hook;
    return r;
  }
  constexpr SystemControlRegister monitors(MonitorRead read_hook, MonitorWrite write_hook) const {
    auto r = *this;
    r.monitor_read_ = read_hook;
    r.monitor_write_ = write_hook;
    return r;
  }
  /// Implemented without effect: what the manual lets be a NOP, RAZ/WI.
  constexpr SystemControlRegister no_effect() const {
    auto r = *this;
    r.no_effect_ = true;
    return r;
  }

  constexpr bool dead() const {
    return access != Access::kReadOnly && word_ == nullptr && regime_ == nullptr &&
           write_ == nullptr && monitor_write_ == nullptr && !no_effect_;
  }

  bool allows(bool write, bool privileged, const SystemControl& control) const {
    if (write ? access == Access::kReadOnly : access == Access::kWriteOnly) return false;
    if (privileged || user_ == UserAccess::kReadWrite) return true;
    if (user_ == UserAccess::kAsMonitors) return control.pmuserenr_ != 0;
    if (user_ == UserAccess::kAsThumbEe) return control.teecr_ == 0;
    return user_ == UserAccess::kRead && !write;
  }

  std::uint32_t read(const SystemControl& control) const {
    if (read_ != nullptr) return (control.*read_)();
    if (monitor_read_ != nullptr) return (control.monitors_.*monitor_read_)();
    if (regime_ != nullptr) return control.mmu_.registers().*regime_;
    return word_ != nullptr ? control.*word_ : reset;
  }

  void write(SystemControl& control, std::uint32_t value) const {
    if (word_ != nullptr) control.*word_ = (control.*word_ & ~mask_) | (value & mask_);
    if (regime_ != nullptr)
      control.change(regime_, (read(control) & ~mask_) | (value & mask_), changed_);
    if (write_ != nullptr) (control.*write_)(value);
    if (monitor_write_ != nullptr) (control.monitors_.*monitor_write_)(value);
  }

  void reset_word(SystemControl& control) const {
    if (word_ != nullptr) control.*word_ = reset;
    if (regime_ != nullptr) control.mmu_.registers().*regime_ = reset;
  }

 private:
  UserAccess user_ = UserAccess::kNone;
  std::uint32_t SystemControl::*word_ = nullptr;
  std::uint32_t TranslationRegisters::*regime_ = nullptr;
  CacheOperations::Changed changed_ = CacheOperations::Changed::kControl;
  std::uint32_t mask_ = 0;
  ReadHook read_ = nullptr;
  WriteHook write_ = nullptr;
  MonitorRead monitor_read_ = nullptr;
  MonitorWrite monitor_write_ = nullptr;
  bool no_effect_ = false;
};

/// The system registers of one kind of core: `own` rows come before those it shares with another
/// kind. Each span is sorted by coprocessor, CRn, opc1, CRm, opc2.
struct SystemControlTable {
  std::span<const SystemControlRegister> own{};
  std::span<const SystemControlRegister> shared{};

  const SystemControlRegister* find(const CoprocessorRegister& which) const;

  static const SystemControlTable& cortex_a9();
  static const SystemControlTable& mohawk();
  static const SystemControlTable& pj4();

  template <std::size_t kCount>
  static consteval bool sorted_and_alive(const SystemControlRegister (&rows)[kCount]) {
    for (std::size_t i = 0; i < kCount; ++i) {
      if (i > 0 && rows[i - 1].key >= rows[i].key) throw "system registers are not sorted";
      if (rows[i].dead())
        throw "a system register can be written but nothing keeps or sees the value";
    }
    return true;
  }
};

}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/core/log.hpp"
#include "models/cpu/cp15/system_control.hpp"
#include "tests/models/translation/page_tables.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {

/// Writes down what CP15 asks for; fails operations by address when told to.
struct RecordedOperations final : CacheOperations {
  std::vector<std::string> log;
  bool fail = false;
  Fault failure{FaultStatus::kTranslationPage, 4};
  std::optional<CacheGeometry> outer{};  ///< Of a cache that CP15 operates.
  bool late = false;
  std::vector<std::pair<bool, std::function<void()>>> effects;  ///< Whether after a DSB, and what.

  static const char* name_of(Maintenance::Action action) {
    switch (action) {
      case Maintenance::Action::kClean:
        return "clean";
      case Maintenance::Action::kInvalidate:
        return "invalidate";
      case Maintenance::Action::kCleanInvalidate:
        return "clean+invalidate";
      case Maintenance::Action::kSync:
        return "sync";
    }
    return "?";
  }

  bool data_by_address(Maintenance::Action action, VirtualAddress va, Fault& fault) override {
    log.push_back(std::string{name_of(action)} + " " + hex(raw(va)));
    if (fail) fault = failure;
    return !fail;
  }
  void data_by_set_way(Maintenance::Action action, unsigned set, unsigned way) override {
    log.push_back(std::string{name_of(action)} + " set " + std::to_string(set) + " way " +
                  std::to_string(way));
  }
  void invalidate_instructions() override { log.emplace_back("instructions"); }
  bool invalidate_instructions_by_address(VirtualAddress va, Fault& fault) override {
    log.push_back("instructions " + hex(raw(va)));
    if (fail) fault = failure;
    return !fail;
  }
  const CacheGeometry* outer_geometry() const override { return outer ? &*outer : nullptr; }
  void outer_configured(bool enabled, std::uint32_t features) override {
    log.push_back(std::string{"L2 "} + (enabled ? "on " : "off ") + hex(features));
  }
  void outer_by_address(Maintenance::Action action, PhysicalAddress at, bool) override {
    log.push_back(std::string{"L2 "} + name_of(action) + " " + hex(raw(at)));
  }
  void outer_by_set_way(Maintenance::Action action, unsigned set, unsigned way) override {
    log.push_back(std::string{"L2 "} + name_of(action) + " set " + std::to_string(set) + " way " +
                  std::to_string(way));
  }
  void outer_all(Maintenance::Action action) override {
    log.push_back(std::string{"L2 "} + name_of(action) + " all");
  }
  bool effects_are_late() const override { return late; }
  void add_late_effect(std::function<void()> effect, bool needs_dsb) override {
    effects.emplace_back(needs_dsb, std::move(effect));
  }
  void data_memory_barrier() override { log.emplace_back("dmb"); }
  void data_synchronization_barrier() override { log.emplace_back("dsb"); }
  void instruction_synchronization_barrier() override { log.emplace_back("isb"); }
  void translations_invalidated() override { log.emplace_back("tlb all"); }
  void translation_invalidated(VirtualAddress va, unsigned page_shift) override {
    log.push_back("tlb " + hex(raw(va)) + " shift " + std::to_string(page_shift));
  }
  void address_space_invalidated(std::uint8_t asid) override {
    log.push_back("tlb asid " + std::to_string(asid));
  }
  void registers_changed(Changed what) override {
    log.push_back("changed " + std::to_string(static_cast<int>(what)));
  }
};

/// CP15 of a processor with 32 KiB caches, over fake tables and cache operations.
struct SystemControlBench {
  PageTables tables;
  Statistics statistics;
  Mmu mmu{tables, statistics};
  RecordedOperations operations;
  CoreClock clock;
  Log log{"cpu"};
  SystemControl control{{}, mmu, operations, clock, log};

  /// In the order of the manual's summary: CRn, opc1, CRm, opc2.
  static CoprocessorRegister c(unsigned crn, unsigned opc1, unsigned crm, unsigned opc2,
                               unsigned coprocessor = 15) {
    return {coprocessor, opc1, crn, crm, opc2};
  }
  std::uint32_t read(const CoprocessorRegister& which) {
    std::uint32_t value = 0;
    REQUIRE(control.read_coprocessor(which, true, value));
    return value;
  }
  void write(const CoprocessorRegister& which, std::uint32_t value) {
    REQUIRE(control.write_coprocessor(which, true, value));
  }
  bool readable(const CoprocessorRegister& which, bool privileged) {
    std::uint32_t value = 0;
    return control.read_coprocessor(which, privileged, value);
  }
};

inline const CoprocessorRegister kSctlr = SystemControlBench::c(1, 0, 0, 0);
inline const CoprocessorRegister kActlr = SystemControlBench::c(1, 0, 0, 1);
inline const CoprocessorRegister kTtbr0 = SystemControlBench::c(2, 0, 0, 0);
inline const CoprocessorRegister kDacr = SystemControlBench::c(3, 0, 0, 0);
inline const CoprocessorRegister kDfsr = SystemControlBench::c(5, 0, 0, 0);
inline const CoprocessorRegister kIfsr = SystemControlBench::c(5, 0, 0, 1);
inline const CoprocessorRegister kDfar = SystemControlBench::c(6, 0, 0, 0);
inline const CoprocessorRegister kIfar = SystemControlBench::c(6, 0, 0, 2);
inline const CoprocessorRegister kPar = SystemControlBench::c(7, 0, 4, 0);
inline const CoprocessorRegister kContextidr = SystemControlBench::c(13, 0, 0, 1);

}  // namespace linefill::test

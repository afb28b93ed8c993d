// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "models/cache/set_associative.hpp"
#include "models/core/address.hpp"
#include "models/core/observer.hpp"
#include "models/translation/translation.hpp"

namespace linefill {

/// What CP15 asks of the memory system: cache operations, barriers, and to be told what changed.
/// The fast paths of the memory system (line maps, permission of a line) are its own to invalidate.
class CacheOperations {
 public:
  /// The register, or group, that was written. The new value is already in `Mmu::registers()`, or
  /// for kAuxiliary in `SystemControl::actlr()`.
  enum class Changed : std::uint8_t {
    kControl,           ///< SCTLR
    kAuxiliary,         ///< ACTLR
    kTranslationTable,  ///< TTBR0, TTBR1, TTBCR
    kDomains,           ///< DACR
    kRemap,             ///< PRRR, NMRR
    kContext,           ///< CONTEXTIDR
  };

  /// DCCMVAC, DCIMVAC, DCCIMVAC, DCCMVAU: one line of the L1D by virtual address. False: the
  /// address does not translate; `fault` says why and a Data Abort follows. The address is looked
  /// up with privileged read permission.
  virtual bool data_by_address(Maintenance::Action action, VirtualAddress va, Fault& fault) = 0;
  /// DCISW, DCCSW, DCCISW of the L1D; `set` and `way` are within its geometry.
  virtual void data_by_set_way(Maintenance::Action action, unsigned set, unsigned way) = 0;
  /// ICIALLU, ICIALLUIS.
  virtual void invalidate_instructions() = 0;
  /// ICIMVAU. False: as for `data_by_address`.
  virtual bool invalidate_instructions_by_address(VirtualAddress va, Fault& fault) = 0;

  // An outer cache that CP15 operates. By default there is none.
  /// Its geometry; null if there is none.
  virtual const CacheGeometry* outer_geometry() const { return nullptr; }
  /// A register that says whether it is on, or what else it does, was written.
  virtual void outer_configured(bool /*enabled*/, std::uint32_t /*extra_features*/) {}
  virtual void outer_by_address(Maintenance::Action, PhysicalAddress, bool /*secure*/) {}
  virtual void outer_by_set_way(Maintenance::Action, unsigned /*set*/, unsigned /*way*/) {}
  virtual void outer_all(Maintenance::Action) {}

  /// Whether what CP15 is asked for waits for its barriers, as it may. By default nothing does.
  virtual bool effects_are_late() const { return false; }
  /// With `effects_are_late`: to be called at the next ISB or exception; with `needs_dsb` after a
  /// DSB.
  virtual void add_late_effect(std::function<void()> /*effect*/, bool /*needs_dsb*/) {}

  virtual void data_memory_barrier() = 0;
  virtual void data_synchronization_barrier() = 0;
  virtual void instruction_synchronization_barrier() = 0;

  /// The TLB, from which CP15 has already removed them, has lost entries: all; those for an
  /// address, of pages of at most `1 << page_shift` bytes, or, with 0, none was found: what was
  /// translated by an entry since replaced may be of any size; those of an address space.
  virtual void translations_invalidated() = 0;
  virtual void translation_invalidated(VirtualAddress va, unsigned page_shift) = 0;
  virtual void address_space_invalidated(std::uint8_t asid) = 0;

  /// A register that decides what an access means was written with another value than it had.
  virtual void registers_changed(Changed what) = 0;

 protected:
  ~CacheOperations() = default;
};

}  // namespace linefill

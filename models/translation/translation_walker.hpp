// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/address.hpp"
#include "models/core/attributes.hpp"
#include "models/translation/translation.hpp"
#include "models/translation/translation_registers.hpp"

namespace linefill {

/// How a walker reads its tables: through the L1D or around it, as the walk's attributes say.
class WalkPort {
 public:
  /// Reads the descriptor at `address` (a multiple of 4) as a little-endian word.
  virtual BusResponse read_word(PhysicalAddress address, const MemoryAttributes& walk_attributes,
                                std::uint32_t& value) = 0;

 protected:
  ~WalkPort() = default;
};

/// Walks ARMv7-A short-descriptor tables (ARM ARM B3.5), or those of ARMv5. Keeps nothing: what it
/// finds goes into a TLB. Checks the access flag, which is what may not be cached when clear;
/// domains and permissions are checked by the user at each look-up, with the registers of that
/// moment.
class TranslationWalker {
 public:
  explicit TranslationWalker(WalkPort& port) : port_{port} {}

  /// The translation of `va` as the tables have it now. False: `fault` says why.
  bool walk(VirtualAddress va, const TranslationRegisters& registers, Translation& translation,
            Fault& fault);

  /// The cacheability of walks that start at this TTBR (IRGN, RGN, S); Non-cacheable with SCTLR.C
  /// clear.
  static MemoryAttributes walk_attributes(std::uint32_t ttbr,
                                          const TranslationRegisters& registers);

 private:
  bool read(PhysicalAddress address, const MemoryAttributes& attributes, FaultStatus on_error,
            std::uint32_t& value, Fault& fault);
  bool walk_armv5(VirtualAddress va, const TranslationRegisters& registers,
                  Translation& translation, Fault& fault);
  bool walk_armv5_page(VirtualAddress va, std::uint32_t table,
                       const TranslationRegisters& registers, Translation& translation,
                       Fault& fault);
  bool walk_page(VirtualAddress va, std::uint32_t table, const MemoryAttributes& attributes,
                 const TranslationRegisters& registers, Translation& translation, Fault& fault);

  WalkPort& port_;
};

/// The memory type of descriptor bits TEX, C, B and S (ARM ARM B3.8): by PRRR and NMRR with TEX
/// remap, by the fixed table without. Reserved encodings are taken as Strongly-ordered.
MemoryAttributes decode_attributes(unsigned tex, bool c, bool b, bool s,
                                   const TranslationRegisters& registers);

}  // namespace linefill

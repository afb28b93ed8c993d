// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/attributes.hpp"
#include "models/translation/translation.hpp"
#include "models/translation/walk_fault.hpp"

namespace linefill {

/// How a walker reads tables of 64-bit descriptors.
class LongWalkPort {
 public:
  /// Reads the descriptor at `address` (a multiple of 8), for a look-up of `level`, as a
  /// little-endian number.
  virtual BusResponse read_long(std::uint64_t address, unsigned level,
                                const MemoryAttributes& walk_attributes, std::uint64_t& value) = 0;

 protected:
  ~LongWalkPort() = default;
};

/// One tree of long-descriptor tables, as TTBR and TCR describe it.
struct LongTables {
  std::uint64_t base = 0;       ///< TTBR's address; bits below the first table's size are ignored.
  unsigned input_bits = 32;     ///< Size of an input address: beyond it is a translation fault.
  unsigned output_bits = 40;    ///< Size of an output address: beyond it is an address size fault.
  unsigned granule_shift = 12;  ///< 12 (4 KiB) or 16 (64 KiB).
  unsigned start_level = 1;     ///< Of stage 2 chosen by software, else `start_level_of`.
  bool stage2 = false;
  bool check_access_flag = true;
  bool big_endian = false;
  std::uint64_t mair = 0;  ///< MAIR1:MAIR0.
  MemoryAttributes walk_attributes = kNormalNonCacheable;
};

/// The level at which the look-up of an input address of this size begins (ARM ARM B3.6.4).
constexpr unsigned start_level_of(unsigned input_bits, unsigned granule_shift) {
  const unsigned stride = granule_shift - 3;
  const unsigned above = input_bits > granule_shift ? input_bits - granule_shift : 1;
  return 4 - (above + stride - 1) / stride;
}

/// What a long descriptor says of an address. `pa` of the base is not used: addresses have 48 bits.
struct LongTranslation : Translation {
  std::uint64_t address = 0;  ///< Of the very byte that was asked for.
  unsigned level = 3;
  bool privileged_execute_never = false;
  bool readable = true;             ///< S2AP[0]; stage 1 has `permission`.
  bool writable = true;             ///< S2AP[1].
  std::uint64_t descriptor = 0;     ///< The leaf, as read.
  std::uint64_t descriptor_at = 0;  ///< Where the walker read it.
};

/// Walks tables of long descriptors (ARM ARM B3.6), stage 1 or stage 2, as AArch32 with 40 bits of
/// output or AArch64 use them. Keeps nothing; permissions are checked by the user.
class LongDescriptorWalker {
 public:
  explicit LongDescriptorWalker(LongWalkPort& port) : port_{port} {}

  /// False: `fault` says why.
  bool walk(std::uint64_t address, const LongTables& tables, LongTranslation& translation,
            WalkFault& fault);

 private:
  LongWalkPort& port_;
};

}  // namespace linefill

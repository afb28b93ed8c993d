// SPDX-License-Identifier: Apache-2.0
#include "models/translation/long_descriptor_walker.hpp"

#include "models/translation/descriptor_bits.hpp"
#include "models/translation/memory_attributes.hpp"

namespace linefill {

namespace {

constexpr unsigned kLastLevel = 3;
constexpr unsigned kAddressBits = 48;

/// What table descriptors on the way forbid for all below them (ARM ARM B3.6.1).
struct Hierarchy {
  bool no_user = false;    ///< APTable[0]
  bool read_only = false;  ///< APTable[1]
  bool execute_never = false;
  bool privileged_execute_never = false;
  bool non_secure = false;

  void add(std::uint64_t descriptor) {
    no_user = no_user || bit(descriptor, 61);
    read_only = read_only || bit(descriptor, 62);
    execute_never = execute_never || bit(descriptor, 60);
    privileged_execute_never = privileged_execute_never || bit(descriptor, 59);
    non_secure = non_secure || bit(descriptor, 63);
  }
};

constexpr std::uint64_t below(unsigned number) { return (std::uint64_t{1} << number) - 1; }

/// The lowest bit of an input address that a look-up at this level translates.
constexpr unsigned shift_at(unsigned level, const LongTables& tables) {
  return tables.granule_shift + (kLastLevel - level) * (tables.granule_shift - 3);
}

/// A 4 KiB granule has blocks of 1 GiB and 2 MiB, a 64 KiB one of 512 MiB.
constexpr bool blocks_at(unsigned level, const LongTables& tables) {
  return level == 2 || (level == 1 && tables.granule_shift == 12);
}

constexpr bool too_wide(std::uint64_t address, const LongTables& tables) {
  return tables.output_bits < kAddressBits && address >> tables.output_bits != 0;
}

constexpr std::uint64_t address_in(std::uint64_t descriptor, unsigned shift) {
  return descriptor & below(kAddressBits) & ~below(shift);
}

// AP[2:1] as AP[2:0] has it, with AP[0] the access flag that is set.
AccessPermission permission_of(std::uint64_t descriptor, const Hierarchy& above) {
  const bool user = bit(descriptor, 6) && !above.no_user;
  const bool read_only = bit(descriptor, 7) || above.read_only;
  return static_cast<AccessPermission>((read_only ? 4U : 0U) | (user ? 2U : 0U) | 1U);
}

void decode_stage1(std::uint64_t descriptor, const LongTables& tables, const Hierarchy& above,
                   LongTranslation& translation) {
  const auto index = static_cast<unsigned>(bits(descriptor, 4, 2));
  const auto sh = static_cast<unsigned>(bits(descriptor, 9, 8));
  translation.attributes = decode_mair(tables.mair >> (8 * index) & 0xFFU, sh);
  translation.permission = permission_of(descriptor, above);
  translation.non_secure = bit(descriptor, 5) || above.non_secure;
  translation.global = !bit(descriptor, 11);
  translation.execute_never = bit(descriptor, 54) || above.execute_never;
  translation.privileged_execute_never = bit(descriptor, 53) || above.privileged_execute_never;
}

void decode_stage2(std::uint64_t descriptor, LongTranslation& translation) {
  translation.attributes = decode_mem_attr(static_cast<unsigned>(bits(descriptor, 5, 2)),
                                           static_cast<unsigned>(bits(descriptor, 9, 8)));
  translation.readable = bit(descriptor, 6);
  translation.writable = bit(descriptor, 7);
  translation.execute_never = bit(descriptor, 54);
  translation.global = true;
}

}  // namespace

bool LongDescriptorWalker::walk(std::uint64_t address, const LongTables& tables,
                                LongTranslation& translation, WalkFault& fault) {
  using enum WalkFaultKind;
  const auto fail = [&](WalkFaultKind kind, unsigned level) {
    fault = {kind, level};
    return false;
  };
  unsigned level = tables.start_level;
  if (level > kLastLevel || tables.input_bits <= shift_at(level, tables) ||
      (tables.input_bits < 64 && address >> tables.input_bits != 0))
    return fail(kTranslation, level);
  unsigned index_bits = tables.input_bits - shift_at(level, tables);
  std::uint64_t table = address_in(tables.base, index_bits + 3);
  if (too_wide(table, tables)) return fail(kAddressSize, 0);
  Hierarchy above;
  for (;; ++level) {
    const unsigned shift = shift_at(level, tables);
    const std::uint64_t at = table | (address >> shift & below(index_bits)) << 3;
    std::uint64_t descriptor = 0;
    const BusResponse response = port_.read_long(at, level, tables.walk_attributes, descriptor);
    if (response != BusResponse::kOkay) {
      fault = {kExternal, level, response};
      return false;
    }
    if (tables.big_endian) descriptor = swap_bytes(descriptor);
    const bool table_or_page = bit(descriptor, 1);
    if (!bit(descriptor, 0) || (level == kLastLevel && !table_or_page) ||
        (!table_or_page && !blocks_at(level, tables)))
      return fail(kTranslation, level);
    const bool leaf = level == kLastLevel || !table_or_page;
    const std::uint64_t output = address_in(descriptor, leaf ? shift : tables.granule_shift);
    if (too_wide(output, tables)) return fail(kAddressSize, level);
    if (!leaf) {
      if (!tables.stage2) above.add(descriptor);
      table = output;
      index_bits = tables.granule_shift - 3;
      continue;
    }
    if (tables.check_access_flag && !bit(descriptor, 10)) return fail(kAccessFlag, level);
    translation.address = output | (address & below(shift));
    translation.page_shift = static_cast<std::uint8_t>(shift);
    translation.page = level == kLastLevel;
    translation.level = level;
    translation.descriptor = descriptor;
    translation.descriptor_at = at;
    if (tables.stage2) {
      decode_stage2(descriptor, translation);
    } else {
      decode_stage1(descriptor, tables, above, translation);
    }
    return true;
  }
}

}  // namespace linefill

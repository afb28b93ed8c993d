// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Exclusive accesses and swaps (ARM DDI 0406C, A3.4, A5.2.10, A6.3.6): decoding for the tables.
/// Fields: d status, t and u transferred, n base, m source of a swap, v offset in words.
namespace linefill::isa {

/// `size` in bytes: 1, 2, 4 or 8.
void load_exclusive(const Fields& f, Instruction& i, unsigned size);
void store_exclusive(const Fields& f, Instruction& i, unsigned size);
template <unsigned size>
void ldrex(const Fields& f, Instruction& i) {
  load_exclusive(f, i, size);
}
template <unsigned size>
void strex(const Fields& f, Instruction& i) {
  store_exclusive(f, i, size);
}

void clrex(const Fields& f, Instruction& i);
void swp(const Fields& f, Instruction& i);  ///< x: a byte.

}  // namespace linefill::isa

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Loads and stores of elements and structures (ARM DDI 0406C, A7.7): decoding for the table.
/// Fields: d; n: base; m: what is added to it afterwards (13: the size, 15: nothing); L: load;
/// z: size.
namespace linefill::isa::neon {

/// Structures of 1 to 4 elements (VLD1 to VLD4, VST1 to VST4), to `registers` registers for each
/// element. a: alignment; x: other than neighbouring registers.
void multiple(const Fields& f, Instruction& i, unsigned elements, unsigned registers);
/// One structure, to or from one lane of each register. a: index and alignment.
void single_lane(const Fields& f, Instruction& i, unsigned elements);
/// One structure, to all lanes. x: other than neighbouring registers (VLD1: two registers);
/// a: alignment.
void all_lanes(const Fields& f, Instruction& i, unsigned elements);

template <unsigned elements, unsigned registers = 1>
void structures(const Fields& f, Instruction& i) {
  multiple(f, i, elements, registers);
}
template <unsigned elements>
void structure_of_lane(const Fields& f, Instruction& i) {
  single_lane(f, i, elements);
}
template <unsigned elements>
void structure_to_all(const Fields& f, Instruction& i) {
  all_lanes(f, i, elements);
}

}  // namespace linefill::isa::neon

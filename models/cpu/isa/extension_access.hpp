// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/executor.hpp"

namespace linefill::isa {

/// `kHandler` where VFP and Advanced SIMD are open to the instruction (Instruction::needs), else an
/// Undefined Instruction exception (ARM DDI 0406C, B1.11.1: CheckVFPEnabled,
/// CheckAdvSIMDEnabled).
template <Handler kHandler>
bool with_extension(Executor& e, const Instruction& i) {
  if (!e.state.extension.open(e.state.privileged(), i.needs)) [[unlikely]]
    return e.undefined(i);
  return kHandler(e, i);
}

}  // namespace linefill::isa

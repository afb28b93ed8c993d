// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/level.hpp"

namespace guest {

int without_leaks(int status) {
  const bool level = at_remembered_levels(console());
  return status == 0 && !level ? 1 : status;
}

}  // namespace guest

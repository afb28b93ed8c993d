// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace guest {

/// How the machine is switched off where no debugger serves an exit.
void set_power_off(void (*function)());

}  // namespace guest

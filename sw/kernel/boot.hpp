// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace guest {

/// Finds the console the device tree names; semihosting stays if there is none.
void console_init();

}  // namespace guest

// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a program defines: called with everything up (caches, interrupts, time, devices of all
/// stages probed). Its result is the program's exit status.
int guest_main();

namespace guest {

/// What an app's guest_main returns: `status`, but 1 instead of 0 if something was taken and not
/// given back (mm/level.hpp), which is said on the console.
int without_leaks(int status);

}  // namespace guest

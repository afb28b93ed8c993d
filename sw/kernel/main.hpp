// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a program defines: called with everything up (caches, interrupts, time, devices of all
/// stages probed). Its result is the program's exit status.
int guest_main();

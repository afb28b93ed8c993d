// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Arm semihosting (ARM DUI 0471, chapter 8): a debugger or emulator serves these calls. Where
/// there is none, they return and nothing happens.
namespace guest::semihosting {

/// SYS_WRITE0: writes a zero-terminated text to the debugger's console.
void write0(const char* text);
/// SYS_EXIT_EXTENDED, then SYS_EXIT: ends the program. Returns only if nobody serves it.
void exit(int status);

}  // namespace guest::semihosting

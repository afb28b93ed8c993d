// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace linefill {

/// Takes over the terminal on the standard input, key by key and without its signals; false if
/// there is none, or another program has it. Until it is given back, a signal that ends the process
/// gives it back first.
bool take_terminal();

/// As it was; nothing if it was not taken. A signal handler may call it.
void give_terminal_back();

}  // namespace linefill

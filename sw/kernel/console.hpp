// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/lib/format.hpp"

namespace guest {

/// The console: the device tree's stdout-path if it is a PL011, else semihosting.
TextSink& console();
/// Another sink, for a test; null is the default again.
void set_console(TextSink* sink);

/// `printk("read ", count, " bytes\n")`.
template <class... Arguments>
void printk(const Arguments&... arguments) {
  print(console(), arguments...);
}

/// Ends the program: semihosting SYS_EXIT_EXTENDED, or power-off where there is none.
[[noreturn]] void exit(int status);
/// Says why, and ends the program with status 1.
[[noreturn]] void panic(std::string_view why);

}  // namespace guest

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace guest {

/// Writes the number of the picture on the LCD, counted from 1, to the board's LEDs (SYS_LED): who
/// watches the board from outside takes its photograph then. Nothing happens on a board without
/// LEDs.
void announce_picture(std::uint32_t number);

}  // namespace guest

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/apps/photo_frame/settings.hpp"

namespace guest {

/// Shows every file of the card, one after the other, and reports each on the console. Returns the
/// exit status: 0 if all was either shown or refused for a reason of its own, 1 if a driver or a
/// check failed.
int show_all(const Settings& settings);

}  // namespace guest

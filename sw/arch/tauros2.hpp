// SPDX-License-Identifier: Apache-2.0
#pragma once

// What operates a Tauros2, the L2 of Marvell's PJ1 and PJ4: CP15, by physical address.
#ifdef __arm__
#include "sw/arch/arm/tauros2.hpp"
#else
#include "sw/arch/host/tauros2.hpp"
#endif

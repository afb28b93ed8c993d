// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/kernel/device.hpp"

namespace guest {

/// Something to undo when a device's driver goes, or its probe fails: Linux's devres
/// (drivers/base/devres.c), the latest first. False: no memory to remember it.
bool devm_add_action(device* dev, void (*undo)(void*), void* data);
/// Forgets the action with this data without calling it; false: there is none.
bool devm_remove_action(device* dev, const void* data);
/// Undoes everything. It can be watched by its name.
extern "C" void devres_release_all(device* dev);

}  // namespace guest

// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/devres.hpp"

#include "sw/arch/irqflags.hpp"
#include "sw/mm/level.hpp"
#include "sw/mm/slab.hpp"

namespace guest {
namespace {

struct Action : ListNode {
  device* dev = nullptr;
  void (*undo)(void*) = nullptr;
  void* data = nullptr;
};

ObjectCache<Action> cache;
Level level{"managed resources", [] { return cache.live(); }};
IntrusiveList<Action> actions;  // The latest first.

/// Out of the list; null if nobody is accepted.
template <class Predicate>
Action* take(Predicate is_wanted) {
  const InterruptGuard guard;
  for (Action& action : actions) {
    if (!is_wanted(action)) continue;
    action.unlink();
    return &action;
  }
  return nullptr;
}

}  // namespace

bool devm_add_action(device* dev, void (*undo)(void*), void* data) {
  Action* action = cache.make(GFP_KERNEL);
  if (action == nullptr) return false;
  action->dev = dev;
  action->undo = undo;
  action->data = data;
  const InterruptGuard guard;
  actions.push_front(*action);
  return true;
}

bool devm_remove_action(device* dev, const void* data) {
  Action* action = take([&](const Action& a) { return a.dev == dev && a.data == data; });
  if (action == nullptr) return false;
  cache.destroy(action);
  return true;
}

void devres_release_all(device* dev) {
  while (Action* action = take([&](const Action& a) { return a.dev == dev; })) {
    action->undo(action->data);
    cache.destroy(action);
  }
}

}  // namespace guest

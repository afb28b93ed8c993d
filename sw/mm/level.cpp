// SPDX-License-Identifier: Apache-2.0
#include "sw/mm/level.hpp"

namespace guest {
namespace {

// Made by the first that asks: the order of static constructors is not known.
IntrusiveList<Level>& levels() {
  static IntrusiveList<Level> list;
  return list;
}

}  // namespace

Level::Level(std::string_view name, Now how_many) : name_{name}, now_{how_many} {
  levels().push_back(*this);
}

std::size_t level_of(std::string_view name) {
  for (const Level& level : levels()) {
    if (level.name_ == name) return level.now();
  }
  return 0;
}

void remember_levels() {
  for (Level& level : levels()) level.remembered_ = level.now();
}

bool at_remembered_levels(TextSink& sink) {
  bool same = true;
  for (const Level& level : levels()) {
    const std::size_t now = level.now();
    if (now == level.remembered_) continue;
    same = false;
    print(sink, "leak: ", level.name_, ": ", level.remembered_, " at the start, ", now,
          " at the end\n");
  }
  return same;
}

}  // namespace guest

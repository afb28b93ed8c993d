// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "sw/lib/format.hpp"
#include "sw/lib/list.hpp"

namespace guest {

/// How much of something there is: free pages, I/O addresses, slots, descriptors. A variable with
/// static storage registers itself. A program that gives back all it took ends at the level it
/// started with.
///   Level level{"bounce slots", [] { return free_slots; }};
class Level : public ListNode {
 public:
  using Now = std::size_t (*)();

  Level(std::string_view name, Now how_many);

  std::string_view name() const { return name_; }
  std::size_t now() const { return now_(); }

 private:
  friend std::size_t level_of(std::string_view name);
  friend void remember_levels();
  friend bool at_remembered_levels(TextSink& sink);
  std::string_view name_;
  Now now_;
  std::size_t remembered_ = 0;
};

/// How much there is now of what has this name; 0 if nothing has.
std::size_t level_of(std::string_view name);
/// Before a program starts.
void remember_levels();
/// At its end: a line on `sink` for each level that is not what it was; true if there is none.
bool at_remembered_levels(TextSink& sink);

}  // namespace guest

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "sw/mm/page.hpp"

namespace guest::test {

/// There is no free page as long as this lives, but those that are left on purpose.
class Shortage {
 public:
  Shortage();
  Shortage(const Shortage&) = delete;
  Shortage& operator=(const Shortage&) = delete;
  ~Shortage();  ///< All come back that nobody has taken.

  /// Just so many pages are free from now on, no two of them neighbours.
  void leave(std::size_t pages);
  /// A block of 2^order pages besides.
  void leave_block(unsigned order);

 private:
  static constexpr unsigned kBlockOrder = 8;
  static constexpr std::size_t kMost = std::size_t{1} << (kBlockOrder - 1);

  void take_all();

  page* block_ = nullptr;           ///< Its even pages are those that are left.
  std::array<bool, kMost> ours_{};  ///< Which of them nobody else has.
  IntrusiveList<page> taken_;
};

/// Runs `attempt` with no page free, with one, with two, and so on, until it says that it worked.
/// Each time before, it must say that it did not, and have lost nothing; page tables that it made
/// may stay if `keeps_tables`. Returns how many pages it takes.
template <class Attempt>
std::size_t pages_until_it_works(Attempt&& attempt, bool keeps_tables = false) {
  constexpr std::size_t kPatience = 64;
  Shortage shortage;
  for (std::size_t pages = 0; pages < kPatience; ++pages) {
    shortage.leave(pages);
    if (attempt()) return pages;
    if (free_page_count() != pages && !keeps_tables) break;
  }
  return kPatience;
}

}  // namespace guest::test

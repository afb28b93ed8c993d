// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "models/core/time.hpp"

namespace linefill {

/// The standard input as the keyboard of the guest's console.
///
/// A terminal is taken over, each key goes to the guest (Ctrl-C too), and simulated time does not
/// run ahead of the clock on the wall; Ctrl-A is the way out. Anything else (a pipe, a file) is
/// read to its end before the run, so that the same input gives the same run; a pipe into which
/// nothing comes within a second is left alone, and one whose end does not come is mentioned. Both
/// are typed at a fixed rate of simulated time: a guest's buffers are small.
class Terminal {
 public:
  /// Takes over the standard input. At most one at a time. `called_off`: nobody needs what is still
  /// to come.
  explicit Terminal(const std::function<bool()>& called_off);
  /// Gives the terminal back as it was.
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// A person sits there.
  bool interactive() const { return interactive_; }
  /// The key to be typed next; false if there is none now.
  bool next(char& key);
  /// Ctrl-A x was typed.
  bool quit() const { return quit_; }
  /// Sees what a person has typed, without waiting.
  void look() { read_keys(0); }
  /// Where a person waits, returns when `simulated` time has passed for her too, or a key was hit.
  void keep_pace(Time simulated, double host_seconds);

 private:
  void read_all(const std::function<bool()>& called_off);
  void read_keys(int milliseconds);
  void take(char key);

  bool interactive_ = false;
  bool escaped_ = false;  ///< The last key was Ctrl-A.
  bool quit_ = false;
  std::deque<char> keys_;
};

}  // namespace linefill

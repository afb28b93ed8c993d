// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/terminal.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "platforms/run/raw_terminal.hpp"

namespace linefill {

namespace {

constexpr char kEscape = 'A' & 0x1F;
constexpr int kPatience = 1000;  // Milliseconds.
constexpr double kLongestPause = 0.05;
constexpr const char* kHelp =
    "\r\nCtrl-A x  ends the run\r\nCtrl-A a  sends Ctrl-A\r\nCtrl-A h  says this\r\n";

bool readable(int milliseconds) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, milliseconds) > 0;
}

}  // namespace

Terminal::Terminal(const std::function<bool()>& called_off) {
  interactive_ = take_terminal();
  if (interactive_) return;
  struct stat input {};
  const bool known = fstat(STDIN_FILENO, &input) == 0;
  if (known && (S_ISREG(input.st_mode) || S_ISFIFO(input.st_mode) || S_ISSOCK(input.st_mode)))
    read_all(called_off);
}

Terminal::~Terminal() { give_terminal_back(); }

void Terminal::read_all(const std::function<bool()>& called_off) {
  if (!readable(kPatience)) {
    std::fputs("warning: nothing comes from the standard input: it is not read\n", stderr);
    return;
  }
  std::array<char, 4096> part{};
  bool told = false;
  for (ssize_t size = 1; size > 0 && !called_off();) {
    if (!readable(kPatience)) {
      if (!told) std::fputs("waiting for the end of the standard input ...\n", stderr);
      told = true;
      continue;
    }
    size = read(STDIN_FILENO, part.data(), part.size());
    if (size > 0) keys_.insert(keys_.end(), part.begin(), part.begin() + size);
  }
}

void Terminal::read_keys(int milliseconds) {
  if (!interactive_ || !readable(milliseconds)) return;
  std::array<char, 256> part{};
  const ssize_t size = read(STDIN_FILENO, part.data(), part.size());
  for (ssize_t i = 0; i < size; ++i) take(part[static_cast<std::size_t>(i)]);
  if (size <= 0) quit_ = true;  // The terminal has gone.
}

void Terminal::take(char key) {
  if (!escaped_) {
    escaped_ = key == kEscape;
    if (!escaped_) keys_.push_back(key);
    return;
  }
  escaped_ = false;
  if (key == 'x') {
    quit_ = true;
  } else if (key == 'a' || key == kEscape) {
    keys_.push_back(kEscape);
  } else {
    std::fputs(kHelp, stderr);
  }
}

bool Terminal::next(char& key) {
  if (keys_.empty()) return false;
  key = keys_.front();
  keys_.pop_front();
  return true;
}

void Terminal::keep_pace(Time simulated, double host_seconds) {
  const double ahead = static_cast<double>(simulated.count()) * 1e-12 - host_seconds;
  const bool idle = keys_.empty() && ahead > 0;
  read_keys(idle ? static_cast<int>(std::min(ahead, kLongestPause) * 1e3) : 0);
}

}  // namespace linefill

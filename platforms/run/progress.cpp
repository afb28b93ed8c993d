// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace linefill {

namespace {
constexpr std::chrono::milliseconds kBetweenUpdates{200};
constexpr double kLongRunSeconds = 10;

// One whose last line can be written anew.
bool is_terminal() {
  const char* const kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string_view{kind} != "dumb";
}

}  // namespace

Progress::Progress() : terminal_{is_terminal()} {}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void Progress::update(Time simulated, std::uint64_t instructions) {
  const auto now = Clock::now();
  if (!terminal_ || now - last_ < kBetweenUpdates) return;
  last_ = now;
  shown_ = true;
  const double millions = static_cast<double>(instructions) / 1e6;
  std::fprintf(stderr, "\r\033[K%.3f s simulated, %.0f million instructions, %.1f MIPS",
               static_cast<double>(simulated.count()) * 1e-12, millions, millions / seconds());
  std::fflush(stderr);
}

void Progress::mention(const std::string& kind) {
  if (!terminal_ || seconds() < kLongRunSeconds || !mentioned_.insert(kind).second) return;
  clear();
  std::fprintf(stderr, "found: %s; more at the end of the run\n", kind.c_str());
}

void Progress::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

}  // namespace linefill

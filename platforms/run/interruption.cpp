// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/interruption.hpp"

#include <csignal>
#include <initializer_list>

#include "platforms/run/raw_terminal.hpp"

namespace linefill {

namespace {

volatile std::sig_atomic_t arrived = 0;

void note(int signal) {
  if (arrived != 0) {
    give_terminal_back();
    std::signal(signal, SIG_DFL);
    raise(signal);
  }
  arrived = signal;
}

}  // namespace

Interruption::Interruption() {
  struct sigaction action {};
  action.sa_handler = note;  // Without SA_RESTART: who waits for input stops.
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
}

int Interruption::signal() const { return arrived; }

}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/interruption.hpp"

#include <csignal>
#include <initializer_list>

namespace linefill {

namespace {

volatile std::sig_atomic_t arrived = 0;

void note(int signal) { arrived = signal; }

}  // namespace

Interruption::Interruption() {
  struct sigaction once {};
  once.sa_handler = note;
  once.sa_flags = static_cast<int>(SA_RESETHAND);  // Without SA_RESTART: who waits for input stops.
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(signal, &once, nullptr);
  }
}

int Interruption::signal() const { return arrived; }

}  // namespace linefill

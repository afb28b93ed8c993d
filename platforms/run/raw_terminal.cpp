// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/raw_terminal.hpp"

#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace linefill {

namespace {

termios before;
volatile std::sig_atomic_t taken = 0;

bool in_foreground() { return tcgetpgrp(STDIN_FILENO) == getpgrp(); }

// It ends the process as it returns: it is blocked until then.
void give_back_and_die(int signal) {
  give_terminal_back();
  raise(signal);
}

// Those that end the process, and that nobody else has a handler for.
void survive_signals() {
  struct sigaction once {};
  once.sa_handler = give_back_and_die;
  once.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGABRT, SIGBUS, SIGFPE, SIGHUP, SIGILL, SIGINT, SIGPIPE, SIGQUIT,
                           SIGSEGV, SIGTERM, SIGXCPU, SIGXFSZ}) {
    struct sigaction now {};
    sigaction(signal, nullptr, &now);
    if (now.sa_handler == SIG_DFL) sigaction(signal, &once, nullptr);
  }
}

}  // namespace

bool take_terminal() {
  if (isatty(STDIN_FILENO) != 1 || !in_foreground() || tcgetattr(STDIN_FILENO, &before) != 0)
    return false;
  survive_signals();
  taken = 1;
  termios raw = before;
  raw.c_iflag &= ~static_cast<tcflag_t>(BRKINT | ICRNL | INLCR | ISTRIP | IXON);
  raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | IEXTEN | ISIG);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  return true;
}

void give_terminal_back() {
  if (taken != 0) tcsetattr(STDIN_FILENO, TCSANOW, &before);
  taken = 0;
}

}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
#include "platforms/gdb/server.hpp"

namespace linefill::gdb {

Server::Server(Processor& processor, ArmTarget& target, const Endpoint& endpoint, Events events)
    : processor_{processor}, target_{target}, listener_{endpoint}, events_{std::move(events)} {
  processor_.set_run_control(this);
}

Server::~Server() { processor_.set_run_control(nullptr); }

void Server::wait_for_debugger() {
  while (!connection_ && !events_.ended()) {
    if (auto connection = listener_.accept(true)) attach(std::move(*connection));
  }
}

void Server::attach(Connection connection) {
  connection_.emplace(std::move(connection));
  session_.emplace(target_);
  processor_.request_halt();
}

void Server::detach() {
  target_.remove_stops();
  stepping_ = false;
  processor_.stop_at_all(false);
  session_.reset();
  connection_.reset();
}

bool Server::flush() { return connection_->send(session_->take_output()); }

void Server::poll() {
  if (!connection_) {
    if (auto connection = listener_.accept(false)) attach(std::move(*connection));
    return;
  }
  const auto bytes = connection_->receive(false);
  if (!bytes) return detach();
  session_->receive(*bytes);
  if (!bytes->empty() && session_->interrupted()) processor_.request_halt();
}

void Server::exited(std::uint32_t status) {
  if (!connection_) return;
  session_->exited(status);
  flush();
}

// --- The processor halts
// -------------------------------------------------------------------------------

void Server::halted() {
  serve({});
  resumed_at_ = target_.pc();
}

void Server::before_instruction(std::uint32_t pc) {
  const bool resumed = resumed_at_ == pc;
  resumed_at_.reset();
  if (resumed || !connection_) return;
  if (const auto kind = target_.breakpoint_at(pc)) {
    serve({Stop::Reason::kBreakpoint, *kind, pc});
  } else if (stepping_) {
    serve({Stop::Reason::kStep, {}, pc});
  } else {
    return;
  }
  // What was written is fetched again: the processor comes here once more before it goes on.
  if (target_.take_changed()) resumed_at_ = target_.pc();
}

void Server::before_access(std::uint32_t va, unsigned size, bool write) {
  const auto watched = target_.watched(va, size, write);
  if (!watched || !connection_) return;
  target_.set_midway(true);
  serve({Stop::Reason::kWatchpoint, watched->kind, watched->address});
  target_.set_midway(false);
}

void Server::serve(const Stop& stop) {
  if (!connection_) return;
  events_.halts();
  session_->stopped(stop);
  for (;;) {
    const auto resume = session_->work();
    if (!flush()) return detach();
    if (resume) {
      stepping_ = *resume == Session::Resume::kStep;
      processor_.stop_at_all(stepping_);
      if (*resume == Session::Resume::kKill) events_.killed();
      if (*resume == Session::Resume::kKill || *resume == Session::Resume::kDetach) detach();
      return;
    }
    const auto bytes = connection_->receive(true);
    if (!bytes || events_.ended()) return detach();
    session_->receive(*bytes);
  }
}

}  // namespace linefill::gdb

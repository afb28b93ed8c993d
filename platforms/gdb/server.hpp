// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "models/cpu/run_control.hpp"
#include "platforms/gdb/arm_target.hpp"
#include "platforms/gdb/session.hpp"
#include "platforms/gdb/socket.hpp"

namespace linefill::gdb {

/// Lets debuggers, one after the other, connect and hold the processor. While it is held the
/// processor's thread waits here, and with it all of simulated time.
class Server final : public RunControl {
 public:
  struct Events {
    std::function<void()> halts;   ///< The processor halts: what is to be seen is to be shown.
    std::function<void()> killed;  ///< The debugger ends the run.
    /// While the processor is held, and before: whether somebody else ends the run.
    std::function<bool()> ended;
  };
  Server(Processor& processor, ArmTarget& target, const Endpoint& endpoint, Events events);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string name() const { return listener_.name(); }
  /// Waits for a debugger, or the end: the run begins halted.
  void wait_for_debugger();
  /// From time to time while the processor runs, outside of all processes: sees whether a debugger
  /// asks it to halt.
  void poll();
  /// The program has ended.
  void exited(std::uint32_t status);

  // RunControl.
  void halted() override;
  void before_instruction(std::uint32_t pc) override;
  void before_access(std::uint32_t va, unsigned size, bool write) override;

 private:
  void serve(const Stop& stop);
  void attach(Connection connection);
  void detach();
  bool flush();

  Processor& processor_;
  ArmTarget& target_;
  Listener listener_;
  Events events_;
  std::optional<Connection> connection_;
  std::optional<Session> session_;
  bool stepping_ = false;
  std::optional<std::uint32_t> resumed_at_;  ///< Not to be stopped at before it is executed.
};

}  // namespace linefill::gdb

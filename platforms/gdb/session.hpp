// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platforms/gdb/packet.hpp"
#include "platforms/gdb/target.hpp"

namespace linefill::gdb {

/// Why the processor stopped.
struct Stop {
  enum class Reason : std::uint8_t { kInterrupt, kStep, kBreakpoint, kWatchpoint };
  Reason reason = Reason::kInterrupt;
  StopKind kind = StopKind::kSoftware;
  std::uint32_t address = 0;  ///< Of the data, for a watchpoint.
};

/// One connection's side of the remote serial protocol (GDB manual, appendix E): packets in,
/// answers out, and when the processor is to go on. Knows no socket and no processor.
class Session {
 public:
  enum class Resume : std::uint8_t { kContinue, kStep, kDetach, kKill };

  explicit Session(Target& target) : target_{target} {}

  /// Takes bytes from the debugger.
  void receive(std::string_view bytes) { reader_.feed(bytes); }
  /// Works on what was received until the processor is to go on (returned) or more is needed.
  std::optional<Resume> work();
  /// While the processor runs: whether what was received asks it to halt.
  bool interrupted();
  /// The processor has stopped: tells the debugger, unless nobody asked it to go on.
  void stopped(const Stop& stop);
  /// The program has ended.
  void exited(std::uint32_t status);
  /// Answers to be sent, which are then forgotten.
  std::string take_output() { return std::exchange(output_, {}); }

 private:
  std::optional<Resume> execute(std::string_view packet);
  std::optional<Resume> execute_resume(std::string_view packet);
  std::optional<Resume> execute_v(std::string_view packet);
  std::string answer_to(std::string_view packet);
  std::string answer_query(std::string_view packet);
  std::string read_features(std::string_view range) const;
  std::string read_registers();
  std::string write_registers(std::string_view data);
  std::string read_register(std::string_view number);
  std::string write_register(std::string_view arguments);
  std::string read_memory(std::string_view range);
  std::string write_memory(std::string_view arguments, bool binary);
  std::string set_stop(std::string_view arguments, bool on);
  std::string stop_reply() const;
  void send(std::string_view payload);

  Target& target_;
  PacketReader reader_;
  std::string output_;
  std::string last_;  ///< The last answer, for "-".
  Stop stop_{};
  bool acknowledge_ = true;
  bool running_ = false;
  bool tells_breakpoints_ = false;  ///< The debugger understands "swbreak" and "hwbreak".
};

}  // namespace linefill::gdb

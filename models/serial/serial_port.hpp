// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace linefill {

/// What the platform sees of a UART: where its characters go, and how characters get in.
class SerialPort {
 public:
  /// Called with each character when its last bit has been sent. An empty function discards.
  virtual void set_output(std::function<void(char)> output) = 0;
  /// A character begins to arrive now, after those that came before.
  virtual void receive(char character) = 0;
  /// A driver waits for characters: the interrupt of the receiver is enabled.
  virtual bool listening() const = 0;
  /// As a boot loader leaves its console: on, eight bits, no parity. From now on characters take no
  /// time on the line, whatever rate the guest sets: a kernel queues its last words and switches
  /// off.
  virtual void set_up_line() = 0;

 protected:
  ~SerialPort() = default;
};

}  // namespace linefill

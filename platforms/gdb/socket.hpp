// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace linefill::gdb {

/// A file descriptor that is closed in the end.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_{number} {}
  Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_ = -1;
};

/// Where to listen: "PORT" (on 127.0.0.1 only) or "ADDRESS:PORT".
struct Endpoint {
  std::string address;
  std::uint16_t port = 0;  ///< 0: any that is free.
};
/// Throws ConfigurationError that names the option.
Endpoint parse_endpoint(const std::string& text);

/// A TCP connection.
class Connection {
 public:
  explicit Connection(Descriptor socket) : socket_{std::move(socket)} {}

  /// What has come; waits a moment for the first byte if `wait`. Nothing if the other end has
  /// closed.
  std::optional<std::string> receive(bool wait);
  /// False if the other end has closed.
  bool send(std::string_view bytes);

 private:
  Descriptor socket_;
};

/// A TCP port that is listened on.
class Listener {
 public:
  /// Throws ConfigurationError if that cannot be.
  explicit Listener(const Endpoint& endpoint);

  /// The next connection; nothing if nobody has asked yet, nor does in a moment if `wait`.
  std::optional<Connection> accept(bool wait);
  /// "127.0.0.1:1234"
  std::string name() const;

 private:
  Descriptor socket_;
};

}  // namespace linefill::gdb

// SPDX-License-Identifier: Apache-2.0
#include "platforms/gdb/socket.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "models/core/device_tree.hpp"

namespace linefill::gdb {

namespace {

constexpr const char* kLoopback = "127.0.0.1";

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

AddressList addresses_of(const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(endpoint.port);
  if (getaddrinfo(endpoint.address.c_str(), port.c_str(), &hints, &list) != 0) list = nullptr;
  return {list, &freeaddrinfo};
}

// Whether there is something to read, or to accept.
bool ready(const Descriptor& socket, bool wait) {
  constexpr int kMilliseconds = 50;
  pollfd state{socket.number(), POLLIN, 0};
  return poll(&state, 1, wait ? kMilliseconds : 0) > 0;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

Endpoint parse_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  const std::string port = text.substr(colon == std::string::npos ? 0 : colon + 1);
  Endpoint endpoint{colon == std::string::npos ? kLoopback : text.substr(0, colon), 0};
  if (endpoint.address.starts_with('[') && endpoint.address.ends_with(']'))
    endpoint.address = endpoint.address.substr(1, endpoint.address.size() - 2);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (error != std::errc{} || end != port.data() + port.size() ||
      addresses_of(endpoint) == nullptr) {
    throw ConfigurationError{"--gdb " + text +
                             ": expected PORT or ADDRESS:PORT, a port from 0 to 65535"};
  }
  return endpoint;
}

std::optional<std::string> Connection::receive(bool wait) {
  if (!ready(socket_, wait)) return std::string{};
  std::array<char, 2048> buffer;
  const ssize_t count = recv(socket_.number(), buffer.data(), buffer.size(), 0);
  if (count < 0 && errno == EINTR) return std::string{};
  if (count <= 0) return std::nullopt;
  return std::string{buffer.data(), static_cast<std::size_t>(count)};
}

bool Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

Listener::Listener(const Endpoint& endpoint) {
  const AddressList list = addresses_of(endpoint);
  std::string why = "no such address";
  for (const addrinfo* at = list.get(); at != nullptr && !socket_; at = at->ai_next) {
    Descriptor socket{::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol)};
    const int on = 1;
    if (socket) setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (socket && bind(socket.number(), at->ai_addr, at->ai_addrlen) == 0 &&
        listen(socket.number(), 1) == 0) {
      socket_ = std::move(socket);
    } else {
      why = std::strerror(errno);
    }
  }
  if (!socket_) {
    throw ConfigurationError{"--gdb " + endpoint.address + ":" + std::to_string(endpoint.port) +
                             ": " + why + ": expected a port that is free on this host"};
  }
}

std::optional<Connection> Listener::accept(bool wait) {
  if (!ready(socket_, wait)) return std::nullopt;
  Descriptor socket{accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC)};
  if (!socket) return std::nullopt;
  const int on = 1;
  setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return Connection{std::move(socket)};
}

std::string Listener::name() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  // The type that the interface of sockets asks for.
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  getsockname(socket_.number(), generic, &size);
  getnameinfo(generic, size, host.data(), host.size(), port.data(), port.size(),
              NI_NUMERICHOST | NI_NUMERICSERV);
  return std::string{host.data()} + ":" + port.data();
}

}  // namespace linefill::gdb

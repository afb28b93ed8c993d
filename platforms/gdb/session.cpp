// SPDX-License-Identifier: Apache-2.0
#include "platforms/gdb/session.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace linefill::gdb {

namespace {

constexpr std::string_view kBadArguments = "E01";
constexpr std::string_view kNotPossible = "E02";
constexpr std::string_view kThread = "1";

std::string number(std::uint64_t value) {
  std::string text;
  do {
    text.insert(text.begin(), "0123456789abcdef"[value & 0xF]);
    value >>= 4;
  } while (value != 0);
  return text;
}

/// "address,length" as in most packets about memory.
struct Range {
  std::uint32_t address;
  std::uint32_t length;
};

std::optional<Range> take_range(std::string_view& text) {
  const auto address = take_number(text);
  if (!address || !take(text, ',')) return std::nullopt;
  const auto length = take_number(text);
  if (!length || *address > 0xFFFF'FFFF || *length > 0xFFFF'FFFF) return std::nullopt;
  return Range{static_cast<std::uint32_t>(*address), static_cast<std::uint32_t>(*length)};
}

}  // namespace

void Session::send(std::string_view payload) {
  last_ = framed(payload);
  output_ += last_;
}

std::optional<Session::Resume> Session::work() {
  while (auto event = reader_.next()) {
    switch (event->kind) {
      case Event::Kind::kPacket:
        if (acknowledge_) output_ += '+';
        if (const auto resume = execute(event->payload)) {
          running_ = *resume == Resume::kContinue || *resume == Resume::kStep;
          return resume;
        }
        break;
      case Event::Kind::kDamaged:
        if (acknowledge_) output_ += '-';
        break;
      case Event::Kind::kRefused:
        output_ += last_;
        break;
      case Event::Kind::kAccepted:
      case Event::Kind::kInterrupt:  // It has halted already.
        break;
    }
  }
  return std::nullopt;
}

bool Session::interrupted() {
  while (const auto event = reader_.next()) {
    if (event->kind == Event::Kind::kInterrupt) return true;
  }
  return false;
}

void Session::stopped(const Stop& stop) {
  stop_ = stop;
  if (!running_) return;
  running_ = false;
  send(stop_reply());
}

void Session::exited(std::uint32_t status) {
  if (!running_) return;
  running_ = false;
  send("W" + hex_of(std::array{static_cast<std::byte>(status & 0xFF)}));
}

std::string Session::stop_reply() const {
  if (stop_.reason == Stop::Reason::kInterrupt) return "T02thread:" + std::string{kThread} + ";";
  std::string text = "T05thread:" + std::string{kThread} + ";";
  if (stop_.reason == Stop::Reason::kWatchpoint) {
    const char* name = stop_.kind == StopKind::kWrite  ? "watch"
                       : stop_.kind == StopKind::kRead ? "rwatch"
                                                       : "awatch";
    text += std::string{name} + ':' + number(stop_.address) + ';';
  } else if (stop_.reason == Stop::Reason::kBreakpoint && tells_breakpoints_) {
    text += stop_.kind == StopKind::kSoftware ? "swbreak:;" : "hwbreak:;";
  }
  return text;
}

std::optional<Session::Resume> Session::execute(std::string_view packet) {
  const char command = packet.empty() ? '\0' : packet.front();
  switch (command) {
    case 'c':
    case 's':
    case 'C':
    case 'S':
      return execute_resume(packet);
    case 'v':
      return execute_v(packet);
    case 'D':
      send("OK");
      return Resume::kDetach;
    case 'k':
      return Resume::kKill;
    default:
      send(answer_to(packet));
      return std::nullopt;
  }
}

// "c [address]", "C signal[;address]": signals mean nothing to a processor.
std::optional<Session::Resume> Session::execute_resume(std::string_view packet) {
  const bool step = packet.front() == 's' || packet.front() == 'S';
  const bool signal = packet.front() == 'C' || packet.front() == 'S';
  std::string_view rest = packet.substr(1);
  if (signal && (!take_number(rest) || (!rest.empty() && !take(rest, ';')))) {
    send(kBadArguments);
    return std::nullopt;
  }
  if (!rest.empty()) {
    constexpr unsigned kPc = 15;
    const auto address = take_number(rest);
    std::array<std::byte, 4> pc{};
    for (unsigned i = 0; address && i < pc.size(); ++i)
      pc[i] = static_cast<std::byte>(*address >> 8 * i);
    if (!address || !target_.write_register(kPc, pc)) {
      send(kBadArguments);
      return std::nullopt;
    }
  }
  return step ? Resume::kStep : Resume::kContinue;
}

std::optional<Session::Resume> Session::execute_v(std::string_view packet) {
  if (packet == "vCont?") {
    send("vCont;c;C;s;S");
  } else if (packet.starts_with("vCont;")) {
    // There is one thread: the first action is its.
    const char action = packet.size() > 6 ? packet[6] : '\0';
    if (action == 'c' || action == 'C') return Resume::kContinue;
    if (action == 's' || action == 'S') return Resume::kStep;
    send(kBadArguments);
  } else if (packet.starts_with("vKill")) {
    send("OK");
    return Resume::kKill;
  } else {
    send("");
  }
  return std::nullopt;
}

std::string Session::answer_to(std::string_view packet) {
  if (packet.empty()) return "";
  const std::string_view rest = packet.substr(1);
  switch (packet.front()) {
    case '?':
      return stop_reply();
    case 'g':
      return read_registers();
    case 'G':
      return write_registers(rest);
    case 'p':
      return read_register(rest);
    case 'P':
      return write_register(rest);
    case 'm':
      return read_memory(rest);
    case 'M':
      return write_memory(rest, false);
    case 'X':
      return write_memory(rest, true);
    case 'Z':
      return set_stop(rest, true);
    case 'z':
      return set_stop(rest, false);
    case 'H':
    case 'T':
      return "OK";
    case 'q':
    case 'Q':
      return answer_query(packet);
    default:
      return "";
  }
}

// --- Registers and memory
// ------------------------------------------------------------------------------

std::string Session::read_registers() {
  std::string text;
  for (unsigned n = 0; n < target_.general_register_count(); ++n) {
    const auto value = target_.read_register(n);
    if (!value) return std::string{kNotPossible};
    text += hex_of(*value);
  }
  return text;
}

std::string Session::write_registers(std::string_view data) {
  const auto bytes = bytes_of_hex(data);
  if (!bytes) return std::string{kBadArguments};
  std::span<const std::byte> rest{*bytes};
  for (unsigned n = 0; n < target_.general_register_count() && !rest.empty(); ++n) {
    const auto old = target_.read_register(n);
    if (!old || rest.size() < old->size()) return std::string{kBadArguments};
    const auto value = rest.first(old->size());
    rest = rest.subspan(old->size());
    if (std::equal(value.begin(), value.end(), old->begin())) continue;
    if (!target_.write_register(n, value)) return std::string{kNotPossible};
  }
  return "OK";
}

std::string Session::read_register(std::string_view text) {
  const auto n = take_number(text);
  if (!n || *n >= target_.register_count()) return std::string{kBadArguments};
  const auto value = target_.read_register(static_cast<unsigned>(*n));
  return value ? hex_of(*value) : std::string{kNotPossible};
}

std::string Session::write_register(std::string_view text) {
  const auto n = take_number(text);
  if (!n || *n >= target_.register_count() || !take(text, '=')) return std::string{kBadArguments};
  const auto value = bytes_of_hex(text);
  if (!value) return std::string{kBadArguments};
  return target_.write_register(static_cast<unsigned>(*n), *value) ? "OK"
                                                                   : std::string{kNotPossible};
}

std::string Session::read_memory(std::string_view text) {
  const auto range = take_range(text);
  if (!range || range->length > PacketReader::kMostBytes / 2) return std::string{kBadArguments};
  std::vector<std::byte> data(range->length);
  data.resize(target_.read_memory(range->address, data));
  if (data.empty() && range->length != 0) return std::string{kNotPossible};
  return hex_of(data);
}

std::string Session::write_memory(std::string_view text, bool binary) {
  const auto range = take_range(text);
  if (!range || !take(text, ':')) return std::string{kBadArguments};
  const auto data = binary ? std::optional{unescaped(text)} : bytes_of_hex(text);
  if (!data || data->size() != range->length) return std::string{kBadArguments};
  return target_.write_memory(range->address, *data) ? "OK" : std::string{kNotPossible};
}

std::string Session::set_stop(std::string_view text, bool on) {
  constexpr unsigned kKinds = 5;
  const auto kind = take_number(text);
  if (!kind || !take(text, ',')) return std::string{kBadArguments};
  if (*kind >= kKinds) return "";
  const auto range = take_range(text);
  if (!range) return std::string{kBadArguments};
  return target_.set_stop(static_cast<StopKind>(*kind), range->address, range->length, on)
             ? "OK"
             : std::string{kNotPossible};
}

// --- Queries
// -------------------------------------------------------------------------------------------

std::string Session::answer_query(std::string_view packet) {
  constexpr std::string_view kFeatures = "qXfer:features:read:target.xml:";
  constexpr std::string_view kMonitor = "qRcmd,";
  if (packet.starts_with("qSupported")) {
    tells_breakpoints_ = packet.find("swbreak+") != std::string_view::npos;
    return "PacketSize=" + number(PacketReader::kMostBytes) +
           ";QStartNoAckMode+;qXfer:features:read+;vContSupported+;swbreak+;hwbreak+";
  }
  if (packet.starts_with(kFeatures)) return read_features(packet.substr(kFeatures.size()));
  if (packet.starts_with(kMonitor)) {
    const auto command = bytes_of_hex(packet.substr(kMonitor.size()));
    if (!command) return std::string{kBadArguments};
    std::string text;
    for (const std::byte b : *command) text += static_cast<char>(b);
    const std::string answer = target_.monitor(text);
    return answer.empty() ? "OK" : hex_of(answer);
  }
  if (packet == "QStartNoAckMode") {
    acknowledge_ = false;
    return "OK";
  }
  if (packet == "qC") return "QC" + std::string{kThread};
  if (packet == "qfThreadInfo") return "m" + std::string{kThread};
  if (packet == "qsThreadInfo") return "l";
  if (packet.starts_with("qAttached")) return "1";
  if (packet.starts_with("qSymbol")) return "OK";
  return "";
}

std::string Session::read_features(std::string_view text) const {
  const auto range = take_range(text);
  const std::string& all = target_.description();
  if (!range || range->address > all.size()) return std::string{kBadArguments};
  const std::string part = all.substr(range->address, range->length);
  return (range->address + part.size() == all.size() ? "l" : "m") + part;
}

}  // namespace linefill::gdb

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <sstream>
#include <string>
#include <utility>

namespace linefill {

enum class LogLevel : std::uint8_t { kError, kWarning, kInfo, kDebug };

/// Lines for a person, to stderr. A guest
/// error is a mistake of the guest: counted, and the first ten of each model are shown.
class Log {
 public:
  explicit Log(std::string name) : name_{std::move(name)} {}

  /// Lines above this level are not formatted. For all logs.
  static void set_level(LogLevel level) { level_ = level; }

  template <class... Parts>
  void debug(const Parts&... parts) {
    write(LogLevel::kDebug, parts...);
  }
  template <class... Parts>
  void info(const Parts&... parts) {
    write(LogLevel::kInfo, parts...);
  }
  template <class... Parts>
  void warning(const Parts&... parts) {
    write(LogLevel::kWarning, parts...);
  }
  template <class... Parts>
  void guest_error(const Parts&... parts) {
    ++guest_errors_;
    if (enough_guest_errors()) return;
    write(LogLevel::kWarning, "guest error: ", parts...);
  }

  std::uint64_t guest_errors() const { return guest_errors_; }
  const std::string& name() const { return name_; }

 private:
  template <class... Parts>
  void write(LogLevel level, const Parts&... parts) {
    if (level > level_) return;
    std::ostringstream text;
    (text << ... << parts);
    emit(level, text.str());
  }
  bool enough_guest_errors();
  void emit(LogLevel level, const std::string& text) const;

  inline static LogLevel level_ = LogLevel::kWarning;
  std::string name_;
  std::uint64_t guest_errors_ = 0;
};

/// For log lines: 0x-prefixed, eight digits.
std::string hex(std::uint64_t value, int digits = 8);

}  // namespace linefill

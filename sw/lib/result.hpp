// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <new>
#include <type_traits>
#include <utility>

namespace guest {

/// Why something failed. The values are Linux's errno, which C-linkage functions return negated.
enum class Error : int {
  kNotPermitted = 1,     ///< Not in this state, or not to this caller.
  kIo = 5,               ///< A device reported an error.
  kNoAddress = 6,        ///< Nothing there: ENXIO.
  kTooBig = 7,           ///< More than fits.
  kNoDevice = 19,        ///< There is no such device, or it is absent on this machine.
  kOutOfMemory = 12,     ///< No pages, no slots, no I/O addresses.
  kBusy = 16,            ///< In use by someone else.
  kExists = 17,          ///< It is there already.
  kInvalid = 22,         ///< The caller's mistake.
  kNoSpace = 28,         ///< The medium or table is full.
  kOutOfRange = 34,      ///< An index or size beyond what there is.
  kNotImplemented = 38,  ///< Nobody does that here.
  kUnsupported = 95,     ///< Not something this device can do.
  kTimeout = 110,        ///< It did not happen in time.
  kNotFound = 2,         ///< No such property, file or entry.
  kBadData = 74,         ///< Checksum or structure wrong.
  kOutOfIova = 105,      ///< No I/O addresses left.
};

const char* describe(Error error);

constexpr int to_errno(Error error) { return -static_cast<int>(error); }

/// A value, or why there is none. `if (!result) return result.error();`
template <class T>
class [[nodiscard]] Result {
 public:
  Result(Error error) : error_{error} {}  // NOLINT(google-explicit-constructor)
  template <class U>
  requires std::is_convertible_v<U&&, T> Result(U&& value)
      : has_value_{true} {  // NOLINT(google-explicit-constructor)
    ::new (static_cast<void*>(&value_)) T(std::forward<U>(value));
  }
  Result(Result&& other) noexcept : has_value_{other.has_value_} {
    if (has_value_) {
      ::new (static_cast<void*>(&value_)) T(std::move(other.value_));
    } else {
      error_ = other.error_;
    }
  }
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  Result& operator=(Result&&) = delete;
  ~Result() {
    if (has_value_) value_.~T();
  }

  explicit operator bool() const { return has_value_; }
  /// The value. Only after `operator bool` said that there is one.
  T& operator*() { return value_; }
  const T& operator*() const { return value_; }
  T* operator->() { return &value_; }
  const T* operator->() const { return &value_; }
  /// Why there is no value. Only after `operator bool` said so.
  Error error() const { return error_; }
  T value_or(T fallback) && { return has_value_ ? std::move(value_) : std::move(fallback); }

 private:
  union {
    T value_;
    Error error_;
  };
  bool has_value_ = false;
};

/// Success, or why not. `return {};` is success.
template <>
class [[nodiscard]] Result<void> {
 public:
  constexpr Result() = default;
  constexpr Result(Error error)
      : error_{error}, has_value_{false} {}  // NOLINT(google-explicit-constructor)

  constexpr explicit operator bool() const { return has_value_; }
  constexpr Error error() const { return error_; }

 private:
  Error error_ = Error::kIo;
  bool has_value_ = true;
};

}  // namespace guest

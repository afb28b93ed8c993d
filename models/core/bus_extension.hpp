// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <tlm>

#include "models/core/attributes.hpp"
#include "models/core/line_marks.hpp"
#include "models/core/observer.hpp"
#include "models/core/write_hints.hpp"

namespace linefill {

/// The attributes of a transaction, and the marks that go with a line's data between caches.
/// Owned by the initiator, which keeps payload and extension as members and reuses them.
struct BusExtension : tlm::tlm_extension<BusExtension> {
  Attributes attributes{};
  /// Null, or the marks of the data: a cache's line fill has them filled in by the level below;
  /// a write-back carries those of the written line.
  LineMarks* marks = nullptr;
  /// For a write: which bytes of the data are written, from the first; all ones for all. (Strobes.)
  std::uint32_t strobes = 0xFFFF'FFFF;
  /// For a fill: whether it was asked for by an instruction that executes.
  bool speculative = false;
  /// For a write-back: why the line is written.
  WriteBackCause write_back_cause = WriteBackCause::kEviction;
  WriteHints hints{};

  tlm::tlm_extension_base* clone() const override { return new BusExtension{*this}; }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const BusExtension&>(other);
  }
};

/// A payload with its extension, to be reused: for initiators.
struct BusTransaction {
  BusTransaction() { payload.set_extension(&extension); }
  ~BusTransaction() { payload.clear_extension(&extension); }
  BusTransaction(const BusTransaction&) = delete;
  BusTransaction& operator=(const BusTransaction&) = delete;

  tlm::tlm_generic_payload payload;
  BusExtension extension;
};

/// The extension of a payload; one of default attributes if it has none.
inline const BusExtension& extension_of(const tlm::tlm_generic_payload& payload) {
  static const BusExtension kNone;
  const auto* extension = payload.get_extension<BusExtension>();
  return extension != nullptr ? *extension : kNone;
}

inline const Attributes& attributes_of(const tlm::tlm_generic_payload& payload) {
  return extension_of(payload).attributes;
}

void set_response(tlm::tlm_generic_payload& payload, BusResponse response);
BusResponse response_of(const tlm::tlm_generic_payload& payload);

}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "models/core/dma_request.hpp"
#include "models/core/time.hpp"

namespace linefill::pl330 {

/// What the controller knows of its peripheral request interfaces (TRM 2.6). A request that DMAWFP
/// has taken is not taken again before it was acknowledged or flushed, although the level stays;
/// nor before the peripheral has answered the acknowledge, which takes the time of a handshake.
class Requests {
 public:
  Requests(unsigned count, Time period) : views_(count), handshake_{kHandshakeCycles * period} {}

  unsigned count() const { return static_cast<unsigned>(views_.size()); }
  void attach(unsigned number, DmaRequestLine& line) { views_[number].line = &line; }

  /// The request that DMAWFP can take now; null if none.
  const DmaRequest* pending(unsigned number, Time now) const {
    const View& view = views_[number];
    if (view.taken || view.owed > 0 || view.line == nullptr || now < view.settled_at)
      return nullptr;
    return !view.line->unanswered() && view.line->level().any() ? &view.line->level() : nullptr;
  }
  /// Until when the peripheral may still be answering the last acknowledge.
  Time settled_at(unsigned number) const { return views_[number].settled_at; }
  void take(unsigned number) { views_[number].taken = true; }

  /// A load or store was issued whose end will be acknowledged; or it will not be, after all.
  void owe(unsigned number) { ++views_[number].owed; }
  void cancel(unsigned number) { --views_[number].owed; }
  bool owes(unsigned number) const { return views_[number].owed > 0; }

  void acknowledge(unsigned number, DmaAcknowledge kind, Time now) {
    --views_[number].owed;
    answer(number, kind, now);
  }
  void flush(unsigned number, Time now) { answer(number, DmaAcknowledge::kFlush, now); }

  void reset() {
    for (View& view : views_) view = View{view.line};
  }

 private:
  static constexpr int kHandshakeCycles = 4;
  struct View {
    DmaRequestLine* line = nullptr;
    bool taken = false;
    unsigned owed = 0;
    Time settled_at{0};
  };

  void answer(unsigned number, DmaAcknowledge kind, Time now) {
    View& view = views_[number];
    view.taken = false;
    view.settled_at = now + handshake_;
    if (view.line != nullptr) view.line->acknowledge(kind, now);
  }

  std::vector<View> views_;
  Time handshake_;
};

}  // namespace linefill::pl330

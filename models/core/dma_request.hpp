// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/attributes.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// What a peripheral asks of a DMA controller, as levels: the pins DMACBREQ, DMACSREQ, DMACLBREQ
/// and DMACLSREQ of a PrimeCell (PL180 TRM 2.5). `last` marks the final request of a transfer.
struct DmaRequest {
  bool single = false;
  bool burst = false;
  bool last = false;
  Origin origin{};  ///< The register write that enabled the request: part of the cause of what
                    ///< follows.

  bool any() const { return single || burst; }
};

/// What the controller answers.
enum class DmaAcknowledge : std::uint8_t {
  kSingle,  ///< One item was moved (DMACCLR).
  kBurst,   ///< One burst was moved (DMACCLR).
  kFlush,   ///< DMAFLUSHP: drop what was asked and present the present level again.
};

/// One request line between a peripheral and a DMA controller. Owned by the platform (or a test);
/// each end knows only this. Calls are synchronous and carry the absolute time. An end that is told
/// something must not call back into the line before it returns: it notes the fact and acts from
/// its own process. The exception is `kFlush`, which the peripheral answers by calling `drive` at
/// once. Each acknowledge is answered by `drive`, also if the levels stay: until then they are
/// those that were acknowledged, and a controller that runs ahead of the peripheral's process,
/// because a processor that is ahead reads its registers, must not take them for a new request.
class DmaRequestLine {
 public:
  /// The DMA controller's end.
  class Controller {
   public:
    virtual void request_changed(DmaRequestLine& line, Time now) = 0;

   protected:
    ~Controller() = default;
  };
  /// The peripheral's end.
  class Peripheral {
   public:
    virtual void acknowledged(DmaRequestLine& line, DmaAcknowledge kind, Time now) = 0;

   protected:
    ~Peripheral() = default;
  };

  explicit DmaRequestLine(unsigned number = 0) : number_{number} {}

  void connect(Controller& controller) { controller_ = &controller; }
  void connect(Peripheral& peripheral) { peripheral_ = &peripheral; }
  /// The request number at the controller: the cell of `dmas`.
  unsigned number() const { return number_; }

  const DmaRequest& level() const { return level_; }
  /// Whether the peripheral has still to answer an acknowledge.
  bool unanswered() const { return unanswered_; }
  /// By the peripheral: the levels now.
  void drive(const DmaRequest& level, Time now) {
    level_ = level;
    unanswered_ = false;
    if (controller_ != nullptr) controller_->request_changed(*this, now);
  }
  /// By the controller.
  void acknowledge(DmaAcknowledge kind, Time now) {
    if (peripheral_ == nullptr) return;
    unanswered_ = true;
    peripheral_->acknowledged(*this, kind, now);
  }

 private:
  unsigned number_;
  DmaRequest level_{};
  bool unanswered_ = false;
  Controller* controller_ = nullptr;
  Peripheral* peripheral_ = nullptr;
};

}  // namespace linefill

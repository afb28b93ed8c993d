// SPDX-License-Identifier: Apache-2.0
#include "models/display/pl111.hpp"

#include <algorithm>

#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"
#include "models/core/update_event.hpp"

namespace linefill {

namespace {
const RegisterModel<Pl111> kModel{"arm,pl111", "PL111 colour LCD controller"};
constexpr std::uint64_t kDefaultHz = 25'175'000;
}  // namespace

Pl111::Pl111(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node},
      block_{period_of(node.clock_hz("clcdclk", kDefaultHz)), bus_, log_, statistics_} {
  SC_HAS_PROCESS(Pl111);
  SC_METHOD(on_update);
  sensitive << update_;
}

void Pl111::reset() {
  block_.reset();
  update_.notify(sc_core::SC_ZERO_TIME);
}

void Pl111::reissue_held(Time now) {
  block_.advance(now);
  block_.reissue_held(now);
  notify_at(update_, block_.next_event(), now);
}

const Image& Pl111::last_frame() const {
  if (image_of_frame_ != block_.frames()) {
    image_ = block_.shown().render();
    image_of_frame_ = block_.frames();
  }
  return image_;
}

BusResponse Pl111::access(DeviceAccess& access) {
  const Time now = access.context.now;
  block_.advance(now);
  BusResponse response = BusResponse::kOkay;
  if (std::uint32_t* word = block_.ram(access.offset)) {
    const unsigned shift = 8 * (access.offset % 4);
    const std::uint32_t lanes = access.size == 4 ? ~0U : (1U << (8 * access.size)) - 1;
    if (access.write) *word = (*word & ~(lanes << shift)) | (access.value & lanes) << shift;
    if (!access.write) access.value = *word >> shift & lanes;
  } else {
    response = access_registers(pl111::Block::registers(), block_, access.offset, access);
  }
  const Time next = std::min(block_.next_event(), access.write ? now : kNever);
  notify_at(update_, next, now);
  return response;
}

std::uint32_t Pl111::peek(std::uint32_t offset) const {
  const std::uint32_t* word = block_.ram(offset);
  return word != nullptr ? *word : pl111::Block::registers().peek(block_, offset);
}

// Sole writer of the interrupt port.
void Pl111::on_update() {
  const Time now = from_sc_time(sc_core::sc_time_stamp());
  block_.advance(now);
  clcdintr = block_.interrupt();
  const Time next = block_.next_event();
  notify_at(update_, next, now);
}

}  // namespace linefill

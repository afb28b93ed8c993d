// SPDX-License-Identifier: Apache-2.0
#include "models/interrupt/gic_cpu_interface.hpp"

#include <algorithm>

namespace linefill {

namespace {

constexpr unsigned kSpurious = 1023;
constexpr unsigned kOtherGroup = 1022;

constexpr std::uint32_t kAckCtl = 1U << 2;
constexpr std::uint32_t kFiqEn = 1U << 3;
constexpr std::uint32_t kSbpr = 1U << 4;

// With 32 levels there are no lower binary points.
constexpr std::uint32_t kMinimumBinaryPoint = 2;
constexpr std::uint32_t kMinimumAliasedBinaryPoint = 3;

}  // namespace

// GIC architecture 1.0, table 4-2; names as the Cortex-A9 MPCore TRM, table 3-9, has them.
const RegisterTable<GicCpuInterface>& GicCpuInterface::registers() {
  using enum Access;
  using R = Register<GicCpuInterface>;
  using C = GicCpuInterface;
  static constexpr R kRows[]{
      R{0x00, "ICCICR", kReadWrite, 0}.stores(&C::control_, 0x1F),
      R{0x04, "ICCPMR", kReadWrite, 0}.stores(&C::priority_mask_, 0xF8),
      R{0x08, "ICCBPR", kReadWrite, 2}.stores(&C::binary_point_, 0x7).on_write(&C::write_bpr),
      R{0x0C, "ICCIAR", kReadOnly, 0x3FF}.on_read(&C::read_iar).computed(&C::peek_iar),
      R{0x10, "ICCEOIR", kWriteOnly}.on_write(&C::write_eoir),
      R{0x14, "ICCRPR", kReadOnly, 0xFF}.computed(&C::peek_rpr),
      R{0x18, "ICCHPIR", kReadOnly, 0x3FF}.computed(&C::peek_hppir),
      R{0x1C, "ICCABPR", kReadWrite, 3}
          .stores(&C::aliased_binary_point_, 0x7)
          .on_write(&C::write_abpr),
      R{0xFC, "ICCIDR", kReadOnly, 0x3901'243B},
  };
  static constexpr RegisterTable<C> kTable{kRows};
  return kTable;
}

void GicCpuInterface::reset() {
  registers().reset(*this);
  active_.clear();
}

void GicCpuInterface::write_bpr(std::uint32_t, const Context&) {
  binary_point_ = std::max(binary_point_, kMinimumBinaryPoint);
}

void GicCpuInterface::write_abpr(std::uint32_t, const Context&) {
  aliased_binary_point_ = std::max(aliased_binary_point_, kMinimumAliasedBinaryPoint);
}

/// Only the group priority counts for preemption. Group 1's binary point is one higher for the same
/// split.
bool GicCpuInterface::preempts(const Candidate& candidate) const {
  if (active_.empty()) return true;
  const bool own = candidate.group1 && (control_ & kSbpr) == 0;
  const unsigned low_bits = own ? aliased_binary_point_ : binary_point_ + 1;
  return candidate.priority >> low_bits < active_.back().priority >> low_bits;
}

std::optional<GicCpuInterface::Candidate> GicCpuInterface::signalled() const {
  const auto candidate = distributor_.highest_pending();
  if (!candidate || !enabled(candidate->group1)) return {};
  if (candidate->priority >= priority_mask_ || !preempts(*candidate)) return {};
  return candidate;
}

bool GicCpuInterface::irq() const {
  const auto candidate = signalled();
  return candidate && (candidate->group1 || (control_ & kFiqEn) == 0);
}

bool GicCpuInterface::fiq() const {
  const auto candidate = signalled();
  return candidate && !candidate->group1 && (control_ & kFiqEn) != 0;
}

unsigned GicCpuInterface::number_of(const Candidate& candidate) const {
  return candidate.group1 && (control_ & kAckCtl) == 0 ? kOtherGroup : candidate.id;
}

std::uint32_t GicCpuInterface::peek_iar() const {
  const auto candidate = signalled();
  return candidate ? number_of(*candidate) : kSpurious;
}

// An SGI's source, bits 12:10, is this processor, 0.
std::uint32_t GicCpuInterface::read_iar(const Context&) {
  const auto candidate = signalled();
  const unsigned number = candidate ? number_of(*candidate) : kSpurious;
  if (number >= kOtherGroup) {
    ++spurious_;
    return number;
  }
  ++acknowledged_;
  distributor_.acknowledge(candidate->id);
  active_.push_back({candidate->id, candidate->priority});
  return number;
}

void GicCpuInterface::write_eoir(std::uint32_t value, const Context& context) {
  const unsigned id = value & 0x3FFU;
  if (id >= kOtherGroup) return;
  const auto latest =
      std::find_if(active_.rbegin(), active_.rend(), [id](const Active& a) { return a.id == id; });
  if (latest == active_.rend() || !distributor_.deactivate(id)) {
    log_.guest_error("end of interrupt ", id, ", which is not active, pc ",
                     hex(context.attributes.origin.pc));
    return;
  }
  active_.erase(std::next(latest).base());
}

std::uint32_t GicCpuInterface::peek_hppir() const {
  const auto candidate = distributor_.highest_pending();
  return candidate ? number_of(*candidate) : kSpurious;
}

}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
#include "models/interrupt/gic_distributor.hpp"

#include <bit>
#include <span>

namespace linefill {

namespace {

constexpr std::uint32_t kSgis = 0xFFFF;
constexpr std::uint32_t kEdgePpis = 1U << 27 | 1U << 29 | 1U << 30;
constexpr std::uint8_t kPriorityBits = 0xF8;

}  // namespace

struct GicDistributor::Table {
  static std::span<const Registers> rows();
  static const Registers* find(std::uint32_t offset);
};

// GIC architecture 1.0, table 4-1; names as the Cortex-A9 MPCore TRM, table 3-2, has them.
std::span<const GicDistributor::Registers> GicDistributor::Table::rows() {
  using D = GicDistributor;
  static constexpr Registers kRows[]{
      {0x000, 1, "ICDDCR", &D::read_control, &D::write_control},
      {0x004, 1, "ICDICTR", &D::read_type},
      {0x008, 1, "ICDIIDR", &D::read_implementer},
      {0x080, 8, "ICDISR", &D::read_group, &D::write_group},
      {0x100, 8, "ICDISER", &D::read_enable, &D::write_set_enable},
      {0x180, 8, "ICDICER", &D::read_enable, &D::write_clear_enable},
      {0x200, 8, "ICDISPR", &D::read_pending, &D::write_set_pending},
      {0x280, 8, "ICDICPR", &D::read_pending, &D::write_clear_pending},
      {0x300, 8, "ICDABR", &D::read_active},
      {0x400, 64, "ICDIPR", &D::read_priority, &D::write_priority, true},
      {0x800, 64, "ICDIPTR", &D::read_zero, &D::ignore, true},  // RAZ/WI with one processor.
      {0xC00, 16, "ICDICFR", &D::read_configuration, &D::write_configuration},
      {0xD00, 1, "ICPPISR", &D::read_ppi_status},
      {0xD04, 7, "ICSPISR", &D::read_spi_status},
      {0xF00, 1, "ICDSGIR", nullptr, &D::write_software_interrupt},
      {0xFD0, 12, "ICPIDR, ICCIDR", &D::read_peripheral_id},
  };
  return kRows;
}

const GicDistributor::Registers* GicDistributor::Table::find(std::uint32_t offset) {
  for (const Registers& row : rows()) {
    if (offset >= row.offset && offset < row.offset + 4 * row.count) return &row;
  }
  return nullptr;
}

GicDistributor::GicDistributor(unsigned interrupts, Log& log) : words_{interrupts / 32}, log_{log} {
  reset();
}

void GicDistributor::reset() {
  control_ = 0;
  group_ = enabled_ = latched_ = active_ = edge_ = {};
  enabled_[0] = kSgis;  // Always enabled.
  edge_[0] = kSgis | kEdgePpis;
  priority_ = {};
}

void GicDistributor::set_line(unsigned id, bool asserted) {
  const std::uint32_t bit = 1U << id % 32;
  auto& line = lines_[id / 32];
  const bool rises = asserted && (line & bit) == 0;
  line = asserted ? line | bit : line & ~bit;
  if (rises && test(edge_, id)) latched_[id / 32] |= bit;
}

std::optional<GicDistributor::Candidate> GicDistributor::highest_pending() const {
  std::optional<Candidate> best;
  for (unsigned n = 0; n < words_; ++n) {
    std::uint32_t eligible = enabled_[n] & pending_word(n) & ~active_[n];
    if ((control_ & 1U) == 0) eligible &= group_[n];
    if ((control_ & 2U) == 0) eligible &= ~group_[n];
    for (; eligible != 0; eligible &= eligible - 1) {
      const unsigned id = 32 * n + static_cast<unsigned>(std::countr_zero(eligible));
      if (!best || priority_[id] < best->priority)
        best = Candidate{id, priority_[id], test(group_, id)};
    }
  }
  return best;
}

void GicDistributor::acknowledge(unsigned id) {
  const std::uint32_t bit = 1U << id % 32;
  latched_[id / 32] &= ~bit;
  active_[id / 32] |= bit;
}

bool GicDistributor::deactivate(unsigned id) {
  if (id >= interrupts() || !test(active_, id)) return false;
  active_[id / 32] &= ~(1U << id % 32);
  return true;
}

RegisterResult GicDistributor::read(std::uint32_t offset, std::uint32_t& value) const {
  value = 0;
  const Registers* row = Table::find(offset);
  if (row == nullptr) return RegisterResult::kReserved;
  if (row->read == nullptr) return RegisterResult::kReadOfWriteOnly;
  value = (this->*row->read)((offset - row->offset) / 4);
  return RegisterResult::kDone;
}

RegisterResult GicDistributor::write(std::uint32_t offset, std::uint32_t value,
                                     std::uint32_t lanes) {
  const Registers* row = Table::find(offset);
  if (row == nullptr) return RegisterResult::kReserved;
  if (row->write == nullptr) return RegisterResult::kWriteOfReadOnly;
  const unsigned n = (offset - row->offset) / 4;
  value &= lanes;
  if (lanes != 0xFFFF'FFFF) {
    // Zeros elsewhere are right for the registers where a one sets or clears.
    if (!row->bytes) log_.guest_error(row->name, " can only be written as a word");
    if (row->bytes) value |= (this->*row->read)(n) & ~lanes;
  }
  (this->*row->write)(n, value);
  return RegisterResult::kDone;
}

/// ITLinesNumber, one processor, Security Extensions, 31 lockable SPIs.
std::uint32_t GicDistributor::read_type(unsigned) const { return 0xFC00 | (words_ - 1); }

void GicDistributor::write_clear_enable(unsigned n, std::uint32_t value) {
  enabled_[n] &= ~value;
  if (n == 0) enabled_[0] |= kSgis;
}

// An SGI becomes pending by ICDSGIR only.
void GicDistributor::write_set_pending(unsigned n, std::uint32_t value) {
  latched_[n] |= value & implemented(n) & ~(n == 0 ? kSgis : 0U);
}

void GicDistributor::write_clear_pending(unsigned n, std::uint32_t value) {
  latched_[n] &= ~(value & ~(n == 0 ? kSgis : 0U));
}

std::uint32_t GicDistributor::read_priority(unsigned n) const {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) value |= std::uint32_t{priority_[4 * n + i]} << (8 * i);
  return value;
}

void GicDistributor::write_priority(unsigned n, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned id = 4 * n + i;
    const bool exists = (implemented(id / 32) >> id % 32 & 1U) != 0;
    priority_[id] =
        exists ? static_cast<std::uint8_t>(value >> (8 * i) & kPriorityBits) : std::uint8_t{0};
  }
}

/// Two bits an interrupt: the upper one is edge-triggered; the lower one tells the 1-N model, or
/// for a PPI that it is active high. Those of SGIs and PPIs are fixed.
std::uint32_t GicDistributor::read_configuration(unsigned n) const {
  if (n == 0) return 0xAAAA'AAAA;
  if (n == 1) return 0x7DC0'0000;
  if (n / 2 >= words_) return 0;
  std::uint32_t value = 0x5555'5555;
  for (unsigned i = 0; i < 16; ++i) {
    if (test(edge_, 16 * n + i)) value |= 2U << (2 * i);
  }
  return value;
}

void GicDistributor::write_configuration(unsigned n, std::uint32_t value) {
  if (n < 2 || n / 2 >= words_) return;
  for (unsigned i = 0; i < 16; ++i) {
    const std::uint32_t bit = 1U << (16 * n + i) % 32;
    auto& edge = edge_[n / 2];
    edge = (value >> (2 * i + 1) & 1U) != 0 ? edge | bit : edge & ~bit;
  }
}

/// Filter in bits 25:24 (a list, all but self, self), list in 23:16, SATT, ID.
void GicDistributor::write_software_interrupt(unsigned, std::uint32_t value) {
  const unsigned filter = value >> 24 & 3U;
  const bool to_self = filter == 2 || (filter == 0 && (value >> 16 & 1U) != 0);
  const bool group1 = (value >> 15 & 1U) != 0;
  const unsigned id = value & 0xFU;
  if (filter == 3) log_.guest_error("ICDSGIR: reserved target filter");
  if (to_self && group1 == test(group_, id)) latched_[0] |= 1U << id;
}

std::uint32_t GicDistributor::read_peripheral_id(unsigned n) const {
  static constexpr std::array<std::uint8_t, 12> kIds{0x04, 0, 0,    0,    0x90, 0xB3,
                                                     0x1B, 0, 0x0D, 0xF0, 0x05, 0xB1};
  return kIds[n];
}

}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
#include "platforms/gdb/arm_target.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_set>

namespace linefill::gdb {

namespace {

using namespace arm_register;

/// A watchpoint longer than this would make too much slow.
constexpr std::uint32_t kLongestWatch = 64 * 1024;

std::vector<std::byte> bytes_of(std::uint64_t value, std::size_t size) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(value >> 8 * i));
  return bytes;
}

std::uint64_t value_of(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    value |= std::to_integer<std::uint64_t>(bytes[i]) << 8 * i;
  return value;
}

bool is_double(unsigned number) { return number >= kFirstDouble && number < kFpscr; }
bool is_quad(unsigned number) { return number >= kFirstQuad && number < kFirstBanked; }
std::size_t size_of(unsigned number) { return is_quad(number) ? 16 : is_double(number) ? 8 : 4; }

bool is_breakpoint(StopKind kind) {
  return kind == StopKind::kSoftware || kind == StopKind::kHardware;
}

}  // namespace

ArmTarget::ArmTarget(Processor& processor, Interconnect& interconnect,
                     std::vector<CopyHolder*> holders)
    : processor_{processor},
      interconnect_{interconnect},
      holders_{std::move(holders)},
      control_{control_registers(processor.personality().registers)},
      description_{arm_description(control_)} {}

// --- Registers
// -----------------------------------------------------------------------------------------

unsigned ArmTarget::register_count() const {
  return first_control_number() + static_cast<unsigned>(control_.size());
}
unsigned ArmTarget::general_register_count() const { return kFirstQuad; }

std::optional<std::vector<std::byte>> ArmTarget::read_register(unsigned number) {
  const auto& doubles = processor_.core().state().extension.d;
  if (is_double(number)) return bytes_of(doubles[number - kFirstDouble], 8);
  if (is_quad(number)) {
    const unsigned first = 2 * (number - kFirstQuad);
    auto low = bytes_of(doubles[first], 8);
    const auto high = bytes_of(doubles[first + 1], 8);
    low.insert(low.end(), high.begin(), high.end());
    return low;
  }
  const auto word = read_word(number);
  if (!word) return std::nullopt;
  return bytes_of(*word, 4);
}

std::optional<std::uint32_t> ArmTarget::read_word(unsigned number) {
  const CoreState& state = processor_.core().state();
  if (number <= kPc) return processor_.reg(number);
  if (number == kCpsr) return processor_.core().cpsr();
  if (number == kFpscr) return state.extension.fpscr;
  if (number < spsr_number()) {
    const BankedRegister& r = banked_registers()[number - kFirstBanked];
    if (r.number != BankedRegister::kSpsr) return state.banked(r.mode, r.number);
    CoreState other = state;
    other.set_mode(r.mode);
    return other.spsr();
  }
  if (number == spsr_number()) return state.has_spsr() ? state.spsr() : 0;
  if (number == fpexc_number()) return state.extension.fpexc();
  if (number < first_control_number()) return vfp_ids()[number - first_vfp_id_number()];
  if (number >= register_count()) return std::nullopt;
  std::uint32_t value = 0;
  const ControlRegister& r = control_[number - first_control_number()];
  if (!processor_.debug_read_register(r.which, value)) return std::nullopt;
  return value;
}

bool ArmTarget::write_register(unsigned number, std::span<const std::byte> value) {
  if (value.size() != size_of(number)) return false;
  auto& doubles = processor_.core().state().extension.d;
  if (is_double(number)) {
    doubles[number - kFirstDouble] = value_of(value);
    return true;
  }
  if (is_quad(number)) {
    const unsigned first = 2 * (number - kFirstQuad);
    doubles[first] = value_of(value.first(8));
    doubles[first + 1] = value_of(value.subspan(8));
    return true;
  }
  return write_word(number, static_cast<std::uint32_t>(value_of(value)));
}

bool ArmTarget::write_word(unsigned number, std::uint32_t value) {
  CoreState& state = processor_.core().state();
  const bool state_of_execution = number == kPc || number == kCpsr;
  if (midway_ && state_of_execution) return false;
  changed_ = changed_ || state_of_execution;
  if (number == kPc) {
    processor_.core().set_pc(value & (state.thumb ? ~1U : ~3U));
  } else if (number < kPc) {
    processor_.core().set_reg(number, value);
  } else if (number == kCpsr) {
    if (!CoreState::is_mode(value & psr::kMode)) return false;
    processor_.core().set_cpsr(value);
  } else if (number == kFpscr) {
    state.extension.fpscr = value & fpscr::kWritable;
  } else if (number < spsr_number()) {
    const BankedRegister& r = banked_registers()[number - kFirstBanked];
    if (r.number != BankedRegister::kSpsr) {
      state.set_banked(r.mode, r.number, value);
      return true;
    }
    const Mode mode = state.mode();
    state.set_mode(r.mode);
    state.set_spsr(value);
    state.set_mode(mode);
  } else {
    return write_control(number, value);
  }
  return true;
}

bool ArmTarget::write_control(unsigned number, std::uint32_t value) {
  CoreState& state = processor_.core().state();
  if (number == spsr_number()) {
    if (!state.has_spsr()) return false;
    state.set_spsr(value);
    return true;
  }
  if (number == fpexc_number()) {
    state.extension.set_fpexc(value);
    return true;
  }
  if (number < first_control_number() || number >= register_count() || midway_) return false;
  changed_ = true;
  return processor_.debug_write_register(control_[number - first_control_number()].which, value);
}

// --- Memory
// --------------------------------------------------------------------------------------------

std::optional<PhysicalAddress> ArmTarget::physical(std::uint32_t address) {
  if (space_ == Space::kPhysical) return PhysicalAddress{address};
  return processor_.debug_translate(address);
}

// Within one line, so within one page.
bool ArmTarget::access_line(bool write, std::uint32_t address, std::span<std::byte> data) {
  const auto at = physical(address);
  if (!at) return false;
  if (view_ == View::kDma) return interconnect_.debug_access(write, *at, data) == data.size();
  return write ? processor_.debug_write(*at, data) : processor_.debug_read(*at, data);
}

std::size_t ArmTarget::read_memory(std::uint32_t address, std::span<std::byte> data) {
  std::size_t done = 0;
  while (done < data.size()) {
    const auto at = address + static_cast<std::uint32_t>(done);
    const std::size_t part =
        std::min<std::size_t>(data.size() - done, kLineBytes - at % kLineBytes);
    if (!access_line(false, at, data.subspan(done, part))) break;
    done += part;
  }
  return done;
}

bool ArmTarget::write_memory(std::uint32_t address, std::span<const std::byte> data) {
  changed_ = true;
  processor_.core().refetch();
  for (std::size_t done = 0; done < data.size();) {
    const auto at = address + static_cast<std::uint32_t>(done);
    const std::size_t part =
        std::min<std::size_t>(data.size() - done, kLineBytes - at % kLineBytes);
    std::array<std::byte, kLineBytes> line{};
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(done), part, line.begin());
    if (!access_line(true, at, std::span{line}.first(part))) return false;
    done += part;
  }
  return true;
}

// --- Where to stop
// -------------------------------------------------------------------------------------

bool ArmTarget::set_stop(StopKind kind, std::uint32_t address, std::uint32_t length, bool on) {
  if (is_breakpoint(kind)) {
    address &= ~1U;
    length = 0;
  } else if (length == 0 || length > kLongestWatch) {
    return false;
  }
  const StopPoint point{kind, address, length};
  const auto known = std::find(stops_.begin(), stops_.end(), point);
  if (on == (known != stops_.end())) return true;
  if (on) {
    stops_.push_back(point);
  } else {
    stops_.erase(known);
  }
  if (is_breakpoint(kind)) {
    processor_.stop_at(address, breakpoint_at(address).has_value());
  } else {
    update_watches();
  }
  return true;
}

void ArmTarget::update_watches() {
  std::unordered_set<std::uint32_t> lines;
  for (const StopPoint& stop : stops_) {
    if (is_breakpoint(stop.kind)) continue;
    const std::uint32_t last = (stop.address + stop.length - 1) / kLineBytes;
    for (std::uint32_t line = stop.address / kLineBytes; line <= last; ++line) lines.insert(line);
  }
  processor_.stop_at_data(std::move(lines));
}

void ArmTarget::remove_stops() {
  while (!stops_.empty()) {
    const StopPoint stop = stops_.back();
    set_stop(stop.kind, stop.address, stop.length, false);
  }
}

std::optional<StopKind> ArmTarget::breakpoint_at(std::uint32_t pc) const {
  for (const StopPoint& stop : stops_) {
    if (is_breakpoint(stop.kind) && stop.address == pc) return stop.kind;
  }
  return std::nullopt;
}

std::optional<ArmTarget::Watched> ArmTarget::watched(std::uint32_t va, unsigned size,
                                                     bool write) const {
  for (const StopPoint& stop : stops_) {
    if (is_breakpoint(stop.kind)) continue;
    const bool wanted = stop.kind == StopKind::kAccess || (stop.kind == StopKind::kWrite) == write;
    const bool touches = va - stop.address < stop.length || stop.address - va < size;
    if (wanted && touches) return Watched{stop.kind, stop.address};
  }
  return std::nullopt;
}

}  // namespace linefill::gdb

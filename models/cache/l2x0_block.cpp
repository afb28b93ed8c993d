// SPDX-License-Identifier: Apache-2.0
#include "models/cache/l2x0_block.hpp"

#include <algorithm>

namespace linefill {

namespace {

constexpr std::uint32_t kPrefetchBits = 3U << 28;  // The same in AUX_CTRL and PREFETCH_CTRL.
constexpr std::uint32_t kPrefetchWritable = 0x79A0'001F;
constexpr unsigned kRegisterCycles = 2;

// TRM 3.3.4 of each part; way size and ways are the board's.
std::uint32_t aux_reset(const L2x0Options& options) {
  const std::uint32_t way_size = options.way_size_field << 17;
  switch (options.part) {
    case L2Part::kL210:
      return 0x0000'0FFF | way_size | options.ways << 13;
    case L2Part::kL220:
      return 0x0200'0FFF | way_size | options.ways << 13;
    default:
      return 0x0200'0000 | way_size | (options.ways == 16 ? 1U << 16 : 0);
  }
}

std::uint32_t aux_writable(const L2x0Options& options) {
  switch (options.part) {
    case L2Part::kL210:
      return 0x01FF'FFFF;
    case L2Part::kL220:
      return 0x0DFF'FFFF;
    default:
      return options.has_prefetch_control() ? 0x7FFF'3C01 : 0x3FFF'3C00;
  }
}

}  // namespace

L2x0Block::L2x0Block(BusPort& memory, const L2x0Options& options, Statistics& statistics)
    : options_{options},
      settings_{.part = options.part, .aux = aux_reset(options)},
      statistics_{statistics},
      memory_{memory, monitor_},
      buffer_{memory_, options.drains_with_time() ? options.store_buffer_drain : kNever,
              statistics},
      evictions_{memory_},
      cache_{settings_, memory_, buffer_, evictions_, monitor_, statistics_, options.timing},
      operations_{cache_, buffer_, evictions_, memory_, statistics_, options_} {
  reset(Time{0});
}

// TRM 3.3: reset values. The RAMs keep their lines in hardware; here they are empty, so that a run
// can be repeated.
void L2x0Block::reset(Time now) {
  settings_ = {.part = options_.part,
               .loses_second_victim = options_.loses_second_victim(),
               .aux = aux_reset(options_),
               .tag_latency = options_.ram_latency_reset,
               .data_latency = options_.ram_latency_reset};
  monitor_ = {};
  power_control_ = 0;
  operations_.reset();
  registers().reset(*this);
  buffer_.clear();
  evictions_.clear();
  cache_.clear(now);
}

void L2x0Block::set_observer(Observer* observer) {
  operations_.set_observer(observer);
  buffer_.set_observer(observer);
  evictions_.set_observer(observer);
  cache_.set_observer(observer);
}

BusResponse L2x0Block::read(const L2Request& request, Time& now) {
  advance(now);
  return cache_.read(request, now);
}

BusResponse L2x0Block::write(const L2Request& request, Time& now) {
  advance(now);
  return cache_.write(request, now);
}

// --- Registers
// --------------------------------------------------------------------------------------

BusResponse L2x0Block::refuse() {
  memory_.expect_own_error();
  return BusResponse::kSlaveError;
}

// TRM 3.2: which registers only a secure access may write.
bool L2x0Block::secure_only(std::uint32_t offset) const {
  if (settings_.ignores_security()) return false;
  if (offset >= 0x900 && offset <= 0x954) return !settings_.nonsecure_lockdown();
  if (offset == 0x214 || offset == 0x220) return !settings_.nonsecure_interrupts();
  return (offset >= 0x100 && offset <= 0x10C) || offset >= 0xC00;
}

// While something runs in the background the L2C-310 and the L220 refuse every write (TRM 3.3.10),
// the L210 ignores operations.
bool L2x0Block::conflicts(std::uint32_t offset) const {
  if (!operations_.busy()) return false;
  return operations_.stepping() || !options_.ignores_conflicts() || offset >> 8 == 7;
}

BusResponse L2x0Block::read_register(std::uint32_t offset, std::uint32_t size, std::uint32_t& value,
                                     const RegisterContext& context) {
  advance(context.now);
  last_result_ = RegisterResult::kDone;
  value = 0;
  if (size != 4 || context.attributes.exclusive) return refuse();
  last_result_ = registers().read(*this, offset, value, context);
  return BusResponse::kOkay;
}

BusResponse L2x0Block::write_register(std::uint32_t offset, std::uint32_t size, std::uint32_t value,
                                      const RegisterContext& context, Time& now) {
  advance(context.now);
  // Every register write is also a cache sync of the store buffer, which may itself write a
  // register.
  buffer_.drain_all(now);
  last_result_ = RegisterResult::kDone;
  last_ignored_ = false;
  if (size != 4 || context.attributes.exclusive) return refuse();
  if (!context.attributes.secure && secure_only(offset)) {
    memory_.expect_own_error();
    return BusResponse::kDecodeError;
  }
  if (conflicts(offset)) {
    if (!options_.ignores_conflicts()) return refuse();
    last_ignored_ = true;
    return BusResponse::kOkay;
  }
  constexpr std::uint32_t kAuxControl = 0x104;
  if (offset == kAuxControl && settings_.enabled()) return refuse();
  now += options_.timing.cycle * kRegisterCycles;
  Time* const outer = clock_;  // A write-back may itself write a register.
  clock_ = &now;
  last_result_ = registers().write(*this, offset, value, context);
  clock_ = outer;
  return BusResponse::kOkay;
}

std::uint32_t L2x0Block::cache_type() const {
  const std::uint32_t way_size = settings_.aux >> 17 & 7U;
  if (!settings_.is_l310()) {
    const std::uint32_t associativity = settings_.aux >> 13 & 0xFU;
    return 0x1C00'0000U | way_size << 20 | associativity << 15 | way_size << 8 | associativity << 3;
  }
  const std::uint32_t ways = settings_.aux >> 16 & 1U;
  // Lockdown by master and by line are built in; unified; 32-byte lines.
  return 0x1E00'0000U | way_size << 20 | ways << 18 | way_size << 8 | ways << 6;
}

void L2x0Block::write_aux(std::uint32_t value, const RegisterContext& context) {
  const std::uint32_t writable = aux_writable(options_);
  settings_.aux = (settings_.aux & ~writable) | (value & writable);
  settings_.prefetch = (settings_.prefetch & ~kPrefetchBits) | (value & writable & kPrefetchBits);
  cache_.rebuild(context.now);
}

void L2x0Block::write_prefetch_control(std::uint32_t value, const RegisterContext&) {
  if (!options_.has_prefetch_control()) return;
  settings_.prefetch = value & kPrefetchWritable;
  settings_.aux = (settings_.aux & ~kPrefetchBits) | (value & kPrefetchBits);
}

void L2x0Block::write_event_control(std::uint32_t value, const RegisterContext&) {
  monitor_.control = value & 1U;
  for (unsigned n = 0; n < monitor_.value.size(); ++n) {
    if ((value >> (n + 1) & 1U) != 0) monitor_.value[n] = 0;
  }
}

Time L2x0Block::next_event() const {
  return std::min({buffer_.next_event(), evictions_.next_event(), operations_.next_event()});
}

void L2x0Block::advance(Time now) {
  buffer_.advance(now);
  evictions_.advance(now);
  operations_.advance(now);
}

}  // namespace linefill

// SPDX-License-Identifier: Apache-2.0
#include "models/cache/l2c310_block.hpp"

#include <algorithm>
#include <bit>

namespace linefill {

namespace {

constexpr std::uint32_t kAuxReset = 0x0200'0000;  // Round robin; way size and ways are added.
constexpr std::uint32_t kAuxWritable = 0x7FFF'3C01;
constexpr std::uint32_t kPrefetchBits = 3U << 28;  // The same in AUX_CTRL and PREFETCH_CTRL.
constexpr std::uint32_t kPrefetchWritable = 0x79A0'001F;

constexpr unsigned kLineOperationCycles = 10;
constexpr unsigned kWayOperationCyclesPerLine = 4;
constexpr unsigned kWayOperationChunk = 16;  // Lines between two events: 64 cycles.
constexpr unsigned kRegisterCycles = 2;

std::uint32_t aux_reset(const L2c310Options& options) {
  return kAuxReset | options.way_size_field << 17 | (options.sixteen_ways ? 1U << 16 : 0);
}

}  // namespace

L2c310Block::L2c310Block(BusPort& memory, const L2c310Options& options, Statistics& statistics)
    : options_{options},
      settings_{.aux = aux_reset(options)},
      statistics_{statistics},
      memory_{memory, monitor_},
      buffer_{memory_, options.drains_with_time() ? options.store_buffer_drain : kNever,
              statistics},
      cache_{settings_, memory_, buffer_, monitor_, statistics_, options.timing} {
  reset(Time{0});
}

// TRM 3.3: reset values. The RAMs keep their lines in hardware; here they are empty, so that a run
// can be repeated.
void L2c310Block::reset(Time now) {
  settings_ = {.aux = aux_reset(options_),
               .tag_latency = options_.ram_latency_reset,
               .data_latency = options_.ram_latency_reset};
  monitor_ = {};
  operation_ = {};
  registers().reset(*this);
  buffer_.clear();
  cache_.clear(now);
}

void L2c310Block::set_observer(Observer* observer) {
  observer_ = observer;
  buffer_.set_observer(observer);
  cache_.set_observer(observer);
}

BusResponse L2c310Block::read(const L2Request& request, Time& now) {
  advance(now);
  return cache_.read(request, now);
}

BusResponse L2c310Block::write(const L2Request& request, Time& now) {
  advance(now);
  return cache_.write(request, now);
}

// --- Registers
// --------------------------------------------------------------------------------------

BusResponse L2c310Block::refuse() {
  memory_.expect_own_error();
  return BusResponse::kSlaveError;
}

// TRM 3.2: which registers only a secure access may write.
bool L2c310Block::secure_only(std::uint32_t offset, const L2Settings& settings) {
  if (offset >= 0x900 && offset <= 0x954) return !settings.nonsecure_lockdown();
  if (offset == 0x214 || offset == 0x220) return !settings.nonsecure_interrupts();
  return (offset >= 0x100 && offset <= 0x10C) || offset >= 0xC00;
}

BusResponse L2c310Block::read_register(std::uint32_t offset, std::uint32_t size,
                                       std::uint32_t& value, const RegisterContext& context) {
  advance(context.now);
  last_result_ = RegisterResult::kDone;
  value = 0;
  if (size != 4 || context.attributes.exclusive) return refuse();
  last_result_ = registers().read(*this, offset, value, context);
  return BusResponse::kOkay;
}

BusResponse L2c310Block::write_register(std::uint32_t offset, std::uint32_t size,
                                        std::uint32_t value, const RegisterContext& context,
                                        Time& now) {
  advance(context.now);
  // Every register write is also a cache sync of the store buffer, which may itself write a
  // register.
  buffer_.drain_all(now);
  last_result_ = RegisterResult::kDone;
  if (size != 4 || context.attributes.exclusive) return refuse();
  if (!context.attributes.secure && secure_only(offset, settings_)) {
    memory_.expect_own_error();
    return BusResponse::kDecodeError;
  }
  if (busy()) return refuse();
  constexpr std::uint32_t kAuxControl = 0x104;
  if (offset == kAuxControl && settings_.enabled()) return refuse();
  now += options_.timing.cycle * kRegisterCycles;
  Time* const outer = clock_;  // A write-back may itself write a register.
  clock_ = &now;
  last_result_ = registers().write(*this, offset, value, context);
  clock_ = outer;
  return BusResponse::kOkay;
}

std::uint32_t L2c310Block::cache_type() const {
  const std::uint32_t way_size = settings_.aux >> 17 & 7U;
  const std::uint32_t ways = settings_.aux >> 16 & 1U;
  // Lockdown by master and by line are built in; unified; 32-byte lines.
  return 0x1E00'0000U | way_size << 20 | ways << 18 | way_size << 8 | ways << 6;
}

void L2c310Block::write_aux(std::uint32_t value, const RegisterContext& context) {
  settings_.aux = (settings_.aux & ~kAuxWritable) | (value & kAuxWritable);
  settings_.prefetch = (settings_.prefetch & ~kPrefetchBits) | (value & kPrefetchBits);
  cache_.rebuild(context.now);
}

void L2c310Block::write_prefetch_control(std::uint32_t value, const RegisterContext&) {
  settings_.prefetch = value & kPrefetchWritable;
  settings_.aux = (settings_.aux & ~kPrefetchBits) | (value & kPrefetchBits);
}

void L2c310Block::write_event_control(std::uint32_t value, const RegisterContext&) {
  monitor_.control = value & 1U;
  for (unsigned n = 0; n < monitor_.value.size(); ++n) {
    if ((value >> (n + 1) & 1U) != 0) monitor_.value[n] = 0;
  }
}

// --- Operations
// -------------------------------------------------------------------------------------

void L2c310Block::told(Kind kind, Maintenance::Scope scope, LineNumber line, const Origin& origin,
                       Time now) {
  if (observer_ == nullptr) return;
  using Action = Maintenance::Action;
  static constexpr Action kActions[] = {Action::kInvalidate, Action::kClean,
                                        Action::kCleanInvalidate};
  observer_->maintained(
      {CopyLevel::kL2, kActions[static_cast<unsigned>(kind)], scope, line, origin, now});
}

void L2c310Block::write_sync(std::uint32_t value, const RegisterContext& context) {
  write_dummy_sync(value, context);
  if (options_.sync_ends_merging()) buffer_.end_merging();
}

// At an offset where there is no register: what every register write does, and the wait.
void L2c310Block::write_dummy_sync(std::uint32_t /*value*/, const RegisterContext& context) {
  ++statistics_.syncs;
  *clock_ = std::max(*clock_, memory_.quiet_at());
  if (observer_ == nullptr) return;
  observer_->maintained({CopyLevel::kL2, Maintenance::Action::kSync, Maintenance::Scope::kAll,
                         kNoLine, context.attributes.origin, *clock_});
}

void L2c310Block::apply(Kind kind, CacheLine& line, const Origin& origin, Time& now) {
  if (kind == Kind::kUnlock) {
    line.locked = false;
    return;
  }
  const L2LineNumber number = line.tag;
  if (kind == Kind::kCleanInvalidate && !line.dirty && options_.keeps_clean_lines()) return;
  if (kind != Kind::kInvalidate) cache_.clean(line, WriteBackCause::kClean, origin, now);
  // The write may have reached these registers, and changed everything: the line is looked for
  // again.
  if (kind != Kind::kClean && cache_.resident(number) == &line)
    cache_.invalidate(line, origin, now);
}

void L2c310Block::operate_on(Kind kind, CacheLine* line, const RegisterContext& context) {
  ++statistics_.line_operations;
  *clock_ += options_.timing.cycle * kLineOperationCycles;
  if (line != nullptr && line->valid) apply(kind, *line, context.attributes.origin, *clock_);
}

void L2c310Block::operate_on_address(Kind kind, std::uint32_t address,
                                     const RegisterContext& context) {
  const LineNumber line = line_of(PhysicalAddress{address});
  operate_on(kind, cache_.resident(l2_line(line, context.attributes.secure)), context);
  told(kind, Maintenance::Scope::kAddress, line, context.attributes.origin, *clock_);
}

// TRM 3.3.10: way in [31:28], index from bit 5 up. Non-secure operations touch non-secure lines
// only.
void L2c310Block::operate_on_index(Kind kind, std::uint32_t value, const RegisterContext& context) {
  const CacheGeometry geometry = cache_.geometry();
  CacheLine& line = cache_.at(value / kLineBytes % geometry.sets, (value >> 28) % geometry.ways);
  const bool allowed = context.attributes.secure || !line.secure;
  operate_on(kind, allowed ? &line : nullptr, context);
  told(kind, Maintenance::Scope::kIndex, kNoLine, context.attributes.origin, *clock_);
}

void L2c310Block::start(Kind kind, std::uint32_t ways, const RegisterContext& context) {
  const std::uint32_t wanted = ways & all_ways();
  if (wanted == 0) return;
  ++statistics_.way_operations;
  operation_ = {kind,
                wanted,
                0,
                context.attributes.secure,
                *clock_ + options_.timing.cycle * kWayOperationCyclesPerLine,
                context.attributes.origin};
}

Time L2c310Block::next_event() const {
  const Time drain = buffer_.next_event();
  if (operation_.pending == 0) return drain;
  const unsigned left = cache_.geometry().sets - operation_.set;
  const unsigned ahead = std::min(left, kWayOperationChunk) - 1;
  return std::min(drain,
                  operation_.next + options_.timing.cycle * (kWayOperationCyclesPerLine * ahead));
}

void L2c310Block::advance(Time now) {
  buffer_.advance(now);
  while (operation_.pending != 0 && !stepping_ && operation_.next <= now) step();
}

/// Which lines of the next chunk are dirty now: what is written to the others until the operation
/// comes to them is overlooked by a controller that has erratum 727915.
void L2c310Block::look_ahead(unsigned way) {
  operation_.seen_dirty = 0;
  if (!options_.way_operation_races()) return;
  const unsigned lines = std::min(kWayOperationChunk, cache_.geometry().sets - operation_.set);
  for (unsigned i = 0; i < lines; ++i) {
    if (cache_.at(operation_.set + i, way).dirty) operation_.seen_dirty |= 1U << i;
  }
}

bool L2c310Block::overlooked(const CacheLine& line) const {
  if (operation_.kind != Kind::kCleanInvalidate || !options_.way_operation_races()) return false;
  return line.dirty && (operation_.seen_dirty >> operation_.set % kWayOperationChunk & 1U) == 0;
}

// One line of a background operation. Writing it back may reach these registers, which refuse.
void L2c310Block::step() {
  const auto way = static_cast<unsigned>(std::countr_zero(operation_.pending));
  if (operation_.set % kWayOperationChunk == 0) look_ahead(way);
  CacheLine& line = cache_.at(operation_.set, way);
  Time end = operation_.next;
  if (line.valid && (operation_.secure || !line.secure)) {
    stepping_ = true;
    apply(overlooked(line) ? Kind::kInvalidate : operation_.kind, line, operation_.origin, end);
    stepping_ = false;
  }
  operation_.next = end + options_.timing.cycle * kWayOperationCyclesPerLine;
  if (++operation_.set < cache_.geometry().sets) return;
  operation_.set = 0;
  operation_.pending &= operation_.pending - 1;
  if (operation_.pending == 0 && operation_.kind != Kind::kUnlock) {
    told(operation_.kind, Maintenance::Scope::kWays, kNoLine, operation_.origin, end);
  }
}

}  // namespace linefill

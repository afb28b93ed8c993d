// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/processor.hpp"

#include <algorithm>
#include <bit>

#include "models/core/sc_time.hpp"

namespace linefill {

namespace {

constexpr std::uint64_t kDefaultHz = 400'000'000;
constexpr std::uint32_t kDefaultPeriphbase = 0x1E00'0000;
/// A core that cannot fetch the first instruction of its abort handler comes to nothing any more.
constexpr unsigned kHopeless = 10'000;
/// So often at most the adversary wakes a sleeping core: a system where nothing happens comes to
/// rest.
constexpr unsigned kAdversaryWakings = 50'000;
constexpr unsigned kDeltasToSettle = 100;

CacheGeometry geometry_of(const DeviceNode& node, const std::string& which) {
  const std::uint32_t size = node.u32_or(which + "-cache-size", 32768);
  const std::uint32_t sets = node.u32_or(which + "-cache-sets", size / (4 * kLineBytes));
  if (!std::has_single_bit(size) || size < 1024 || size > 0x10'0000) {
    node.fail(which + "-cache-size", "a power of two from 1 KiB to 1 MiB");
  }
  if (node.u32_or(which + "-cache-line-size", kLineBytes) != kLineBytes) {
    node.fail(which + "-cache-line-size", "the core's 32 bytes");
  }
  const std::uint32_t ways = sets == 0 || sets > size ? 0 : size / (sets * kLineBytes);
  if (!std::has_single_bit(sets) || ways == 0 || ways > 32) {
    node.fail(which + "-cache-sets", "a power of two that gives 1 to 32 ways of 32-byte lines");
  }
  return {ways, sets};
}

Replacement replacement_of(const DeviceNode& node) {
  const std::string name = node.string_or("linefill,replacement", "pseudo-random");
  if (name == "pseudo-random") return Replacement::kPseudoRandom;
  if (name != "round-robin")
    node.fail("linefill,replacement", R"("pseudo-random" or "round-robin")");
  return Replacement::kRoundRobin;
}

const DeviceNode* find_compatible(const DeviceNode& node, std::string_view model) {
  if (node.compatible_with(model)) return &node;
  for (const auto& child : node.children()) {
    if (const DeviceNode* found = find_compatible(*child, model)) return found;
  }
  return nullptr;
}

/// PERIPHBASE is where the SCU is.
std::uint32_t periphbase_of(const DeviceNode& node) {
  const DeviceNode* root = &node;
  while (root->parent() != nullptr) root = root->parent();
  const DeviceNode* scu = find_compatible(*root, "arm,cortex-a9-scu");
  if (scu == nullptr || scu->reg().empty()) return kDefaultPeriphbase;
  return static_cast<std::uint32_t>(scu->reg().front().address);
}

}  // namespace

MemorySystem::Configuration Processor::memory_configuration(const DeviceNode& node) const {
  return {period_,
          geometry_of(node, "d"),
          geometry_of(node, "i"),
          replacement_of(node),
          Time{1000} * node.u32_or("linefill,store-buffer-drain-ns", 200),
          personality_.rotates_unaligned,
          personality_.speculates};
}

Processor::Processor(const sc_core::sc_module_name& name, const DeviceNode& node)
    : sc_module{name},
      log_{node.path()},
      personality_{personality_of(node)},
      period_{period_of(node.clock_hz({}, kDefaultHz))},
      bus_{memory, [this] { catch_up(); }},
      system_{memory_configuration(node), clock_, bus_, statistics_},
      control_{{geometry_of(node, "i"), geometry_of(node, "d"), periphbase_of(node), 0x8000'0000,
                &personality_.registers},
               system_.mmu(),
               system_,
               clock_,
               log_},
      core_{system_, *this, clock_, personality_.instructions},
      semihosting_{[this](std::uint32_t va) -> std::optional<std::uint8_t> {
        std::byte byte{};
        if (!debug_read_virtual(va, {&byte, 1})) return std::nullopt;
        return std::to_integer<std::uint8_t>(byte);
      }} {
  system_.set_abort_receiver(*this);
  system_.set_program(core_.state());
  system_.mmu().registers().format = personality_.tables;
  control_.set_wait_for_interrupt([this] { wait_for_interrupt(); });
  semihosting_.set_exit([this](std::uint32_t status) { end(status); });
  connect_monitors();
  SC_HAS_PROCESS(Processor);
  SC_THREAD(run);
}

Processor::~Processor() = default;

// --- Time
// ---------------------------------------------------------------------------------------------

void Processor::run() {
  control_.reset();
  core_.reset(boot_.pc);
  core_.set_reg(0, boot_.r0);
  core_.set_reg(1, boot_.r1);
  core_.set_reg(2, boot_.r2);
  wait_for_kernel();
  while (!ended_) {
    if (halt_requested_) halt();
    begin_slice();
    core_.run();
    system_.advance();
    wait_for_kernel();
    if (asleep_) sleep();
  }
}

void Processor::begin_slice() {
  ++slices_;
  drive_pmuirq();
  look_ahead();
  sample_lines();
  clock_.limit = std::max<std::uint64_t>(
      clock_.now + 1, static_cast<std::uint64_t>((horizon_ + period_ - Time{1}) / period_));
}

void Processor::look_ahead() {
  const auto* kernel = sc_core::sc_get_curr_simcontext();
  const sc_core::sc_time pending = sc_core::sc_time_to_pending_activity(kernel);
  horizon_ = from_sc_time(sc_core::sc_time_stamp() + std::min(pending, to_sc_time(quantum_)));
}

// Also after a device was accessed (`stop_soon`): the next access sees all that followed from that
// one.
void Processor::catch_up() {
  if (now() <= horizon_ && clock_.limit != 0) return;
  wait_for_kernel();
  look_ahead();
}

void Processor::wait_for_kernel() {
  const sc_core::sc_time& stamp = sc_core::sc_time_stamp();
  const sc_core::sc_time target = to_sc_time(now());
  if (target > stamp) wait(target - stamp);
  // What is due at this very moment comes first: lines settle.
  for (unsigned i = 0; i < kDeltasToSettle && sc_core::sc_pending_activity_at_current_time(); ++i) {
    wait(sc_core::SC_ZERO_TIME);
  }
}

void Processor::sample_lines() {
  core_.set_irq(irq.read());
  core_.set_fiq(fiq.read());
  control_.set_interrupt_lines(irq.read(), fiq.read());
}

void Processor::sleep() {
  const std::uint64_t fell_asleep = clock_.now;
  const Time latest = for_event_ ? now() + quantum_ : kNever;
  const sc_core::sc_event_or_list lines =
      irq.value_changed_event() | fiq.value_changed_event() | halt_event_;
  unsigned wakings = 0;
  sample_lines();
  while (!core_.interrupt_pending() && now() < latest) {
    const Time stamp = from_sc_time(sc_core::sc_time_stamp());
    Time next = ++wakings < kAdversaryWakings ? std::min(system_.next_event(), latest) : latest;
    if (next == kNever) {
      wait(lines);
    } else {
      next = std::max(next, stamp + period_);
      wait(to_sc_time(next - stamp), lines);
    }
    const Time woken = from_sc_time(sc_core::sc_time_stamp());
    clock_.now = std::max<std::uint64_t>(
        clock_.now, static_cast<std::uint64_t>((woken + period_ - Time{1}) / period_));
    system_.advance();
    sample_lines();
    if (halt_requested_) halt();
  }
  idle_cycles_ += clock_.now - fell_asleep;
  asleep_ = for_event_ = false;
  wait_for_kernel();
}

void Processor::wait_for_interrupt() {
  asleep_ = true;
  clock_.stop_soon();
}

void Processor::wait_for_event() {
  if (!event_) {
    asleep_ = for_event_ = true;
    clock_.stop_soon();
  }
  event_ = false;
}

// --- Debuggers
// ---------------------------------------------------------------------------------------------

void Processor::request_halt() {
  halt_requested_ = true;
  halt_event_.notify(sc_core::SC_ZERO_TIME);
}

void Processor::halt() {
  halt_requested_ = false;
  if (run_control_ != nullptr) run_control_->halted();
}

// While an access may be stopped at, all instructions are executed so that the next can be.
void Processor::stop_at_all(bool on) { core_.watch_all(on, stops_at_data_); }

void Processor::stop_at_data(std::unordered_set<std::uint32_t> virtual_lines) {
  stops_at_data_ = !virtual_lines.empty();
  core_.watch_all(false, stops_at_data_);
  system_.watch_data([this](std::uint32_t va, unsigned size,
                            bool write) { run_control_->before_access(va, size, write); },
                     std::move(virtual_lines));
}

bool Processor::debug_write_register(const CoprocessorRegister& which, std::uint32_t value) {
  if (!write_coprocessor(which, true, value)) return false;
  control_.take_coprocessor_abort();
  core_.state().extension.set_access_control(control_.cpacr());
  core_.refetch();
  return true;
}

// --- Aborts and the end
// -------------------------------------------------------------------------------

void Processor::data_fault(const Fault& fault, VirtualAddress va, bool write) {
  ++data_aborts_;
  control_.set_data_fault(fault, va, write);
}

void Processor::prefetch_fault(const Fault& fault, VirtualAddress va) {
  ++prefetch_aborts_;
  control_.set_prefetch_fault(fault, va);
  const std::uint32_t handler = vector_base() + static_cast<std::uint32_t>(Vector::kPrefetchAbort);
  aborts_in_a_row_ = raw(va) == handler ? aborts_in_a_row_ + 1 : 0;
  if (aborts_in_a_row_ < kHopeless) return;
  log_.guest_error("the handler of prefetch aborts at ", hex(handler),
                   " cannot be fetched: the core aborts for ever");
  end(1);
}

void Processor::end(std::uint32_t status) {
  if (ended_) return;
  ended_ = true;
  clock_.stop_soon();
  if (exit_handler_) {
    exit_handler_(status);
  } else {
    sc_core::sc_stop();
  }
}

const Statistics& Processor::statistics() {
  system_.settle_statistics();
  instructions_ += core_.instructions() - instructions_.value();
  cycles_ += clock_.now - cycles_.value();
  exceptions_ += core_.exceptions() - exceptions_.value();
  unpredictable_ += core_.unpredictable_instructions() - unpredictable_.value();
  return statistics_;
}

}  // namespace linefill

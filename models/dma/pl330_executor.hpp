// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "models/bus/bus_port.hpp"
#include "models/core/bit_pattern.hpp"
#include "models/core/log.hpp"
#include "models/core/statistics.hpp"
#include "models/dma/pl330_config.hpp"
#include "models/dma/pl330_instruction_cache.hpp"
#include "models/dma/pl330_mfifo.hpp"
#include "models/dma/pl330_requests.hpp"
#include "models/dma/pl330_thread.hpp"
#include "models/dma/pl330_transfers.hpp"

namespace linefill::pl330 {

class Executor;

/// What an instruction came to.
enum class Outcome : std::uint8_t {
  kNext,    ///< On to the next instruction.
  kJumped,  ///< The program counter is set.
  kWait,    ///< The same instruction again, when something has changed.
  kLater,   ///< Not ahead of its time.
  kEnded,   ///< The thread ended or aborted.
};

/// Who may execute an instruction: bits.
enum Users : std::uint8_t { kChannel = 1, kManager = 2, kDebug = 4 };

/// What byte 1 names, for validation.
enum class Names : std::uint8_t { kNothing, kEvent, kPeripheral, kChannel, kRegister };

/// Suffix S or B: executed if the channel's request_type flag says so, else a DMANOP.
enum class Condition : std::uint8_t { kAlways, kSingle, kBurst };

/// Who sees an instruction's effect: its own channel; the queues; anybody. Of the first two, a few
/// may be executed ahead of time, which spares the host an event for each.
enum class Effect : std::uint8_t { kLocal, kQueued, kShared };

/// One row of the instruction set (TRM chapter 4).
struct Encoding {
  using Handler = Outcome (Executor::*)(Thread&, Time now);
  std::string_view name;
  BitPattern opcode;
  BitPattern operand;  ///< Byte 1; what it fixes must be as fixed, or the operand is invalid.
  unsigned length;
  unsigned users;
  Effect effect;
  Names names;
  Condition condition;
  Handler handler;
};

/// The row for an opcode; that of an undefined instruction if there is none.
const Encoding& decode(std::uint8_t opcode);

/// The event and interrupt resources (TRM 2.8).
struct Events {
  std::uint32_t enable = 0;  ///< INTEN: interrupts, not events.
  std::uint32_t raw = 0;     ///< INT_EVENT_RIS.
  std::array<Origin, 32> cause{};
};

/// Executes the threads' programs. Knows nothing of registers; `Block` says when.
class Executor {
 public:
  Executor(const Config& config, BusPort& bus, Log& log, Statistics& statistics);

  void reset();
  /// Lets `thread` execute what it can at `now`. True if anything changed that others may wait for.
  bool run(Thread& thread, Time now);
  /// Accounts for the bursts that have ended by `now`.
  void complete(Time now);
  /// One instruction through the debug registers, for an idle or a running thread.
  void execute_debug(const Thread& target, const Instruction& instruction, const Origin& origin,
                     Time now);
  void abort(Thread& thread, std::uint32_t fault_bits);
  /// What an IOMMU held is to be issued again.
  void reissue_held(Time now);

  Thread& manager() { return threads_.back(); }
  Thread& channel(unsigned number) { return threads_[number]; }
  const Thread& manager() const { return threads_.back(); }
  /// The channels, then the manager.
  std::vector<Thread>& threads() { return threads_; }
  const std::vector<Thread>& threads() const { return threads_; }
  Requests& requests() { return requests_; }
  Transfers& transfers() { return transfers_; }
  const Transfers& transfers() const { return transfers_; }
  Events& events() { return events_; }
  const Events& events() const { return events_; }
  /// How many threads share the instruction slots.
  void set_share(int threads) { share_ = threads; }

  Outcome undefined(Thread&, Time);
  Outcome nop(Thread&, Time);
  Outcome end(Thread&, Time);
  Outcome kill(Thread&, Time);
  Outcome go(Thread&, Time);
  Outcome load(Thread&, Time);
  Outcome store(Thread&, Time);
  Outcome store_zero(Thread&, Time);
  Outcome loop(Thread&, Time);
  Outcome loop_end(Thread&, Time);
  Outcome move(Thread&, Time);
  Outcome add_halfword(Thread&, Time);
  Outcome flush_peripheral(Thread&, Time);
  Outcome wait_for_peripheral(Thread&, Time);
  Outcome send_event(Thread&, Time);
  Outcome wait_for_event(Thread&, Time);
  Outcome read_barrier(Thread&, Time);
  Outcome write_barrier(Thread&, Time);

 private:
  bool fetch(Thread& thread, Time now, bool& progress);
  bool fill_line(Thread& thread, std::uint32_t address, Time now);
  void step_over(Thread& thread, Outcome outcome, Time now);
  std::uint32_t validate(const Thread& thread, const Encoding& e, Users user) const;
  std::uint32_t validate_named(const Thread& thread, const Encoding& e) const;
  std::uint32_t validate_control(const Thread& thread, std::uint32_t value) const;
  bool finish(Thread& thread, Time now);
  void withdraw(Thread& thread);
  void release_load_lock(const Thread& thread);
  Transfer transfer(const Thread& thread, const Control::Side& side, std::uint32_t address,
                    bool write, Time now) const;
  Outcome store_from(Thread& thread, bool zero, Time now);
  /// kNext if the thread's state lets it make such an access.
  Outcome allow(Thread& thread, const Control::Side& side, Time now);

  static constexpr unsigned kFree = ~0U;

  const Config& config_;
  BusPort& bus_;
  Log& log_;
  InstructionCache cache_;
  Mfifo mfifo_;
  Requests requests_;
  Transfers transfers_;
  Events events_;
  std::vector<Thread> threads_;
  unsigned load_lock_ = kFree;  ///< TRM 2.10.2: the channel that may load.
  int share_ = 1;
  Counter instructions_;
  Counter fetches_;
  Counter faults_;
  Counter memory_bytes_;          ///< Stored by programs that use no request line, fills included.
  Counter memory_active_;         ///< From their DMAGO until their last store has ended.
  std::deque<Counter> programs_;  ///< By channel.
};

}  // namespace linefill::pl330

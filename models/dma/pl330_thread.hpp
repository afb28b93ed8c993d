// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/core/attributes.hpp"
#include "models/core/register_table.hpp"
#include "models/core/time.hpp"

namespace linefill::pl330 {

struct Encoding;

/// The bytes of an instruction, the opcode first.
using Instruction = std::array<std::uint8_t, 6>;
inline constexpr std::uint8_t kOpcodeKill = 0x01;

/// TRM 3.3.15, CSRn: the states of a thread.
enum class State : std::uint8_t {
  kStopped = 0,
  kExecuting = 1,
  kCacheMiss = 2,
  kWaitingForEvent = 4,
  kAtBarrier = 5,
  kQueueBusy = 6,
  kWaitingForPeripheral = 7,
  kKilling = 8,
  kCompleting = 9,
  kFaultCompleting = 14,
  kFaulting = 15,
};

/// TRM 3.3.12 and 3.3.13, FTRD and FTRn: why a thread aborted.
namespace fault {
inline constexpr std::uint32_t kUndefined = 1U << 0;
inline constexpr std::uint32_t kOperand = 1U << 1;
inline constexpr std::uint32_t kGo = 1U << 4;
inline constexpr std::uint32_t kEvent = 1U << 5;
inline constexpr std::uint32_t kPeripheral = 1U << 6;
inline constexpr std::uint32_t kReadWrite = 1U << 7;
inline constexpr std::uint32_t kMfifo = 1U << 12;
inline constexpr std::uint32_t kStoreData = 1U << 13;
inline constexpr std::uint32_t kFetch = 1U << 16;
inline constexpr std::uint32_t kDataWrite = 1U << 17;
inline constexpr std::uint32_t kDataRead = 1U << 18;
inline constexpr std::uint32_t kDebug = 1U << 30;
inline constexpr std::uint32_t kLockUp = 1U << 31;
}  // namespace fault

/// What a transaction asks of caches: AxCACHE as memory attributes, shareable.
MemoryAttributes memory_attributes(unsigned axi_cache);

/// TRM 3.3.19, CCRn: how a channel's loads and stores look on the bus.
struct Control {
  std::uint32_t word;

  /// One direction of it: a field group of 14 bits.
  struct Side {
    std::uint32_t bits;
    bool increments() const { return (bits & 1) != 0; }
    unsigned size_code() const { return bits >> 1 & 7; }
    unsigned beat_bytes() const { return 1U << size_code(); }
    unsigned beats() const { return (bits >> 4 & 15) + 1; }
    unsigned protection() const { return bits >> 8 & 7; }
    unsigned cache() const { return bits >> 11 & 7; }
    bool secure() const { return (protection() & 2) == 0; }
    Attributes attributes(bool write) const;
  };
  Side source() const { return {word & 0x3FFF}; }
  Side destination() const { return {word >> 14 & 0x3FFF}; }
  unsigned swap_code() const { return word >> 28 & 7; }
};

/// The DMA manager or a channel: what CSR, CPC, SAR, DAR, CCR and LC show, and what is not visible.
class Thread {
 public:
  static constexpr std::uint32_t kControlReset = 0x0080'0200;

  unsigned number = 0;
  bool manager = false;
  State state = State::kStopped;
  bool non_secure = false;
  std::uint32_t pc = 0;
  std::uint32_t source = 0;
  std::uint32_t destination = 0;
  std::uint32_t control = kControlReset;
  std::uint32_t loop0 = 0;
  std::uint32_t loop1 = 0;
  std::uint32_t fault_type = 0;

  bool burst_request = false;  ///< request_type flag: burst, or else single (TRM 2.7).
  bool last_request = false;   ///< request_last flag.
  unsigned wakeup = 0;         ///< Event or peripheral number that is waited for.
  bool waits_for_burst = false;
  bool waits_for_any = false;
  bool event_granted = false;
  bool stalled_at_load = false;

  unsigned loads = 0;   ///< Queued or on the bus.
  unsigned stores = 0;  ///< Queued or on the bus.

  Origin origin{};  ///< The register write that started it.
  Origin cause{};   ///< Or what it has waited for since, if that is later.

  // Of the program since its DMAGO.
  Time started{};
  std::uint64_t stored = 0;      ///< Bytes of its stores.
  bool uses_peripheral = false;  ///< Has waited for a request line, or acknowledged one.

  Time at{};  ///< When it can do its next instruction.
  Time retry_at =
      kNever;  ///< When a waiting instruction is worth another try without any other event.
  bool waiting = false;     ///< The present instruction waits for something.
  bool fetch_held = false;  ///< An IOMMU holds the fetch of the present instruction.
  Instruction bytes{};
  unsigned fetched = 0;
  const Encoding* encoding = nullptr;

  bool faulted() const { return state == State::kFaulting || state == State::kFaultCompleting; }
  bool active() const { return state != State::kStopped && state != State::kFaulting; }
  /// Neither ended nor on its way there.
  bool runs() const { return active() && !ending(); }
  bool ending() const {
    return state == State::kKilling || state == State::kCompleting ||
           state == State::kFaultCompleting;
  }
  Control control_fields() const { return {control}; }
  std::uint32_t operand(unsigned first, unsigned count) const;
  void forget_instruction();

  /// CSRn and CPCn, a window at 0x100 + 8n.
  static const RegisterTable<Thread>& status_registers();
  /// SARn to LC1_n, a window at 0x400 + 0x20n.
  static const RegisterTable<Thread>& transfer_registers();
  /// FTRn, a window at 0x40 + 4n.
  static const RegisterTable<Thread>& fault_registers();

 private:
  std::uint32_t peek_csr() const;
};

}  // namespace linefill::pl330

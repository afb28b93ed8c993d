// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace linefill {

/// A coprocessor register as MCR and MRC name it.
struct CoprocessorRegister {
  unsigned coprocessor = 15;
  unsigned opc1 = 0;
  unsigned crn = 0;
  unsigned crm = 0;
  unsigned opc2 = 0;
};

/// What the executor asks of the rest of the processor. Implemented by `SystemControl` (CP15) and
/// the processor module; faked in tests.
class SystemInterface {
 public:
  /// MRC, MCR. False: undefined at this privilege.
  virtual bool read_coprocessor(const CoprocessorRegister&, bool privileged,
                                std::uint32_t& value) = 0;
  virtual bool write_coprocessor(const CoprocessorRegister&, bool privileged,
                                 std::uint32_t value) = 0;

  /// Whether the last write_coprocessor, which was not undefined, is to be taken as a Data Abort: a
  /// cache operation by address whose translation failed. The fault registers are set. Asking
  /// clears it.
  virtual bool take_coprocessor_abort() { return false; }

  /// SCTLR bits that exception entry needs, and VBAR.
  virtual std::uint32_t sctlr() const = 0;
  virtual std::uint32_t vector_base() const = 0;  ///< VBAR, or 0xFFFF0000 with SCTLR.V.

  /// Coprocessor access: cp10 and cp11 in bits 23 to 20, D32DIS, ASEDIS.
  virtual std::uint32_t cpacr() const { return 0; }

  // Security Extensions: which exceptions Monitor mode takes, and where.
  virtual std::uint32_t scr() const { return 0; }
  virtual std::uint32_t monitor_vector_base() const { return 0; }  ///< MVBAR
  /// An exception is taken from Monitor mode: SCR.NS is cleared.
  virtual void leave_non_secure() {}

  /// WFI: returns at once; the core must then leave its run loop (`CoreClock::stop_soon`).
  virtual void wait_for_interrupt() = 0;
  virtual void wait_for_event() = 0;
  virtual void send_event() = 0;

  /// A semihosting call (SVC 0x123456 in A32, SVC 0xAB in T32, BKPT 0xAB): r0 is the operation, r1
  /// its argument; returns what goes to r0. False: not a call that is served: take the exception.
  virtual bool semihosting(std::uint32_t operation, std::uint32_t argument,
                           std::uint32_t& result) = 0;

  /// The instruction at `pc` was marked by `watch_instruction`; called before it executes.
  virtual void instruction_hook(std::uint32_t pc) = 0;

 protected:
  ~SystemInterface() = default;
};

}  // namespace linefill

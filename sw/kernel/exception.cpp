// SPDX-License-Identifier: Apache-2.0
#include "sw/arch/exception.hpp"

#include "sw/kernel/console.hpp"

namespace guest {
namespace {

/// ARM ARM DDI 0406C, table B3-23: FS[4] is bit 10, FS[3:0] are bits 3 to 0.
const char* describe_fault(std::uint32_t status) {
  switch ((status >> 6 & 0x10) | (status & 0xF)) {
    case 0x01:
      return "alignment";
    case 0x02:
      return "debug event";
    case 0x03:
      return "access flag, section";
    case 0x04:
      return "instruction cache maintenance";
    case 0x05:
      return "translation, section";
    case 0x06:
      return "access flag, page";
    case 0x07:
      return "translation, page";
    case 0x08:
      return "external abort";
    case 0x09:
      return "domain, section";
    case 0x0B:
      return "domain, page";
    case 0x0C:
      return "external abort on table walk, first level";
    case 0x0D:
      return "permission, section";
    case 0x0E:
      return "external abort on table walk, second level";
    case 0x0F:
      return "permission, page";
    case 0x16:
      return "asynchronous external abort";
    default:
      return "unknown";
  }
}

const char* describe_kind(ExceptionKind kind) {
  switch (kind) {
    case ExceptionKind::kReset:
      return "jump to the reset vector";
    case ExceptionKind::kUndefined:
      return "undefined instruction";
    case ExceptionKind::kSupervisorCall:
      return "supervisor call";
    case ExceptionKind::kPrefetchAbort:
      return "prefetch abort";
    case ExceptionKind::kDataAbort:
      return "data abort";
    case ExceptionKind::kFastInterrupt:
      return "fast interrupt";
  }
  return "exception";
}

bool reporting = false;

}  // namespace

void report_exception(ExceptionKind kind, const ExceptionFrame& frame, FaultStatus fault) {
  // The report itself failed: say nothing more.
  if (reporting) exit(1);
  reporting = true;
  printk("\nexception: ", describe_kind(kind), " at ", hex(frame.pc), "\n");
  if (kind == ExceptionKind::kPrefetchAbort || kind == ExceptionKind::kDataAbort) {
    const bool write = kind == ExceptionKind::kDataAbort && (fault.status & 1U << 11) != 0;
    printk("  fault ", describe_fault(fault.status), write ? ", write to " : ", read of ",
           hex(fault.address), " (status ", hex(fault.status), ")\n");
  }
  for (unsigned i = 0; i < frame.r.size(); ++i) {
    printk(i < 10 ? "   r" : "  r", i, " ", hex(frame.r[i]), i % 4 == 3 ? "\n" : "");
  }
  printk("\n   sp ", hex(frame.sp), "   lr ", hex(frame.lr), "   pc ", hex(frame.pc), "  cpsr ",
         hex(frame.cpsr), "\n");
  exit(1);
}

}  // namespace guest

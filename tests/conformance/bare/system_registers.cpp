// SPDX-License-Identifier: Apache-2.0
// Every encoding of CP15 and CP14: whether it can be read and written, privileged and in User mode,
// what it reads after reset, and which bits it keeps.
#include "tests/conformance/bare/bare.hpp"

namespace {

struct Name {
  uint32_t coprocessor, opc1, crn, crm, opc2;

  uint32_t mcr() const {
    return 0xEE00'0010 | opc1 << 21 | crn << 16 | coprocessor << 8 | opc2 << 5 | crm;
  }
  uint32_t mrc() const { return mcr() | 1U << 20; }
  bool is(uint32_t o1, uint32_t n, uint32_t m, uint32_t o2) const {
    return coprocessor == 15 && opc1 == o1 && crn == n && crm == m && opc2 == o2;
  }
};

/// Writing all ones would end the test, not show bits: control of the MMU, of security, FCSE.
bool keeps_control(const Name& r) {
  return r.is(0, 1, 0, 0) || r.is(0, 1, 1, 0) || r.is(0, 13, 0, 0);
}
/// Counts by itself.
bool moves(const Name& r) { return r.is(0, 9, 13, 0); }

/// The value that a register takes when `value` is written; it is restored.
uint32_t kept(const Name& r, uint32_t value, uint32_t before) {
  run_probe(r.mcr(), value, false);
  const uint32_t after = run_probe(r.mrc(), 0, false);
  run_probe(r.mcr(), before, false);
  return after;
}

void try_register(const Name& r) {
  const uint32_t value = run_probe(r.mrc(), 0, false);
  const bool readable = trap.kind == 0;
  run_probe(r.mrc(), 0, true);
  const bool user_readable = trap.kind == 0;
  // CP15WFI would wait.
  bool writable = false;
  bool user_writable = false;
  if (!r.is(0, 7, 0, 4)) {
    run_probe(r.mcr(), readable ? value : 0, false);
    writable = trap.kind == 0;
    run_probe(r.mcr(), readable ? value : 0, true);
    user_writable = trap.kind == 0;
  }
  if (!readable && !writable && !user_readable && !user_writable) return;
  Line line;
  line.text("p").number(r.coprocessor).text(" ").number(r.opc1).text(" c").number(r.crn);
  line.text(" c").number(r.crm).text(" ").number(r.opc2).text(readable ? " R" : " -");
  line.text(writable ? "W" : "-").text(user_readable ? " R" : " -").text(user_writable ? "W" : "-");
  if (!readable || moves(r)) return;
  line.text(" reset ").hex(value);
  if (writable && !keeps_control(r))
    line.text(" ones ").hex(kept(r, ~0U, value)).text(" zeros ").hex(kept(r, 0, value));
}

}  // namespace

void bare_main() {
  for (uint32_t coprocessor = 15; coprocessor >= 14; --coprocessor) {
    for (uint32_t crn = 0; crn < 16; ++crn) {
      for (uint32_t opc1 = 0; opc1 < 8; ++opc1) {
        for (uint32_t crm = 0; crm < 16; ++crm) {
          for (uint32_t opc2 = 0; opc2 < 8; ++opc2)
            try_register({coprocessor, opc1, crn, crm, opc2});
        }
      }
    }
  }
}

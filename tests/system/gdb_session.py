# SPDX-License-Identifier: Apache-2.0
"""Sourced by gdb-multiarch, with $port set: debugs tests/guest/debugged.cpp. The last line says that all held."""
import os
import signal
import threading

import gdb


def run(command: str) -> str:
    return gdb.execute(command, to_string=True)


def number(expression: str) -> int:
    return int(gdb.parse_and_eval(expression)) & 0xFFFFFFFF


def equal(value, expected, what: str) -> None:
    if value != expected:
        raise AssertionError(f"{what}: {value!r}, expected {expected!r}")


def function() -> str:
    return gdb.newest_frame().name()


def contains(text: str, *parts: str) -> None:
    for part in parts:
        if part not in text:
            raise AssertionError(f"no {part!r} in {text!r}")


events = []
gdb.events.stop.connect(events.append)
gdb.events.exited.connect(events.append)


def proceed(command: str = "continue"):
    """Runs until it stops; why."""
    events.clear()
    run(command)
    return events[-1]


def rows(address: int) -> dict[str, str]:
    """What `monitor cache` says of each place."""
    return {line[:16].strip(): line[16:] for line in run("monitor cache %#x" % address).splitlines()}


def session() -> None:
    run(f"target remote 127.0.0.1:{number('$port')}")
    entry = number("$pc")
    equal(number("$cpsr") & 0x1F, 0x13, "the mode after reset")
    run("stepi")
    equal(number("$pc"), entry + 4, "the PC after a step")

    # Breakpoints.
    run("break twice")
    run("hbreak count")
    run("continue")
    equal(function(), "count", "where the hardware breakpoint stops")
    run("continue")
    equal((function(), number("$r0")), ("twice", 1), "where the software breakpoint stops, and its argument")
    contains(run("backtrace"), "twice", "count", "guest_main")
    run("continue")
    equal(number("$r0"), 2, "the argument of the second call")

    # A register that is written is the one that is used; so is the PC.
    run("set $r0 = 100")
    run("finish")
    equal(number("$r0"), 200, "what it makes of the changed argument")
    run("delete")

    # Watchpoints stop before the access; gdb steps over it and compares.
    equal(number("counter"), 2, "the counter after the first call")
    for kind, value in (("watch", 202), ("rwatch", 202), ("awatch", 208)):
        run(f"{kind} counter")
        stop = proceed()
        equal(isinstance(stop, gdb.BreakpointEvent) and stop.breakpoint.expression, "counter", f"what {kind} stops for")
        equal(function(), "count", f"where {kind} stops")
        equal(number("counter"), value, f"the counter where {kind} stops")
        run("delete")

    # The processor's view and DMA's.
    run("break look")
    run("continue")
    shared = number("shared")
    equal(number("shared[0]"), 0x11111111, "what was cleaned")
    equal(number("shared[1]"), 0x33333333, "what the processor sees")
    contains(run("monitor memory dma"), "DMA")
    equal(number("*(unsigned*) %#x" % (shared + 4)), 0x22222222, "what DMA sees")
    run("monitor address physical")
    equal(number("*(unsigned*) %#x" % (shared + 4)), 0x22222222, "what DMA sees at the physical address")
    run("monitor memory cpu")
    equal(number("*(unsigned*) %#x" % (shared + 4)), 0x33333333, "what the processor sees there")
    run("monitor address virtual")
    copies = rows(shared)
    contains(copies["L1D"], "11 11 11 11 33*33*33*33*")
    contains(copies["memory"], "11 11 11 11 22 22 22 22")
    equal(copies["store buffer"], "-", "the store buffer's row")
    equal(copies["L1I"], "-", "the L1I's row of data")
    contains(run("monitor help"), "monitor cache ADDRESS")
    contains(run("monitor nonsense"), "no such command: nonsense")
    contains(run("monitor cache elsewhere"), "expected an address")
    contains(run("monitor cache 0x50000000"), "not mapped")
    try:
        run("x/wx 0x50000000")
        raise AssertionError("memory that is not mapped can be read")
    except gdb.MemoryError:
        pass

    # A word that is in the store buffer and nowhere else; a debugger's write goes there, too.
    run("continue 2")
    second = shared + 32
    before = ".. .. .. .. "
    copies = rows(second)
    contains(copies["store buffer"], f"{before}44*44*44*44*")
    contains(copies["memory"], "00 00 00 00 00 00 00 00")
    equal(copies["L1D"], "-", "the L1D's row of the other line")
    equal(number("*(unsigned*) %#x" % (second + 4)), 0x44444444, "what the processor sees of it")
    run("set *(unsigned*) %#x = 0x55555555" % (second + 4))
    copies = rows(second)
    contains(copies["store buffer"], f"{before}55*55*55*55*")
    contains(copies["memory"], "00 00 00 00 55 55 55 55")

    # The L1I has a copy of its own: what is written around it is not in its row.
    code = number("&twice") & ~31
    held, memory = rows(code)["L1I"], rows(code)["memory"]
    equal(held.replace("*", " "), memory, "the L1I's row of code that is as in memory")
    word = number("*(unsigned*) %#x" % code)
    run("monitor memory dma")
    run("set *(unsigned*) %#x = 0xdeadbeef" % code)
    equal(rows(code)["L1I"], held, "the L1I's row after a write to memory only")
    contains(rows(code)["memory"], "ef be ad de")
    run("set *(unsigned*) %#x = %#x" % (code, word))
    run("monitor memory cpu")

    # System, VFP and NEON registers.
    equal(number("$SCTLR") & 0x1005, 0x1005, "SCTLR's M, C and I")
    equal(number("$MIDR"), 0x410FC090, "MIDR")
    equal(number("$TTBR0") & 0x3FFF, 0x59, "TTBR0's attributes")
    run("set $TPIDRURO = 0x12345678")
    equal(number("$TPIDRURO"), 0x12345678, "a CP15 register that was written")
    # TRMs of the Cortex-A9 (r0p0) and its MPE.
    for name, value in (("CTR", 0x80038003), ("ID_PFR0", 0x1031), ("ID_MMFR0", 0x00100103), ("FPSID", 0x41033090),
                        ("MVFR0", 0x10110222), ("MVFR1", 0x01111111), ("PMXEVTYPER", 0), ("ADFSR", 0), ("AIFSR", 0)):
        equal(number(f"${name}"), value, name)
    for name in ("CSSELR", "NSACR", "MVBAR", "r8_fiq", "r12_fiq", "sp_mon", "lr_mon", "spsr_fiq", "spsr_irq", "spsr_abt", "spsr_und",
                 "spsr_mon"):
        run(f"set ${name} = 0")
        equal(number(f"${name}"), 0, f"{name} as it was written")
    run("set $spsr_irq = 0x60000013")
    equal((number("$spsr_irq"), number("$spsr_abt")), (0x60000013, 0), "one SPSR, and another")
    for wrong in ("$cpsr = 0x15", "$MVFR0 = 0", "$ID_PFR0 = 0"):
        try:
            run(f"set {wrong}")
            raise AssertionError(f"{wrong} is accepted")
        except gdb.error:
            pass
    run("set $d31 = 1.5")
    contains(run("info registers d31"), "1.5")
    equal(number("$q15.u32[3]"), 0x3FF80000, "q15's upper half, which is d31")
    run("set $q15.u32[3] = 0x40000000")
    contains(run("info registers d31"), "2 ")
    run("set $fpscr = 0x03000000")
    equal(number("$fpscr"), 0x03000000, "fpscr")
    equal(number("$sp_svc"), number("$sp"), "SP of Supervisor mode is the current one")

    # A patched instruction is executed: `mov r0, #7; bx lr` in place of twice.
    code = number("&twice") & ~1
    thumb = number("$cpsr") >> 5 & 1
    if thumb:
        run("set *(unsigned*) %#x = 0x47702007" % code)
    else:
        run("set *(unsigned*) %#x = 0xe3a00007" % code)
        run("set *(unsigned*) %#x = 0xe12fff1e" % (code + 4))
    equal(number("twice(50)"), 7, "a call by the debugger of patched code")
    run("delete")

    # Ctrl-C, while the guest spins; then its variable is set, and it goes on.
    threading.Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    equal(proceed().stop_signal, "SIGINT", "what Ctrl-C looks like")
    equal(function(), "spin", "where Ctrl-C stops")
    run("set var go_on = 1")
    run("set var result = 0")
    equal(proceed().exit_code, 0, "the guest's exit status")
    print("the session went well")


run("set pagination off")
run("set confirm off")
session()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares tests/golden, registers typed from the manuals, with what QEMU's devices answer.

usage: registers.py

QEMU is stopped before its first instruction, and asked by its gdb stub for physical addresses. Reset values
must be equal, and the bits that the tables call writable must be set and cleared there too; but for what
DIFFERENCES lists. Exit status 1 if anything else differs, or if a listed difference is none.
"""
import contextlib
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "golden"
SECONDS = 20
# Machine, table, address there.
DEVICES = [
    ("vexpress-a9", "vexpress_sysreg", 0x1000_0000),
    ("vexpress-a9", "pl181", 0x1000_5000),
    ("vexpress-a9", "pl011", 0x1000_9000),
    ("vexpress-a9", "sp804", 0x1001_1000),
    ("vexpress-a9", "pl031", 0x1001_7000),
    ("vexpress-a9", "pl111", 0x1002_0000),
    ("xilinx-zynq-a9", "pl330", 0xF800_3000),
]
DIFFERENCES = {
    "Timer1Value": "stands at 0 there after reset",
    "Timer2Value": "stands at 0 there after reset",
    "TimerITCR": "no integration test there",
    "RTCPeriphID2": "revision 1 there; the manual's table has 0",
    "SYS_FLASH": "not writable there",
    "SYS_CFGSW": "not writable there",
    "CursorImage": "no cursor there",
    "CursorImage, last": "no cursor there",
    "ClcdCrsrIMSC": "no cursor there",
    "CCR0": "0 there; the manual has the reset value of the endian and burst fields",
    "CCR7": "0 there; the manual has the reset value of the endian and burst fields",
    "CR1": "configured otherwise",
    "CRD": "configured otherwise",
    "WD": "no watchdog there",
}


class Qemu:
    """Physical memory of a stopped machine, by the gdb remote protocol."""

    def __init__(self, machine: str, folder: str, stack: contextlib.ExitStack):
        path = pathlib.Path(folder, machine)
        command = ["qemu-system-arm", "-M", machine, "-S", "-display", "none", "-serial", "null", "-monitor", "none"]
        command += ["-audiodev", "none,id=none", "-chardev", f"socket,path={path},server=on,wait=off,id=gdb"]
        command += ["-gdb", "chardev:gdb"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        stack.callback(process.wait)
        stack.callback(process.kill)
        end = time.monotonic() + SECONDS
        while not path.exists() and time.monotonic() < end:
            time.sleep(0.05)
        self.socket = stack.enter_context(socket.socket(socket.AF_UNIX))
        self.socket.settimeout(SECONDS)
        self.socket.connect(str(path))
        if self.ask("Qqemu.PhyMemMode:1") != "OK":
            raise RuntimeError(f"{machine}: no access to physical memory")

    def ask(self, packet: str) -> str:
        data = packet.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) & 255))
        answer = b""
        while not (whole := re.search(rb"\$(.*)#..", answer)):
            more = self.socket.recv(4096)
            if not more:
                raise RuntimeError("QEMU has ended")
            answer += more
        self.socket.sendall(b"+")
        return whole[1].decode()

    def read(self, address: int) -> int:
        return int.from_bytes(bytes.fromhex(self.ask(f"m{address:x},4")), "little")

    def write(self, address: int, value: int) -> None:
        self.ask(f"M{address:x},4:{value.to_bytes(4, 'little').hex()}")


def rows(table: str) -> list[tuple[int, str, int, int]]:
    """Offset, name, reset value and writable bits, as the C++ table has them."""
    text = (GOLDEN / f"{table}.hpp").read_text().replace("'", "")
    number = "(0x[0-9A-Fa-f]+|[0-9]+)"
    found = re.findall(rf'{{\s*{number},\s*"([^"]+)",\s*{number}(?:,\s*{number})?}}', text)
    return [(int(o, 0), name, int(reset, 0), int(bits or "0", 0)) for o, name, reset, bits in found]


def difference(qemu: Qemu, address: int, reset: int, writable: int) -> str:
    value = qemu.read(address)
    if value != reset:
        return f"{value:#x} after reset, {reset:#x} in the table"
    for wanted in (reset | writable, reset & ~writable) if writable else ():
        qemu.write(address, wanted)
        value = qemu.read(address)
        if value != wanted:
            return f"{value:#x} where {wanted:#x} was written"
    return ""


def main() -> int:
    compared, wrong = 0, []
    for machine, table, base in DEVICES:
        # A machine for each device: writing one must not show in another.
        with contextlib.ExitStack() as stack:
            qemu = Qemu(machine, stack.enter_context(tempfile.TemporaryDirectory()), stack)
            for offset, name, reset, writable in rows(table):
                compared += 1
                text = difference(qemu, base + offset, reset, writable)
                if bool(text) != (name in DIFFERENCES):
                    wrong.append(f"{table} {name}: {text or 'no difference any more'}")
    for line in wrong:
        print("FAILED:", line)
    print(f"{compared} registers compared, {len(DIFFERENCES)} of them known to differ")
    return 1 if wrong or compared < 100 else 0


if __name__ == "__main__":
    sys.exit(main())

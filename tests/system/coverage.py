#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what --coverage says a small program executed with what it must have.

usage: coverage.py BUILD
"""
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import elf  # noqa: E402

# Branches over one instruction; exits by semihosting SYS_EXIT_EXTENDED with status 0.
START = 0x60100000
CODE = [
    0xEA000000,  # b +8
    0xE1A00000,  # nop: never executed
    0xE3A00020,  # mov r0, #0x20 (SYS_EXIT_EXTENDED)
    0xE28F1004,  # add r1, pc, #4: the words below
    0xEF123456,  # svc 0x123456
    0xE1A00000,  # never executed
    0x00020026,  # ADP_Stopped_ApplicationExit
    0x00000000,
]


def main():
    build = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        program, trace = Path(folder, "program.elf"), Path(folder, "trace.txt")
        elf.save(program, elf.pack(START, elf.words(*CODE)))
        command = [build / "linefill", "run", build / "platforms/vexpress-a9.dtb", "--kernel", program]
        done = subprocess.run([*command, "--coverage", trace], capture_output=True, text=True, check=False)
        print(done.stderr)
        executed = [int(line, 16) for line in trace.read_text().split()]
        refused = subprocess.run([*command, "--coverage", "/nowhere/trace"], capture_output=True, text=True, check=False)
        both = subprocess.run([*command, "--coverage", trace, "--gdb", "0"], capture_output=True, text=True, check=False)
    expected = [START + 4 * index for index in (0, 2, 3, 4)]
    if executed != expected:
        sys.exit(f"FAILED: executed {list(map(hex, executed))}, expected {list(map(hex, expected))}")
    for one in (refused, both):
        if one.returncode != 2 or len(one.stderr.strip().splitlines()) != 1:
            print(one.stderr)
            sys.exit(f"FAILED: status {one.returncode}, expected 2 and one line")


if __name__ == "__main__":
    main()

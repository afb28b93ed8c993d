#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a program that computes with NEON and VFP on Linefill and on QEMU: both must print the same.

usage: vectors.py BUILD PROGRAM

Exit status 0 if so, 1 otherwise.
"""
import pathlib
import subprocess
import sys

QEMU = ["qemu-system-arm", "-semihosting", "-nographic", "-monitor", "none", "-audiodev", "none,id=none"]


def lines_of(command):
    done = subprocess.run(command, check=False, timeout=50, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if ": 0x" in line]
    if done.returncode != 0 or not lines:
        sys.exit(f"FAILED: {' '.join(map(str, command))}: status {done.returncode}: {done.stdout}{done.stderr}")
    return lines


def main():
    build, program = pathlib.Path(sys.argv[1]), sys.argv[2]
    board, elf = build / "platforms/vexpress-a9.dtb", build / f"sw/{program}.elf"
    ours = lines_of([build / "linefill", "run", board, "--kernel", elf, "--until", "60s"])
    theirs = lines_of([*QEMU, "-M", "vexpress-a9", "-m", "256M", "-dtb", board, "-kernel", elf])
    for mine, other in zip(ours, theirs):
        print(mine if mine == other else f"FAILED: {mine} here, {other} on QEMU")
    return 0 if ours == theirs else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a program without library or operating system on QEMU and on Linefill, and compares what they print.

usage: compare.py LINEFILL BOARD.dtb PROGRAM.elf [DIFFERENCES.tsv]

DIFFERENCES names the lines that may differ, by the beginning of a line, with the reason; `*` in it stands for
anything. A row that excuses nothing is an error, too, and so is a line that begins with FAILED. Exit
status 0 if all else is the same.
"""
import fnmatch
import pathlib
import subprocess
import sys

QEMU = ["qemu-system-arm", "-M", "vexpress-a9", "-m", "256M", "-nographic", "-monitor", "none", "-serial", "none"]
QEMU += ["-audiodev", "none,id=none", "-semihosting", "-kernel"]
SECONDS = 100
SHOWN = 40


def lines_of(command: list) -> list[str]:
    """What the program printed; QEMU has its console on standard error, among its own messages."""
    print("run:", " ".join(map(str, command)), flush=True)
    done = subprocess.run(
        command, check=False, timeout=SECONDS, encoding="utf-8", stdin=subprocess.DEVNULL, capture_output=True
    )
    if done.returncode != 0:
        sys.exit(f"FAILED: exit status {done.returncode}\n{done.stderr}")
    text = done.stdout if done.stdout.strip() else done.stderr
    return [line for line in text.splitlines() if not line.startswith("audio:")]


def register_table(lines: list[str]) -> dict[str, str]:
    """By the encoding, which is the first five words."""
    return {" ".join(line.split()[:5]): line for line in lines}


def different(theirs: list[str], ours: list[str], excused: list[str]) -> list[tuple[str, str]]:
    if not excused:
        pairs = list(zip(theirs, ours))
        if len(theirs) != len(ours):
            pairs.append((f"{len(theirs)} lines", f"{len(ours)} lines"))
        return [pair for pair in pairs if pair[0] != pair[1]]
    there, here = register_table(theirs), register_table(ours)
    return [
        (there.get(key, f"{key}: none"), here.get(key, f"{key}: none"))
        for key in {**there, **here}
        if there.get(key) != here.get(key)
    ]


def main() -> int:
    linefill, board, program = sys.argv[1:4]
    rows = []
    if len(sys.argv) > 4:
        text = pathlib.Path(sys.argv[4]).read_text(encoding="utf-8")
        rows = [line.split("\t")[0] for line in text.splitlines() if line and not line.startswith("#")]
    theirs = lines_of([*QEMU, program])
    ours = lines_of([linefill, "run", board, "--kernel", program, "--check", "off", "--until", "100s"])
    used, wrong = set(), []
    complaints = [line for line in ours if line.startswith("FAILED")]
    for line in complaints:
        print(line)
    for pair in different(theirs, ours, rows):
        excuses = [row for row in rows if fnmatch.fnmatchcase(pair[1], row + "*")]
        used.update(excuses)
        if not excuses:
            wrong.append(pair)
    for theirs_line, ours_line in wrong[:SHOWN]:
        print(f"FAILED:\n  QEMU      {theirs_line}\n  Linefill  {ours_line}")
    unused = [row for row in rows if row not in used]
    for row in unused:
        print(f"FAILED: no line differs that begins with: {row}")
    print(f"{len(ours)} lines, {len(wrong)} different")
    return 1 if wrong or unused or complaints or not ours else 0


if __name__ == "__main__":
    sys.exit(main())

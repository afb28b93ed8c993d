#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tells the SD cards of Linefill and of QEMU the same commands, and compares their responses.

usage: card_commands.py BUILD

Every difference must be one of DIFFERENCES, and every one of those must be seen. Sections are those of the SD
Physical Layer Simplified Specification 3.01. Exit status 0 if so, 1 otherwise.
"""
import pathlib
import struct
import subprocess
import sys
import tempfile

QEMU = ["qemu-system-arm", "-semihosting", "-nographic", "-monitor", "none", "-audiodev", "none,id=none"]
CARD_BYTES = 64 << 20

OWN_CARD = "the cards' own names and numbers"
LAST_BIT_FIRST_GROUP = "4.7.4, CMD30: the last bit sent is the first group's, so its byte comes last"
RANGE = "4.10.1: an address behind the card is OUT_OF_RANGE; ADDRESS_ERROR is a misaligned one"
OFFERS = "what the card offers: no security, CMD23, allocation units; only group 1 has a second function"
# What is asked, to why the answers differ.
DIFFERENCES = {
    "no such voltage: CMD8": "4.3.13: a card does not answer a voltage it cannot work with",
    "operating conditions: CMD41": "5.1: 2.7 to 3.6 V are bits 23:15",
    "OCR": "5.1: 2.7 to 3.6 V are bits 23:15",
    "CID: CMD2": OWN_CARD,
    "publish: CMD3": OWN_CARD,
    "CSD: CMD9": OWN_CARD + "; both give 64 MiB",
    "CID again: CMD10": OWN_CARD,
    "CSD at high speed: CMD9": "4.3.10: TRAN_SPEED is 50 MHz after the switch",
    "a read beyond the end: CMD17": RANGE,
    "a write beyond the end: CMD24": RANGE,
    "from beyond the end: CMD32": "4.10.1: OUT_OF_RANGE is detected in the argument; QEMU looks in CMD38",
    "blocks written: CMD22": "4.7.2: numbers are sent from their most significant byte on (Linux reads them so)",
    "which are: CMD30": LAST_BIT_FIRST_GROUP,
    "which are, from the second on: CMD30": LAST_BIT_FIRST_GROUP,
    "SCR: CMD51": OFFERS,
    "SD status: CMD13": OFFERS,
    "SD status on four lines: CMD13": OFFERS,
    "high speed?: CMD6": OFFERS + "; 4.3.10.3: 0xF in the argument asks for what is present",
    "a function that is not there: CMD6": "4.3.10.3: the answer to it is 0xF",
    "high speed: CMD6": OFFERS,
}


def run(command):
    done = subprocess.run(command, check=False, timeout=50, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    lines = [line.split(" ", 1)[1] if line[0].isdigit() else line for line in done.stdout.splitlines() if line]
    if done.returncode != 0:
        print(f"FAILED: {' '.join(map(str, command))}: status {done.returncode}: {done.stderr}")
    return lines if done.returncode == 0 else []


def asked(line):
    """The part of a line before the answer."""
    words = line.split(" ")
    end = next((i for i, word in enumerate(words) if word.startswith(("CMD", "OCR"))), len(words) - 1)
    return " ".join(words[: end + 1])


def capacity(csd_line):
    """5.3.2: (C_SIZE + 1) * 2^(C_SIZE_MULT + 2) * 2^READ_BL_LEN."""
    csd = int("".join(word[2:] for word in csd_line.split(": CMD9 ")[1].split()), 16)
    return ((csd >> 62 & 0xFFF) + 1) << ((csd >> 47 & 7) + 2 + (csd >> 80 & 0xF))


def compare(ours, theirs):
    wrong, seen = [], set()
    if len(ours) != len(theirs) or len(ours) < 90:
        wrong.append(f"{len(ours)} answers here, {len(theirs)} on QEMU")
    for here, there in zip(ours, theirs):
        if here == there:
            continue
        if asked(here) == asked(there) and asked(here) in DIFFERENCES:
            seen.add(asked(here))
        else:
            wrong.append(f"here  {here}\n        QEMU  {there}")
    wrong += [f"no longer different: {what}" for what in DIFFERENCES if what not in seen]
    sizes = {capacity(line) for line in ours + theirs if line.startswith("CSD: CMD9")}
    if sizes != {CARD_BYTES}:
        wrong.append(f"capacities {sizes}")
    return wrong


def main() -> int:
    build = pathlib.Path(sys.argv[1]).resolve()
    board, program = build / "platforms/vexpress-a9.dtb", build / "sw/card_commands.elf"
    with tempfile.TemporaryDirectory() as folder:
        card = pathlib.Path(folder, "card.img")
        with card.open("wb") as file:
            file.write(struct.pack("<65536I", *range(65536)))
            file.truncate(CARD_BYTES)
        ours = run([build / "linefill", "run", board, "--kernel", program, "--sd", card, "--until", "60s"])
        machine = ["-M", "vexpress-a9", "-m", "256M", "-dtb", board, "-kernel", program]
        theirs = run([*QEMU, *machine, "-drive", f"if=sd,format=raw,snapshot=on,file={card}"])
    wrong = compare(ours, theirs)
    for line in wrong:
        print("FAILED:", line)
    print(f"{len(ours)} answers, {len(DIFFERENCES)} differ for a reason")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

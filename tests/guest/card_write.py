#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs card_write with --sd-write and looks at the image it leaves, with other programs than ours.

usage: card_write.py LINEFILL BOARD.dtb PROGRAM.elf
"""
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

WORDS = (1 << 20) // 4
FIRST, COUNT = 16 * 128, 8 * 128
NEW, OLD = 0xF00D0000, 0xC0DE0000
MMCI = "/motherboard/mmci@10005000"
PLAIN = ["--set", f"{MMCI}:arm,primecell-periphid=0x00041181"]
HIGH = ["--set", f"{MMCI}:linefill,sd-capacity=high"]
PATH = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
wrong = []


def words(first, count):
    return struct.pack(f"<{count}I", *range(first, first + count))


def run(image, case, *options):
    linefill, board, program = sys.argv[1:4]
    command = [linefill, "run", board, "--kernel", program, "--append", f"case={case}", "--until", "20s"]
    command += ["--sd", str(image), *options]
    return subprocess.run(command, check=False, timeout=50, capture_output=True, text=True)


def expect(holds, what):
    if not holds:
        wrong.append(what)


def tool(*command):
    done = subprocess.run(command, check=False, capture_output=True, env=PATH)
    expect(done.returncode == 0, f"{command}: {done.stderr!r}")
    return done.stdout


def blocks(folder):
    """The bytes on the card, and no others, after each case."""
    original = words(0x5D000000, WORDS)

    def image_after(case, *options):
        image = folder / "card.img"
        image.write_bytes(original)
        status = run(image, case, *options).returncode
        return status, image.read_bytes()

    def with_blocks(content):
        return original[: FIRST * 4] + content + original[(FIRST + COUNT) * 4 :]

    for case in ("by_dma", "by_cpu"):
        for options in ([], PLAIN, HIGH):
            status, content = image_after(case, "--sd-write", *options)
            expect(status == 0, f"{case} {options}: exit status {status}")
            expect(content == with_blocks(words(NEW, COUNT)), f"{case} {options}: not what was written")
        status, content = image_after(case)
        expect(status == 0 and content == original, f"{case} without --sd-write: status {status}, or the image changed")
    status, content = image_after("erased", "--sd-write")
    expect(status == 0 and content == with_blocks(bytes(COUNT * 4)), f"erased: status {status}, or the wrong bytes")
    status, content = image_after("not_cleaned", "--sd-write")
    got = struct.unpack(f"<{COUNT}I", content[FIRST * 4 : (FIRST + COUNT) * 4])
    stale = sum(word == OLD + i for i, word in enumerate(got))
    fresh = sum(word == NEW + i for i, word in enumerate(got))
    expect(status == 3, f"not_cleaned: exit status {status}")
    expect(stale > COUNT // 2 and stale + fresh == COUNT, f"not_cleaned: {stale} old words, {fresh} new ones")


def file_system(folder):
    """A file overwritten by the guest, seen by mtools and dosfstools."""
    size = 300 * 512 + 100
    image, source = folder / "fat.img", folder / "FILE.BIN"
    source.write_bytes(b"\xee" * size)
    with image.open("wb") as file:
        file.truncate(64 << 20)
    tool("mkfs.fat", "-F", "32", "-s", "1", str(image))
    tool("mcopy", "-i", str(image), str(source), "::FILE.BIN")
    status = run(image, "file", "--sd-write").returncode
    expect(status == 0, f"file: exit status {status}")
    tool("fsck.fat", "-n", str(image))
    seen = tool("mtype", "-i", str(image), "::FILE.BIN")
    expect(seen == words(NEW, size // 4 + 1)[:size], "file: mtools read something else than what was written")


def bad_input(folder):
    image = folder / "bad.img"
    cases = {"read-only": 1024, "of odd size": 1000, "empty": 0}
    for name, size in cases.items():
        image.write_bytes(bytes(size))
        image.chmod(0o444 if name == "read-only" else 0o644)
        done = run(image, "by_cpu", "--sd-write")
        expect(done.returncode == 2 and done.stderr.count("\n") == 1, f"{name}: {done.returncode}: {done.stderr}")
        image.unlink()
    for more in (["--sd-write"], []):
        done = run(folder / "missing.img", "by_cpu", *more)
        expect(done.returncode == 2 and done.stderr.count("\n") == 1, f"missing: {done.returncode}: {done.stderr}")


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if shutil.which("mkfs.fat", path=PATH["PATH"]) is None:
            print("FAILED: no mkfs.fat: expected dosfstools and mtools")
            return 1
        blocks(folder)
        file_system(folder)
        bad_input(folder)
    for line in wrong:
        print("FAILED:", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

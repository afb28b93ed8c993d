#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks at what the display shows of a picture whose pages lie in no order.

usage: scattered_display.py LINEFILL PLATFORMS PROGRAM.elf
"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import png  # noqa: E402

wrong = []


def picture(width, height):
    """What scattered_display.cpp draws."""
    return b"".join(
        bytes((x & 255, y & 255, (x >> 3 ^ y >> 3) & 255)) for y in range(height) for x in range(width)
    )


def show(board, *options):
    linefill, platforms, program = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        shot = pathlib.Path(folder, "shot.png")
        command = [linefill, "run", f"{platforms}/{board}.dtb", "--kernel", program, "--until", "20s"]
        command += ["--screenshot", str(shot), *options]
        done = subprocess.run(command, check=False, timeout=50, capture_output=True, text=True)
        print(board, *options, done.stdout.strip().replace("\n", ", "))
        if done.returncode != 0:
            wrong.append(f"{board}: exit status {done.returncode}: {done.stderr}")
            return "", b"", b""
        width, height, pixels = png.read(shot)
        return done.stdout, pixels, picture(width, height)


def main():
    for options in ([], ["--append", "smmu=short"], ["--append", "smmu=stage2"]):
        text, pixels, expected = show("vexpress-a9-smmu", *options)
        if pixels != expected:
            wrong.append(f"behind the SMMU {options} the picture is not the one drawn")
        if ", 1 segments" not in text:
            wrong.append("the SMMU should make one segment of it")
    _, pixels, expected = show("vexpress-a9")
    page = 4096 // 4 * 3
    if pixels[:page] != expected[:page]:
        wrong.append("without an SMMU the first page is the right one")
    same = sum(
        pixels[i : i + page] == expected[i : i + page] for i in range(0, len(expected), page)
    )
    # Page i is at 7 i modulo 300: six are where they would be in order.
    if same != 6:
        wrong.append(f"without an SMMU {same} of 300 pages are right, expected 6")
    for line in wrong:
        print("FAILED:", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

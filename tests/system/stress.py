#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the guest program `stress`: every transfer must be right, and nothing found.

usage: stress.py BUILD TRANSFERS SEED [--board NAME] [--ops NAME] [--all] [--broken]

With --all each kind of operation that the board has must have run. With --broken the PL330 has the operations of a
device that snoops, on a port that does not: then transfers must be wrong and findings made.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOTALS = r"seed (\d+): (\d+) transfers, \d+ bytes, \d+ terminated, \d+ not now; (\d+) wrong, (\d+) failed"


def bad_counts(text):
    """What did not run, of the lines `stress: seed 7: moved by: memcpy 12, interleaved 3`."""
    return [f"{table}: {name}" for table, row in re.findall(r"^stress: seed \d+: ([a-z ]+): (.*)$", text, re.MULTILINE)
            for name, count in re.findall(r"(?:^|, )([^,]+) (\d+)", row) if count == "0"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("transfers", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("--board", default="vexpress-a9")
    parser.add_argument("--ops")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--broken", action="store_true")
    options = parser.parse_args()
    words = f"transfers={options.transfers} seed={options.seed}"
    if options.broken:
        words += " ops=arm_coherent_dma_ops"
    if "smmu" in options.board:
        words += " cma=2M"  # FORCE_CONTIGUOUS comes from there, and from nowhere else.
    if options.ops:
        words += f" ops={options.ops} coherent_pool=8M"  # What is bounced and large comes from there.
    with tempfile.TemporaryDirectory() as folder:
        report_file = Path(folder, "report.json")
        card = Path(folder, "card.img")
        card.write_bytes(bytes(1 << 20))
        command = [options.build / "linefill", "run", options.build / f"platforms/{options.board}.dtb", "--kernel",
                   options.build / "sw/stress.elf", "--sd", card, "--append", words, "--report",
                   report_file]
        if not options.broken:
            command += ["--adversary", str(options.seed)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        report = json.loads(report_file.read_text())
    print(done.stdout)
    totals = re.search(TOTALS, done.stdout)
    if not totals:
        sys.exit("FAILED: no totals were printed")
    seed, transfers, wrong, failed = map(int, totals.groups())
    if (seed, failed) != (options.seed, 0) or transfers < options.transfers:
        sys.exit(f"FAILED: {transfers} transfers, seed {seed}, {failed} failed")
    if options.broken:
        good = wrong > 0 and report["findings"] and report["guest"]["status"] == 1
    else:
        good = wrong == 0 and not report["findings"] and done.returncode == 0
    if not good:
        sys.exit(f"FAILED: status {done.returncode}, {wrong} wrong, {len(report['findings'])} findings")
    if options.all and bad_counts(done.stdout):
        sys.exit("FAILED: never ran: " + "; ".join(bad_counts(done.stdout)))


if __name__ == "__main__":
    main()

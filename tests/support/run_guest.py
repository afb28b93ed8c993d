#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a guest program on a board and compares what it came to with what was expected.

usage: run_guest.py LINEFILL BOARD.dtb PROGRAM.elf --expect KIND[,KIND...]|none
       [--underruns none|some] [--counter MODEL:NAME=none|some] [-- more linefill options]

Passes if the guest itself ended with status 0 (its own checks of values held), every expected kind of
finding was made, and no other kind of error was. KIND@FUNCTION: all are looked at by the function that
was found doing it, too.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SECONDS = float(os.environ.get("LINEFILL_SECONDS", 50))


def wrong_underruns(expected: bool, report: dict, summary: str) -> list[str]:
    """What the report and the printed summary say of the display's FIFO, if it is not as expected."""
    display = next(m for name, m in report["models"].items() if "clcd@" in name)
    counted = display["underruns"]["value"]
    printed = int(re.search(r"(\d+) underruns", summary)[1])
    wrong = []
    if (counted > 0) != expected:
        wrong.append(f"{counted} underruns")
    if printed != counted:
        wrong.append(f"{counted} underruns in the report, {printed} in the summary")
    return wrong


def wrong_counter(expected: str, report: dict) -> list[str]:
    """The counter of the one model whose name contains MODEL, if it is not as expected."""
    which, amount = expected.split("=")
    model, name = which.split(":")
    counted = next(m for path, m in report["models"].items() if model in path)[name]["value"]
    return [] if (counted > 0) == (amount == "some") else [f"{which} is {counted}"]


def main() -> int:
    arguments = sys.argv[1:]
    more = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, more = arguments[:at], arguments[at + 1 :]
    parser = argparse.ArgumentParser()
    parser.add_argument("linefill")
    parser.add_argument("board")
    parser.add_argument("program")
    parser.add_argument("--expect", required=True)
    parser.add_argument("--underruns", choices=["none", "some"])
    parser.add_argument("--counter")
    options = parser.parse_args(arguments)
    expected = set() if options.expect == "none" else set(options.expect.split(","))

    with tempfile.TemporaryDirectory() as folder:
        report_file = pathlib.Path(folder, "report.json")
        command = [options.linefill, "run", options.board, "--kernel", options.program]
        command += ["--report", str(report_file), "--until", "20s", *more]
        done = subprocess.run(command, check=False, timeout=SECONDS, stderr=subprocess.PIPE, text=True)
        status = done.returncode
        print(done.stderr)
        if not report_file.exists():
            print(f"FAILED: no report; exit status {status}")
            return 1
        report = json.loads(report_file.read_text())

    sited = "@" in options.expect
    found = {f["kind"] + (f"@{f['reader']['function']}" if sited else "") for f in report["findings"]}
    errors = {f["kind"] for f in report["findings"] if f["severity"] == "error"}
    guest = report["guest"]["status"]
    wrong = []
    if guest != 0:
        wrong.append(f"guest ended with {guest} ({report['run']['end']}), expected 0")
    if not expected <= found:
        wrong.append(f"not found: {', '.join(sorted(expected - found))}")
    if not found <= expected:
        wrong.append(f"found, but not expected: {', '.join(sorted(found - expected))}")
    if status != (3 if errors else 0):
        wrong.append(f"exit status {status}")
    if options.underruns:
        wrong += wrong_underruns(options.underruns == "some", report, done.stderr)
    if options.counter:
        wrong += wrong_counter(options.counter, report)
    for finding in report["findings"]:
        for side in ("reader", "writer"):
            # Code made at run time has no source line.
            made = finding[side]["agent"].endswith("(instruction fetch)")
            if finding[side]["agent"].startswith("cpu") and not made and not finding[side]["source"]:
                wrong.append(f"{finding['kind']}: the {side}'s program counter has no source line")
    for line in wrong:
        print("FAILED:", line)
    print("repeat with:", " ".join(command))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

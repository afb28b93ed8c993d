#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ask_report.py BUILD: what `scripts/ask --report` writes is what it prints: of one run and of several, under one title."""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


def expect(holds, what):
    if not holds:
        sys.exit(f"ask_report: expected {what}")


def main():
    for name in ("scan-out", "contiguous"):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "report.json")
            done = subprocess.run([TOP / "scripts/ask", "--build", sys.argv[1], name, "--report", file],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
            expect(done.returncode == 0, f"status 0, not {done.returncode}")
            runs = json.loads(file.read_text())
        title, *rows = [re.split(" {2,}", line.strip()) for line in done.stdout.splitlines()[1:]]
        said = [dict(zip(title, row, strict=True)) for row in rows]
        reported = [{column: str(cell) for column, cell in row.items()} for run in runs for row in run["rows"]]
        expect(said == reported, f"{said} in the report, not {reported}")
        expect(all(run["question"] == name and run["board"] for run in runs), "the question and the board")
    print("the same")


if __name__ == "__main__":
    main()

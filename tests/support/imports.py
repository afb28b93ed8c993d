#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks whether each file of sw/ includes only what its folder may import: sw/README.md, the table of folders.

usage: imports.py [FOLDER]     FOLDER: the repository (default: this one)
Prints a line for each include that points the wrong way; status 1 if there is one.
"""
import re
import sys
from pathlib import Path

# From below: each may import those before it, but for the ones on its own level.
LEVELS = (("lib",), ("arch",), ("mm",), ("kernel",), ("iommu",), ("dma",), ("dmaengine", "cache"), ("drivers",),
          ("measure",), ("apps",))
LEVEL = {folder: level for level, folders in enumerate(LEVELS) for folder in folders}


def wrong_includes(top):
    for file in sorted((top / "sw").rglob("*.[chS]*")):
        parts = file.relative_to(top).parts
        if len(parts) < 3:
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            found = re.match(r'\s*#\s*include\s+"([^"]*)"', line)
            path = found[1].split("/") if found else []
            if not path:
                continue
            if path[0] != "sw":
                yield file, number, f"{found[1]}: expected a path below sw"
            elif path[1] not in LEVEL or parts[1] not in LEVEL:
                yield file, number, f"{found[1]}: expected a folder of the table"
            elif path[1] != parts[1] and LEVEL[path[1]] >= LEVEL[parts[1]]:
                yield file, number, f"{found[1]}: sw/{parts[1]} may not import sw/{path[1]}"


def main():
    top = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    wrong = list(wrong_includes(top))
    for file, number, what in wrong:
        print(f"{file.relative_to(top)}:{number}: {what}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""What scripts need of the folder that --build names."""
import sys
from pathlib import Path


def expect_build(build: Path, *files: str) -> None:
    """Ends the script with one line and status 2 unless `linefill`, the boards and these files are there."""
    for file in ("linefill", "platforms/vexpress-a9.dtb", *files):
        if not (build / file).is_file():
            print(f"error: --build {build}: no {file} there: expected a build, by scripts/build", file=sys.stderr)
            sys.exit(2)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Loads a model from a shared object in place of the board's clock.

usage: plugin.py BUILD LIBRARY
"""
import json
import pathlib
import subprocess
import sys
import tempfile

NODE = "/motherboard/rtc@10017000"


def main() -> int:
    build, library = pathlib.Path(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.json")
        command = [build / "linefill", "run", build / "platforms/vexpress-a9.dtb", "--kernel", build / "sw/hello.elf"]
        command += ["--plugin", library, "--set", f"{NODE}:compatible=test,counting", "--report", report]
        subprocess.run(command, check=True)
        models = json.loads(report.read_text())["models"]
    assert models[NODE]["resets"]["value"] == 1, models.get(NODE)

    missing = subprocess.run([*command[:5], "--plugin", "no.so"], check=False, stderr=subprocess.PIPE, text=True)
    assert missing.returncode == 2 and missing.stderr.startswith("error: --plugin no.so: "), missing
    return 0


if __name__ == "__main__":
    sys.exit(main())

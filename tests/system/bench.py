# SPDX-License-Identifier: Apache-2.0
"""Runs linefill and judges how it ended."""
import os
import pathlib
import subprocess
import sys

SECONDS = float(os.environ.get("LINEFILL_SECONDS", 60))
LEAKS = pathlib.Path(__file__).parent / "leaks.supp"
SANITIZER = 86  # What a sanitizer's report exits with: no status of ours.


class Linefill:
    def __init__(self, build: pathlib.Path, folder: pathlib.Path):
        self.program, self.folder = build / "linefill", folder
        self.board = build / "platforms/vexpress-a9.dtb"

    def run(self, *arguments, seconds: float = SECONDS, stdout=subprocess.PIPE) -> subprocess.CompletedProcess:
        """Runs it to its end; fails if that takes too long or if it crashes."""
        command = [str(self.program), *map(str, arguments)]
        environment = {"PATH": "/usr/bin:/bin", "UBSAN_OPTIONS": f"exitcode={SANITIZER}:print_stacktrace=1",
                       "LSAN_OPTIONS": f"exitcode={SANITIZER}:print_suppressions=0:suppressions={LEAKS}",
                       "ASAN_OPTIONS": f"exitcode={SANITIZER}:detect_stack_use_after_return=0"}
        try:
            done = subprocess.run(command, check=False, stdout=stdout, stderr=subprocess.PIPE, timeout=seconds, env=environment)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"hangs: {' '.join(command)}") from None
        if done.returncode < 0 or done.returncode == SANITIZER:
            sys.stderr.write(done.stderr.decode(errors="replace")[-8000:])
            raise AssertionError(f"crashes with {done.returncode}: {' '.join(command)}")
        return done

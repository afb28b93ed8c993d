#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Debugs guests with the real gdb-multiarch.

usage: gdb.py BUILD TEST      TEST: session, same_run, kill, reconnect, interrupted, bad_input
"""
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SECONDS = 100


class Bench:
    def __init__(self, build: pathlib.Path, folder: pathlib.Path):
        self.build, self.folder = build, folder
        self.kernel = build / "sw/test_debugged.elf"

    def command(self, *more) -> list[str]:
        command = [self.build / "linefill", "run", self.build / "platforms/vexpress-a9.dtb", "--kernel", self.kernel]
        return [str(word) for word in (*command, *more)]

    def start(self, *more) -> tuple[subprocess.Popen, int]:
        """A run that waits for a debugger, and where."""
        linefill = subprocess.Popen(self.command("--gdb", "0", *more), stderr=subprocess.PIPE, text=True)
        line = linefill.stderr.readline()
        assert "waiting for a debugger on 127.0.0.1:" in line, line
        return linefill, int(line.rsplit(":", 1)[1])

    def gdb(self, *arguments) -> str:
        command = ["gdb-multiarch", "-q", "-nx", "-batch", *arguments, str(self.kernel)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)
        print(done.stdout, done.stderr)
        return done.stdout + done.stderr

    def commands(self, port: int, *commands: str) -> str:
        lines = ["set pagination off", "set confirm off", f"target remote 127.0.0.1:{port}", *commands]
        return self.gdb(*(word for line in lines for word in ("-ex", line)))


def ended(linefill: subprocess.Popen) -> int:
    try:
        return linefill.wait(SECONDS)
    finally:
        linefill.kill()


def test_session(bench: Bench) -> None:
    linefill, port = bench.start()
    output = bench.gdb("-ex", f"set $port = {port}", "-x", str(HERE / "gdb_session.py"))
    if "the session went well" not in output:
        linefill.kill()
        raise AssertionError("the session failed")
    assert ended(linefill) == 0


def test_same_run(bench: Bench) -> None:
    """Breakpoints and steps change nothing of the run: the reports are equal, but for the host's time."""
    reports = []
    for debugged in (False, True):
        report = bench.folder / f"report-{debugged}.json"
        more = ("--report", report, "--until", "100ms", "--adversary", "3")
        if debugged:
            linefill, port = bench.start(*more)
            bench.commands(port, "break twice", "continue", "stepi 50", "continue", "step", "tbreak make_dirty",
                           "delete 1", "continue", "stepi 100", "info registers", "x/8wx $sp", "info all-registers", "detach")
            assert ended(linefill) == 4
        else:
            subprocess.run(bench.command(*more), check=False)
        content = json.loads(report.read_text())
        content.pop("host")
        reports.append(json.dumps(content, indent=1))
    assert reports[0] == reports[1], "\n".join(
        f"{a}   {b}" for a, b in zip(*(r.splitlines() for r in reports)) if a != b)


def test_kill(bench: Bench) -> None:
    linefill, port = bench.start()
    bench.commands(port, "break count", "continue", "kill")
    assert ended(linefill) == 0
    assert linefill.returncode == 0


def test_reconnect(bench: Bench) -> None:
    """A debugger that vanishes leaves a run without breakpoints; the next one halts it."""
    linefill, port = bench.start()
    with socket.create_connection(("127.0.0.1", port)) as raw:
        raw.sendall(b"$?#3f$Z0,0,4#fa\x03noise$m0,#00$c#63")
        assert raw.recv(64), "no answer"
    output = bench.commands(port, "set var go_on = 1", "set var result = 0", "continue")
    assert "exited normally" in output, output
    assert ended(linefill) == 0


def test_interrupted(bench: Bench) -> None:
    """A signal ends the run whether it waits for a debugger, is halted or runs: with the summary and the report."""
    report = bench.folder / "report.json"
    for state in ("waiting", "halted", "running"):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            report.unlink(missing_ok=True)
            linefill, port = bench.start("--report", report)
            with socket.socket() as raw:
                if state != "waiting":
                    raw.connect(("127.0.0.1", port))
                    raw.sendall(b"$?#3f")
                    assert raw.recv(64), "no answer"
                if state == "running":
                    raw.sendall(b"+$c#63")
                    assert raw.recv(1) == b"+"
                linefill.send_signal(number)
                assert ended(linefill) == 128 + number, f"{state}: {number}: status {linefill.returncode}"
            said = linefill.stderr.read()
            assert "findings   none" in said and json.loads(report.read_text())["run"]["end"] == "interrupted", said


def test_bad_input(bench: Bench) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for wrong in ("", "x", "-1", "65536", "1234x", "nowhere:1", "256.0.0.1:1", ":", str(port), f"127.0.0.1:{port}"):
            done = subprocess.run(bench.command("--gdb", wrong), check=False, capture_output=True, text=True, timeout=20)
            one_line = done.stderr.startswith("error: ") and done.stderr.count("\n") == 1 and "--gdb" in done.stderr
            assert done.returncode == 2 and one_line, f"{wrong}: {done.returncode}, {done.stderr}"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        globals()["test_" + sys.argv[2]](Bench(pathlib.Path(sys.argv[1]), pathlib.Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

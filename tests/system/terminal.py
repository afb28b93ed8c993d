#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The keyboard of a kernel's console: a terminal, and a pipe.

usage: terminal.py BUILD
"""
import os
import pathlib
import pty
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time

SKIPPED = 77
SECONDS = 60
HERE = pathlib.Path(__file__).parent


def assemble(folder):
    subprocess.run(["arm-none-eabi-gcc", "-nostdlib", "-march=armv7-a", "-Wl,-Ttext=0x60008000", "-o", folder / "echo.elf",
                    HERE / "echo.S"], check=True)
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", folder / "echo.elf", folder / "echo"], check=True)
    return folder / "echo"


class Person:
    """Sits at a terminal of her own, on which a command runs."""

    def __init__(self, command):
        self.text = b""
        self.ready, parent = os.pipe()
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            before = termios.tcgetattr(0)
            child = subprocess.Popen(command)
            os.write(parent, child.pid.to_bytes(4, "little"))
            status = child.wait()
            same = termios.tcgetattr(0) == before
            os.write(parent, bytes([status & 0xFF, same]))
            os._exit(0)

        self.child = int.from_bytes(os.read(self.ready, 4), "little")

    def types(self, keys):
        os.write(self.terminal, keys)

    def sees(self, wanted):
        """Waits until it is on the screen."""
        end = time.monotonic() + SECONDS
        while wanted not in self.text:
            assert time.monotonic() < end, f"no {wanted!r} in {self.text!r}"
            self.text += os.read(self.terminal, 4096)

    def result(self):
        status, same = os.read(self.ready, 2)
        return status, bool(same)


def expect(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def test_terminal(command):
    person = Person(command)
    time.sleep(1)
    person.types(b"apples")
    person.sees(b"apples")
    person.types(b"\3")  # Ctrl-C is the guest's.
    person.sees(b"\3")
    person.types(b"\1h")
    person.sees(b"Ctrl-A x  ends the run")
    person.types(b"\1a")
    person.sees(b"\1")
    person.types(b"\1x")
    person.sees(b"findings   none")
    status, same = person.result()
    expect(status == 0, f"exit status {status}")
    expect(same, "the terminal's settings are not what they were")


def test_fatal_signal(command):
    """The terminal is given back whatever ends the process."""
    for number in (signal.SIGPIPE, signal.SIGHUP):
        person = Person(command)
        time.sleep(1)
        person.types(b"apples")
        person.sees(b"apples")
        os.kill(person.child, number)
        status, same = person.result()
        expect(status == (256 - number if number == signal.SIGPIPE else 128 + number), f"signal {number}: status {status}")
        expect(same, f"signal {number}: the terminal's settings are not what they were")


def test_halted(command):
    """While a debugger holds the processor, the way out is the same."""
    person = Person([*command, "--gdb", "0"])
    person.sees(b"127.0.0.1:")
    person.sees(b"\n")
    port = int(person.text.rsplit(b":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)) as debugger:
        debugger.sendall(b"$?#3f")
        expect(debugger.recv(64), "no answer")
        person.types(b"\1x")
        person.sees(b"findings   none")
    status, same = person.result()
    expect((status, same) == (0, True), f"exit status {status}, the same settings: {same}")


def test_pipe(command):
    typed = b"two apples\nand a pear"
    runs = [subprocess.run([*command, "--until", "100ms"], input=typed, capture_output=True, timeout=SECONDS, check=False)
            for _ in range(2)]
    expect(runs[0].stdout == typed, f"came back: {runs[0].stdout!r}")
    expect(runs[0].stdout == runs[1].stdout, "two runs differ")
    expect(runs[0].returncode == 4, f"exit status {runs[0].returncode}")


def test_silent_pipe(command):
    """A pipe that nobody writes to nor closes, as some services leave it."""
    ready, silent = os.pipe()
    done = subprocess.run([*command, "--until", "20ms"], stdin=ready, capture_output=True, timeout=SECONDS, check=False)
    os.close(silent)
    expect(done.returncode == 4, f"exit status {done.returncode}")
    expect(b"it is not read" in done.stderr, f"said: {done.stderr!r}")


def test_open_pipe(command):
    """Something came, and the other end stays open: it is said what the run waits for; Ctrl-C ends that, too."""
    for end, wanted in (lambda typist, run: typist.close(), (4, b"apples")), (lambda typist, run: run.send_signal(2), (130, b"")):
        ready, silent = os.pipe()
        typist = os.fdopen(silent, "wb", buffering=0)
        typist.write(b"apples")
        run = subprocess.Popen([*command, "--until", "20ms"], stdin=ready, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(ready)
        line = run.stderr.readline()
        expect(line == b"waiting for the end of the standard input ...\n", f"said: {line!r}")
        end(typist, run)
        output = run.communicate(timeout=SECONDS)[0]
        typist.close()
        expect((run.returncode, output) == wanted, f"exit status {run.returncode}, {output!r}")


def test_program(elf):
    """What is no kernel has a keyboard, too, once it listens."""
    done = subprocess.run([*elf, "--until", "50ms"], input=b"pears", capture_output=True, timeout=SECONDS, check=False)
    expect((done.returncode, done.stdout) == (4, b"pears"), f"exit status {done.returncode}, {done.stdout!r}")


def has_terminals():
    """A bare chroot has no /dev/pts."""
    try:
        for end in os.openpty():
            os.close(end)
    except OSError:
        return False
    return True


def main():
    build = pathlib.Path(sys.argv[1])
    if not has_terminals():
        print("skipped: this system has no pseudo-terminals")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        image = assemble(pathlib.Path(folder))
        command = [build / "linefill", "run", build / "platforms/vexpress-a9.dtb", "--kernel", image]
        test_terminal(command)
        test_fatal_signal(command)
        test_halted(command)
        test_pipe(command)
        test_silent_pipe(command)
        test_open_pipe(command)
        test_program([*command[:-1], image.with_suffix(".elf")])


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Wrong command lines, boards, programs and cards: one line that says what is wrong, and exit status 2.

usage: command_line.py BUILD TEST [SEED [COUNT]]     TEST: a name of TESTS below; SEED and COUNT are for the mutations
"""
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import elf  # noqa: E402
import fdt  # noqa: E402
from bench import SECONDS, Linefill  # noqa: E402
from bad_boards import BAD_BOARDS  # noqa: E402

BASE = 0x60010000
MEGABYTE = 1 << 20
STATUSES = {0, 1, 2, 3, 4}
# mov r0, #0x18; ldr r1, [pc]; svc 0x123456; the semihosting reason "application exit".
EXITS = elf.words(0xE3A00018, 0xE59F1000, 0xEF123456, 0x00020026)
LOOPS = elf.words(0xEAFFFFFE)
KINDS = ("stale_device_read", "write_not_drained", "stale_cpu_read", "lost_cpu_write", "lost_device_write", "shared_line",
         "alias_mismatch", "stale_walker_read", "coherency_mismatch")


class Bench(Linefill):
    def __init__(self, build: pathlib.Path, folder: pathlib.Path):
        super().__init__(build, folder)
        self.exits = elf.save(folder / "exits.elf", elf.pack(BASE, EXITS))
        self.loops = elf.save(folder / "loops.elf", elf.pack(BASE, LOOPS))
        self.failures = 0
        self.checks = 0

    def good(self, *more) -> tuple:
        return ("run", self.board, "--kernel", self.exits, *more)

    def expect(self, condition: bool, what: str) -> None:
        self.checks += 1
        if not condition:
            self.failures += 1
            print("failed:", what)

    def refuses(self, *arguments, names: str = "") -> None:
        """Status 2, one line of error that contains `names`, and nothing else."""
        done = self.run(*arguments)
        error = done.stderr.decode(errors="replace")
        well = (done.returncode == 2 and done.stdout == b"" and error.startswith("error: ") and
                error.count("\n") == 1 and names in error and len(error) < 2000)
        shown = " ".join(map(str, arguments))[:300]
        self.expect(well, f"{shown}\n  status {done.returncode}, stdout {done.stdout[:200]}, stderr {error[:500]}")

    def file(self, name: str, data: bytes) -> pathlib.Path:
        return elf.save(self.folder / name, data)


def test_arguments(bench: Bench) -> None:
    board, kernel = bench.board, bench.exits
    for wrong in ((), ("walk",), ("run",), ("run", board), ("run", "--kernel", kernel), ("devices", "all"),
                  ("explain", "a", "b"), ("explain", "no_such_kind"), ("--version-of-what",), ("--version", "1"), ("",), ("run", ""),
                  ("run", board, kernel), ("run", board, board, "--kernel", kernel), ("run", board, "--kernel", kernel, "--kernel", kernel),
                  ("run", board, "--kernel", "")):
        bench.refuses(*wrong)
    for option in ("append", "memory", "sd", "screenshot", "report", "check", "symbols", "adversary", "until", "quantum",
                   "set", "plugin", "log", "gdb"):
        bench.refuses(*bench.good("--" + option), names=option)
    wrong_values = {
        "check": ("", "on", "Report"), "log": ("", "loud"), "memory": ("", "0", "x", "-1", "64m", "1T", "3G", "4K", "100G"),
        "until": ("0s", "5", "s", "-1s", "1h", "99999999999999999999s", "9999999s"), "quantum": ("0ns", "1", "fast"),
        "adversary": ("", "x", "1:", "1:nothing", "1:early_eviction,nothing", "-1", "1x", "99999999999999999999"),
        "plugin": ("/does/not/exist.so", kernel, bench.folder), "symbols": ("/does/not/exist", "/dev/zero", str(board), str(bench.folder)),
        "skip": ("", "no_such_function"), "initrd": ("/does/not/exist", bench.folder),
    }
    for option, values in wrong_values.items():
        for value in values:
            bench.refuses(*bench.good("--" + option, value), names=str(value) if option in ("symbols", "initrd") else option)
    bench.refuses(*bench.good("--memory", "4G"), names="--memory 4G: expected 1M to 2560M, ")
    bench.refuses(*bench.good("--sd", "/does/not/exist"), names="expected")
    bench.refuses("explain", "no_such_kind", names="expected")
    bench.refuses(*bench.good("--unknown"), names="--unknown")
    bench.refuses(*bench.good("--unti", "1ms"), names="--unti")
    for option in ("report", "screenshot"):
        for path in ("/does/not/exist/file", bench.folder):
            bench.refuses(*bench.good("--" + option, path), names=str(path))
    bench.refuses(*bench.good("--append", "a" * 100000), names="--append: 100000 characters")


def test_set(bench: Bench) -> None:
    cpu = "/cpus/cpu@0"
    for wrong in ("", "a", "a=b", ":a=1", "/cpus:=1", "=", ":", "::=", "/nowhere:reg=1", "no-alias:reg=1", f"{cpu}:nothing=1",
                  f"{cpu}:linefill,no-such-property=1", "/soc:linefill,events=1", f"{cpu}:clock-frequency=0",
                  f"{cpu}:clock-frequency=fast", f"{cpu}:compatible=arm,cortex-a15", f"{cpu}:linefill,replacement=best",
                  f"{cpu}:d-cache-size=1", f"{cpu}:d-cache-sets=0", "/memory@60000000:reg=7",
                  "/soc/dma-controller@10200000:linefill,events=33", "/soc/dma-controller@10200000:dma-channels=9",
                  "/soc/cache-controller@1e00a000:cache-size=12345", "/soc/cache-controller@1e00a000:arm,tag-latency=2",
                  "/soc/cache-controller@1e00a000:arm,tag-latency=fast", "/soc/cache-controller@1e00a000:arm,tag-latency=<2 9 2>",
                  "/soc/cache-controller@1e00a000:arm,data-latency=<2 2 x>", "/soc/cache-controller@1e00a000:arm,data-latency=<>", "/soc/clcd@10020000:clocks=99"):
        bench.refuses(*bench.good("--set", wrong), names=wrong.partition("=")[0].partition(":")[2] or "--set")
    for right in (f"{cpu}:clock-frequency=0x1000000", f"{cpu}:linefill,replacement=round-robin", "serial0:clock-names=uartclk",
                  "/soc/dma-controller@10200000:linefill,events=16", "/soc/cache-controller@1e00a000:arm,tag-latency=<2 2 0x2>",
                  "/soc/cache-controller@1e00a000:arm,data-latency=3 2 1", "/chosen:linefill,unread-text=1"):
        done = bench.run(*bench.good("--set", right))
        wanted = 2 if "unread" in right else 0
        bench.expect(done.returncode == wanted, f"--set {right}: status {done.returncode}, {done.stderr[:300]}")


def test_verbs(bench: Bench) -> None:
    for arguments in (("devices",), ("--help",), ("help",), ("run", "--help"), ("explain",), *(("explain", kind) for kind in KINDS)):
        done = bench.run(*arguments)
        well = done.returncode == 0 and len(done.stdout) > 200 and done.stderr == b""
        bench.expect(well, f"{arguments}: status {done.returncode}, {len(done.stdout)} bytes")
    version = bench.run("--version")
    bench.expect((version.returncode, version.stdout, version.stderr) == (0, b"linefill 0.1.0\n", b""), f"--version: {version}")
    listed = bench.run("devices").stdout.decode()
    on_board = {n.properties["compatible"].split(b"\0")[0].decode() for n in fdt.load(bench.board).walk()
                if "compatible" in n.properties and "interrupts" in n.properties}
    for compatible in sorted(on_board):
        bench.expect(compatible in listed, f"linefill devices does not list {compatible}, which is on the board")
    for kind in KINDS:
        bench.expect(kind in bench.run("explain", kind).stdout.decode(), f"explain {kind} does not name it")
        bench.expect(kind in bench.run("explain").stdout.decode(), f"explain does not list {kind}")


def test_files(bench: Bench) -> None:
    image = bench.exits.read_bytes()
    blob = bench.board.read_bytes()
    empty, noise = bench.file("empty", b""), bench.file("noise", random.Random(1).randbytes(5000))
    missing, folder = bench.folder / "missing", bench.folder
    for wrong in (empty, noise, missing, folder, bench.exits, bench.file("cut.dtb", blob[: len(blob) // 2]),
                  bench.file("head.dtb", blob[:40]), bench.file("magic.dtb", blob[:4]), "/dev/null", "/dev/zero"):
        bench.refuses("run", wrong, "--kernel", bench.exits, names=str(wrong))
    for wrong in (empty, noise, missing, folder, bench.board, "/dev/null", bench.file("head.elf", image[:52]),
                  bench.file("ident.elf", image[:16]), bench.file("magic.elf", image[:4]), bench.file("cut.elf", image[:-1]),
                  bench.file("x86.elf", elf.pack(BASE, EXITS, machine=elf.X86_64)), "/bin/true",
                  bench.file("object.elf", elf.pack(BASE, EXITS, kind=1)), bench.file("none.elf", elf.pack(BASE, b"")),
                  bench.file("nowhere.elf", elf.pack(0x20000000, EXITS)), bench.file("device.elf", elf.pack(0x10009000, EXITS)),
                  bench.file("headers.elf", elf.pack(BASE, EXITS, header_bytes=0)),
                  bench.file("headers40.elf", elf.pack(BASE, EXITS, header_bytes=40)),
                  bench.file("less.elf", elf.pack(BASE, EXITS, more_memory=-4)),
                  bench.file("entry.elf", elf.pack(BASE, EXITS, entry=BASE + len(EXITS))),
                  bench.file("virtual.elf", elf.pack(BASE, EXITS, entry=0xC0010000)),
                  bench.file("bss.elf", elf.pack(BASE, EXITS, more_memory=0x70000000 - BASE)),
                  bench.file("last.elf", elf.pack(0x6FFFFFFC, EXITS)), bench.file("wraps.elf", elf.pack(0xFFFFFFFC, EXITS)),
                  bench.file("spans.elf", elf.pack(0x4C7FFFFC, bytes(0x13800010)))):
        bench.refuses("run", bench.board, "--kernel", wrong, names=str(wrong))
    for wrong in (empty, missing, folder, "/dev/null", bench.file("odd.img", bytes(1000)), bench.file("one.img", b"x")):
        bench.refuses(*bench.good("--sd", wrong), names=str(wrong))
    for odd in (bytes(512), random.Random(2).randbytes(512 * 64)):  # Cards without sense are cards.
        done = bench.run(*bench.good("--sd", bench.file("odd-but-whole.img", odd)))
        bench.expect(done.returncode == 0, f"an SD image of {len(odd)} odd bytes: status {done.returncode}")


def test_boards(bench: Bench) -> None:
    for number, (names, damage) in enumerate(BAD_BOARDS):
        tree = fdt.load(bench.board)
        damage(tree)
        path = fdt.save(tree, bench.folder / f"bad{number}.dtb")
        bench.refuses("run", path, "--kernel", bench.exits, "--until", "1ms", names=names)
    same = fdt.save(fdt.load(bench.board), bench.folder / "same.dtb")
    done = bench.run("run", same, "--kernel", bench.exits)
    bench.expect(done.returncode == 0, f"the board itself, read and written: {done.stderr[:300]}")


def mutated(data: bytes, noise: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(noise.choice((1, 2, 4, 16, 64))):
        at = noise.randrange(len(out))
        out[at] = noise.choice((0, 1, 0x7F, 0x80, 0xFF, noise.randrange(256), out[at] ^ 1 << noise.randrange(8)))
    return bytes(out) if noise.random() < 0.8 else bytes(out[: noise.randrange(len(out))])


def mistaken(bench: Bench, noise: random.Random) -> pathlib.Path:
    """The board, well formed, with wrong values of some properties, or without them."""
    tree = fdt.load(bench.board)
    for _ in range(noise.choice((1, 1, 2, 4))):
        node = noise.choice([n for n in tree.walk() if n.properties])
        name = noise.choice(list(node.properties))
        old = node.cells(name)
        kind = noise.randrange(4)
        if kind == 0:
            del node.properties[name]
        elif kind == 1 and old:
            old[noise.randrange(len(old))] = noise.choice((0, 1, 2, 3, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, noise.getrandbits(32)))
            node.set(name, *old)
        elif kind == 2:
            node.properties[name] = node.properties[name][: noise.randrange(len(node.properties[name]) + 1)]
        else:
            node.set(name, *(noise.getrandbits(noise.choice((2, 8, 32))) for _ in range(noise.randrange(6))))
    return fdt.save(tree, bench.folder / "mistaken.dtb")


def test_mutations(bench: Bench) -> None:
    """A board, a program or a card with some bytes changed is refused with one line, or it runs."""
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 60
    print(f"repeat: {' '.join(sys.argv[:3])} {seed} {count}")
    blob, program = bench.board.read_bytes(), bench.exits.read_bytes()
    ends: dict[int, int] = {}
    for number in range(count):
        noise = random.Random(seed * 1000003 + number)
        kind = number % 4
        board = bench.board
        if kind == 0:
            board = bench.file("mutated.dtb", mutated(blob, noise))
        elif kind == 1:
            board = mistaken(bench, noise)
        kernel = bench.file("mutated.elf", mutated(program, noise)) if kind == 2 else bench.exits
        card = bench.file("mutated.img", mutated(bytes(4096), noise)) if kind == 3 else bench.file("card.img", bytes(4096))
        arguments = ("run", board, "--kernel", kernel, "--sd", card, "--until", "1ms")
        try:
            done = bench.run(*arguments)
        except AssertionError as failure:
            kept = bench.folder.parent / f"linefill-mutation-{seed}-{number}"
            kept.write_bytes((kernel if kind == 2 else board).read_bytes())
            bench.expect(False, f"mutation {number} of seed {seed}: {failure}; kept as {kept}")
            continue
        error = done.stderr.decode(errors="replace")
        one_line = done.stdout == b"" and error.startswith("error: ") and error.count("\n") == 1
        ends[done.returncode] = ends.get(done.returncode, 0) + 1
        bench.expect(done.returncode in STATUSES, f"mutation {number} of seed {seed}: status {done.returncode}")
        bench.expect(done.returncode != 2 or one_line, f"mutation {number} of seed {seed}: {error[:500]}")
    print(f"runs by exit status: {dict(sorted(ends.items()))}")


def test_report(bench: Bench) -> None:
    path = bench.folder / "report.json"
    done = bench.run("run", bench.board, "--kernel", bench.loops, "--until", "3ms", "--report", path, "--append", "a b")
    bench.expect(done.returncode == 4, f"--until: status {done.returncode}")
    report = json.loads(path.read_text())
    bench.expect((report["schema"], report["version"]) == ("linefill-report", 1), "schema and version")
    run = report["run"]
    bench.expect(run["simulated_ps"] == 3_000_000_000, f"simulated {run['simulated_ps']} ps")
    bench.expect((run["board"], run["kernel"], run["append"]) == (str(bench.board), str(bench.loops), "a b"), "run: names")
    bench.expect((run["end"], run["exit_status"], run["check"]) == ("until", 4, True), "run: end, exit_status, check")
    bench.expect(report["guest"]["status"] is None and report["guest"]["instructions"] > 1000, f"guest: {report['guest']}")
    instructions = report["guest"]["instructions"]
    bench.run("run", bench.board, "--kernel", bench.loops, "--until", "3ms", "--report", path, "--quantum", "1s")
    ahead = json.loads(path.read_text())["guest"]["instructions"]
    bench.expect(ahead < instructions * 1.01, f"--quantum 1s: {ahead} instructions until 3 ms, {instructions} without it")
    bench.expect(report["host"]["seconds"] > 0 and report["host"]["mips"] > 0, "host")
    bench.expect(report["findings"] == [], "findings")
    bench.expect({"count", "mean", "each"} <= set(report["transfers"]), "transfers")
    bench.expect(set(report["masters"]["cpu0"]) == {"read_bytes", "written_bytes", "transactions"}, "masters")
    for node in fdt.load(bench.board)["soc"].children:
        if "reg" in node.properties and node.properties.get("status") != b"disabled\0":
            bench.expect("/soc/" + node.name in report["models"], f"models: {node.name}")
    for name, counters in report["models"].items():
        for counter, value in counters.items():
            bench.expect(set(value) == {"value", "unit"}, f"models: {name}: {counter}")
    done = bench.run(*bench.good("--report", path, "--adversary", "5:late_drain"))
    report = json.loads(path.read_text())
    bench.expect(done.returncode == 0 and report["guest"]["status"] == 0, "guest exit")
    bench.expect(report["run"]["adversary"] == {"seed": 5, "events": ["late_drain"]}, "run: adversary")


def test_full(bench: Bench) -> None:
    """What cannot be written is said, after what the run has to say."""
    with open("/dev/full", "wb") as full:
        for arguments in (("devices",), ("explain",), ("--help",)):
            done = bench.run(*arguments, stdout=full)
            bench.expect(done.returncode == 2 and b"standard output" in done.stderr, f"{arguments}, on a full disk: {done}")
    for option in ("report", "coverage"):
        done = bench.run(*bench.good("--" + option, "/dev/full"))
        well = done.returncode == 2 and b"findings" in done.stderr and done.stderr.endswith(b"/dev/full: cannot be written\n")
        bench.expect(well, f"--{option} on a full disk: {done}")
    # What a guest prints to a console that is closed is in no file that was opened since.
    report = bench.folder / "report.json"
    done = subprocess.run([bench.program, *bench.good("--report", report)], stdout=None, stderr=subprocess.PIPE, check=False,
                          preexec_fn=lambda: os.close(1))
    bench.expect(done.returncode == 0, f"without a standard output: {done}")
    json.loads(report.read_text())


def wait_until_it_runs(process: subprocess.Popen) -> None:
    """Until it catches SIGTERM, as it does from the beginning of the run."""
    while True:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        if int(status.partition("SigCgt:")[2].split()[0], 16) >> (signal.SIGTERM - 1) & 1:
            return
        assert process.poll() is None, "it has ended"
        time.sleep(0.02)


def test_interrupted(bench: Bench) -> None:
    """Ctrl-C ends a run as --until does; a caller who ignores it goes on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        report = bench.folder / f"report{number}.json"
        command = [bench.program, "run", bench.board, "--kernel", bench.loops, "--report", report]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until_it_runs(process)
        process.send_signal(number)
        error = process.communicate(timeout=SECONDS)[1]
        bench.expect(process.returncode == 128 + number, f"signal {number}: status {process.returncode}")
        for part in (b"interrupted", b"findings   none", b"cpu0       0x60010000"):
            bench.expect(part in error, f"signal {number}: no {part!r} in {error!r}")
        run = json.loads(report.read_text())["run"]
        bench.expect((run["end"], run["exit_status"]) == ("interrupted", 128 + number), f"signal {number}: report: {run}")
    command = [bench.program, "run", bench.board, "--kernel", bench.loops, "--until", "500ms"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    wait_until_it_runs(process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SECONDS)
    bench.expect(process.returncode == 4, f"SIGINT, ignored: status {process.returncode}")


TESTS = ("arguments", "set", "verbs", "files", "boards", "mutations", "report", "full", "interrupted")


def main() -> int:
    build, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(build, pathlib.Path(folder))
        assert name in TESTS, f"no test {name}"
        globals()["test_" + name](bench)
        print(f"{bench.checks - bench.failures} checks passed, {bench.failures} failed")
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())

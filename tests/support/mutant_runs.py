# SPDX-License-Identifier: Apache-2.0
"""Builds the guest programs with all mutants in them, and finds for each mutant a run that fails with it. For
scripts/mutate."""
import hashlib
import json
import os
import queue
import re
import shutil
import signal
import struct
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import mutants

# Of CTest's tests: those that run guest programs of sw/, the slow and the foreign ones left out.
WANTED = re.compile(r"^(guest|pxa910-dkb|platform|stress|ask|dma_lab): ")
# What stands for build/linefill: the same with more options. Which program was run is in the trace's name.
WRAPPER = """#!/bin/sh
for word in "$@"; do
  [ "$before" != --kernel ] || program=${word##*/}
  before=$word
done
[ -z "$MUTATE_TRACE" ] || set -- "$@" --coverage "$MUTATE_TRACE/$program.$$"
case " $* " in
  *" --adversary "*) ;;
  *) [ -z "$MUTATE_ADVERSARY" ] || set -- "$@" --adversary "$MUTATE_ADVERSARY" ;;
esac
exec LINEFILL "$@"
"""


class Unusable(Exception):
    """What is wrong with the build, in one line."""


@dataclass
class Run:
    """One test. `places`: the ids of the mutants that it comes by; `programs`: what it runs."""
    name: str
    command: list
    expected: list
    adversary: bool
    seconds: float = 0
    places: set = field(default_factory=set)
    programs: set = field(default_factory=set)

    def group(self):
        """Runs of one group are much alike."""
        return self.adversary, tuple(sorted(self.programs)), tuple(w for w in self.command if w.endswith(".dtb"))


class Program:
    """An ELF whose mutants can be switched on."""

    def __init__(self, path):
        self.data = path.read_bytes()
        header = struct.unpack_from("<IIIIIHHHHHH", self.data, 24)
        self.segments = [struct.unpack_from("<8I", self.data, header[1] + i * header[5]) for i in range(header[6])]
        symbols = subprocess.run(["arm-none-eabi-nm", path], stdout=subprocess.PIPE, text=True, check=True).stdout
        at = {name: int(value, 16) for value, _, name in (line.split() for line in symbols.splitlines())}
        self.places = {}
        for name, address in at.items():
            if name.startswith("mutant_"):
                skip = at["mutskip_" + name.removeprefix("mutant_")]
                self.places.setdefault(int(name.split("_")[1]), []).append((address & ~1, skip & ~1))

    def offset(self, address):
        for _, offset, virtual, _, size, *_ in self.segments:
            if virtual <= address < virtual + size:
                return offset + address - virtual
        raise Unusable(f"0x{address:x} is in no segment")

    def without(self, mutant_id):
        """The program, the operation left out wherever the compiler put it."""
        data = bytearray(self.data)
        for address, skip in self.places.get(mutant_id, ()):
            at = self.offset(address)
            first, second = struct.unpack_from("<HH", data, at)
            if (first, second) == (0xF3AF, 0x8000):  # NOP.W: Thumb.
                data[at:at + 4] = thumb_branch(skip - address - 4)
            else:
                data[at:at + 4] = struct.pack("<I", 0xEA000000 | ((skip - address - 8) >> 2 & 0xFFFFFF))
        return bytes(data)


def thumb_branch(distance):
    """B.W, encoding T4 (ARM ARM DDI 0406C, A8.8.18)."""
    sign = distance >> 24 & 1
    j1, j2 = (~(distance >> 23) & 1) ^ sign, (~(distance >> 22) & 1) ^ sign
    return struct.pack("<HH", 0xF000 | sign << 10 | distance >> 12 & 0x3FF,
                       0x9000 | j1 << 13 | j2 << 11 | distance >> 1 & 0x7FF)


def copy_sources(top, copy, every):
    """Brings the copy up to date, with all mutants in it; what is the same is left alone, so that little is built."""
    by_file = {}
    for mutant in every:
        by_file.setdefault(mutant.file, []).append(mutant)
    listed = subprocess.run(["git", "-C", top, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            stdout=subprocess.PIPE, text=True, check=True).stdout
    names = [name for name in listed.split("\0") if name and (top / name).is_file()]
    for name in names + [mutants.HEADER]:
        if name == mutants.HEADER:
            data = mutants.HEADER_TEXT.encode()
        else:
            data = (top / name).read_bytes()
        if name in by_file:
            data = mutants.rewrite(data.decode(), by_file[name]).encode()
        elif name == "sw/guest.cmake":
            data = data.replace(b"    -Werror\n", b"").replace(b"    -Wpedantic\n", b"")
        target = copy / name
        if not target.exists() or target.read_bytes() != data:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        if name != mutants.HEADER:
            shutil.copymode(top / name, target)


class View:
    """A build folder as the tests want one, whose programs can be changed."""

    def __init__(self, path, build, programs):
        self.path, self.programs, self.now = path, programs, {}
        shutil.rmtree(path, ignore_errors=True)
        (path / "sw").mkdir(parents=True)
        for entry in build.iterdir():
            if entry.name not in ("sw", "linefill"):
                (path / entry.name).symlink_to(entry)
        wrapper = path / "linefill"
        wrapper.write_text(WRAPPER.replace("LINEFILL", str(build / "linefill")))
        wrapper.chmod(0o755)
        for name in programs:
            self.put(name, None)

    def put(self, name, mutant_id):
        if self.now.get(name, "") == mutant_id:
            return
        program = self.programs[name]
        (self.path / "sw" / name).write_bytes(program.data if mutant_id is None else program.without(mutant_id))
        self.now[name] = mutant_id

    def execute(self, run, build, limit, environment):
        """What failed, in a few words; None: nothing."""
        command = [word.replace(str(build), str(self.path)) for word in run.command]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, errors="replace", start_new_session=True, cwd=self.path,
                                   env={**os.environ, **environment})
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return "does not end"
        if run.expected:
            return None if any(re.search(one, output, re.S) for one in run.expected) else "another output"
        kinds = sorted(set(re.findall(r"^error: (\w+) \(", output, re.M)))
        return None if process.returncode == 0 else ", ".join(kinds) or f"status {process.returncode}"


class Bench:
    """The programs, and the runs that they pass as they are."""

    def __init__(self, top, build, every, known, options):
        self.build, self.folder, self.known, self.options = build, top / "build/mutate", known, options
        copy_sources(top, self.folder / "source", every)
        runs = list(self.all_runs())
        self.programs = {name: Program(self.folder / "guests/sw" / name) for name in self.compile(self.names(runs))}
        self.views = queue.Queue()
        for number in range(options.jobs):
            self.views.put(View(self.folder / f"view{number}", build, self.programs))
        self.last_file = self.folder / "caught.json"
        self.last = json.loads(self.last_file.read_text()) if self.last_file.exists() else {}
        self.runs = self.passing(runs)

    def names(self, runs):
        """What the runs run: named in the command, or by a script that is named like it."""
        words = " ".join(word for run in runs for word in run.command).replace("scripts/dma-lab", "scripts/dma_lab")
        return sorted(path.name for path in (self.build / "sw").glob("*.elf")
                      if f"/{path.name}" in words or re.search(rf"/{path.stem.split('_pxa')[0].split('_pj')[0]}(\.py)?( |$)", words))

    def compile(self, names):
        guests = self.folder / "guests"
        for command in (["cmake", "-S", self.folder / "source", "-B", guests, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"],
                        ["ninja", "-C", guests, *("guest_" + name.removesuffix(".elf") for name in names)]):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode != 0:
                raise Unusable("the programs with the mutants are not built: " + done.stdout.strip()[-2000:])
        return names

    def all_runs(self):
        told = subprocess.run(["ctest", "--test-dir", self.build, "--show-only=json-v1"], stdout=subprocess.PIPE, check=True)
        for test in json.loads(told.stdout)["tests"]:
            command, name = test.get("command"), test["name"]
            if not command or not WANTED.match(name) or not re.search(self.options.runs, name):
                continue
            expected = next((p["value"] for p in test["properties"] if p["name"] == "PASS_REGULAR_EXPRESSION"), [])
            yield Run(name, command, expected, False)
            words = " ".join(command)
            if "--expect none" in words and "--adversary" not in words:
                yield Run(name, command, expected, True)

    def environment(self, run):
        return {"MUTATE_ADVERSARY": str(self.options.adversary) if run.adversary else ""}

    def try_run(self, run):
        """The run with nothing left out: how long it takes, and by which mutants it comes; None if it fails."""
        view = self.views.get()
        try:
            start = time.monotonic()
            if view.execute(run, self.build, 300, self.environment(run)):
                return None
            run.seconds = time.monotonic() - start
            if run.adversary:  # It comes by the same places without.
                return run
            traces = view.path / "traces"
            shutil.rmtree(traces, ignore_errors=True)
            traces.mkdir()
            view.execute(run, self.build, 600, {**self.environment(run), "MUTATE_TRACE": str(traces)})
            for trace in traces.iterdir():
                name = trace.name.rsplit(".", 1)[0]
                executed = {int(line, 16) for line in trace.read_text().split()}
                run.programs.add(name)
                run.places |= {number for number, places in self.programs[name].places.items()
                               if any(address in executed for address, _ in places)}
            return run
        finally:
            self.views.put(view)

    def passing(self, runs):
        """Those that pass with nothing left out. What was found out is kept, by what it was found out of."""
        state = hashlib.sha256((self.build / "linefill").read_bytes())
        for program in self.programs.values():
            state.update(program.data)
        file, runs = self.folder / "runs.json", list(runs)
        known = json.loads(file.read_text()) if file.exists() else {}
        if known.get("state") != state.hexdigest():
            known = {"state": state.hexdigest(), "runs": {}}
        key = {id(run): json.dumps([run.command, run.expected, self.environment(run)]) for run in runs}
        new = [run for run in runs if key[id(run)] not in known["runs"]]
        with ThreadPoolExecutor(self.options.jobs) as pool:
            for run, done in zip(new, pool.map(self.try_run, new)):
                known["runs"][key[id(run)]] = [run.seconds, sorted(run.places), sorted(run.programs)] if done else None
                if done is None:
                    print(f"left out, it fails as it is: {run.name}{' under the adversary' * run.adversary}", flush=True)
        file.write_text(json.dumps(known))
        good = []
        for run in runs:
            if known["runs"][key[id(run)]] is not None:
                seconds, places, programs = known["runs"][key[id(run)]]
                run.seconds, run.places, run.programs = seconds, set(places), set(programs)
                if run.adversary and good and good[-1].name == run.name:
                    run.places, run.programs = good[-1].places, good[-1].programs
                good.append(run)
        return good

    def in_turn(self, mutant):
        """The runs that come by the mutant: what caught it last time, then of each group one, the quickest first."""
        groups = {}
        for run in sorted(self.runs, key=lambda one: one.seconds):
            if mutant.id in run.places:
                groups.setdefault(run.group(), []).append(run)
        ranked = [(place, run.seconds, number, run) for number, members in enumerate(groups.values())
                  for place, run in enumerate(members)]
        ordered = [run for *_, run in sorted(ranked, key=lambda one: one[:3])]
        last = self.last.get(mutant.key)
        if mutant.key in self.known:
            ordered = ordered[:self.options.most] + [run for run in ordered[self.options.most:]
                                                     if [run.name, run.adversary] == last]
        return sorted(ordered, key=lambda run: [run.name, run.adversary] != last)

    def catch(self, mutant):
        """The run that fails without the operation, and how; None if none does."""
        view = self.views.get()
        try:
            for run in self.in_turn(mutant):
                for name in run.programs:
                    view.put(name, mutant.id)
                failed = view.execute(run, self.build, 10 + 20 * run.seconds, self.environment(run))
                for name in run.programs:
                    view.put(name, None)
                if failed:
                    self.last[mutant.key] = [run.name, run.adversary]
                    return f"{run.name}{' under the adversary' * run.adversary}: {failed}"
            self.last.pop(mutant.key, None)
            return None
        finally:
            self.views.put(view)

    def reached(self, mutant):
        return sum(mutant.id in run.places for run in self.runs)

    def close(self):
        self.last_file.write_text(json.dumps(self.last, indent=1))

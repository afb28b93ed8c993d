#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the same guest programs on Linefill and on QEMU, and compares what they print.

usage: compare.py BUILD [NAME ...]      NAME: photographs, no-mistake, or a case of memory_to_memory

Without a NAME, all of them. `photographs`: both must decode the same pixels. A case: wrong bytes and the finding
on Linefill, right bytes on QEMU, whose memory has no caches. Prints the cases as a Markdown table. Exit status
0 if everything was as expected, 1 otherwise.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(SOURCE / "tests/system"))
import png  # noqa: E402

QEMU = ["qemu-system-arm", "-semihosting", "-nographic", "-monitor", "none", "-audiodev", "none,id=none"]
QEMU_SECONDS, LINEFILL_SECONDS = 30, 80
NO_MISTAKE = "no-mistake"


def call(command: list, seconds: int, **pipes) -> tuple[int, list[str]]:
    """Exit status, and the lines the guest printed."""
    print("run:", " ".join(map(str, command)), file=sys.stderr, flush=True)
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **pipes}
    done = subprocess.run(command, check=False, timeout=seconds, encoding="utf-8", errors="replace", **pipes)
    return done.returncode, done.stdout.splitlines()


class Machines:
    """The two, with a folder for what they are given and leave."""

    def __init__(self, build: pathlib.Path, folder: pathlib.Path):
        self.build, self.folder = build, folder
        self.board = build / "platforms/vexpress-a9.dtb"

    def linefill(self, program: str, *options) -> tuple[int, list[str], list[dict]]:
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        command = [self.build / "linefill", "run", self.board, "--kernel", self.build / f"sw/{program}.elf"]
        command += ["--report", report, "--until", "60s", *options]
        status, lines = call(command, LINEFILL_SECONDS)
        return status, lines, json.loads(report.read_text())["findings"]

    def qemu_vexpress(self, program: str, card: pathlib.Path) -> tuple[int, list[str]]:
        command = [*QEMU, "-M", "vexpress-a9", "-m", "256M", "-dtb", self.board]
        command += ["-kernel", self.build / f"sw/{program}.elf", "-drive", f"if=sd,format=raw,file={card}"]
        return call(command, QEMU_SECONDS)

    def qemu_zynq(self, program: str, bootargs: str) -> tuple[int, list[str]]:
        """QEMU's Zynq gives an ELF no device tree: it is put where the program looks for one."""
        tree = self.folder / "zynq.dtb"
        tree.write_bytes((self.build / "tests/sw/qemu/zynq.dtb").read_bytes())
        subprocess.run(["fdtput", "-t", "s", tree, "/chosen", "bootargs", bootargs], check=True)
        command = [*QEMU, "-M", "xilinx-zynq-a9", "-m", "2047M"]
        command += ["-device", f"loader,file={tree},addr=0x60000000,force-raw=on"]
        command += ["-kernel", self.build / f"sw/{program}.elf"]
        # There is no PL011: the console is semihosting, which QEMU writes to its standard error.
        return call(command, QEMU_SECONDS, stderr=subprocess.STDOUT)


def drawn(width: int, height: int) -> bytes:
    """RGB bytes that differ from place to place, the same in every run."""
    return bytes(
        channel
        for y in range(height)
        for x in range(width)
        for channel in (x * 255 // width, y * 255 // height, (x * x + y * 7) & 255)
    )


def write_bmp(path: pathlib.Path, width: int, height: int, rgb: bytes) -> None:
    """24 bits a pixel, rows from the bottom up, each padded to words."""
    rows = [bytearray(rgb[y * width * 3 : (y + 1) * width * 3]) for y in reversed(range(height))]
    for row in rows:
        row[0::3], row[2::3] = row[2::3], row[0::3]
        row += bytes(-len(row) % 4)
    pixels = b"".join(rows)
    header = struct.pack("<2sIHHI", b"BM", 54 + len(pixels), 0, 0, 54)
    header += struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(pixels), 2835, 2835, 0, 0)
    path.write_bytes(header + pixels)


def photographs(machines: Machines) -> list[str]:
    """One picture of each kind: JPEG in four ways, PNG, BMP; smaller than the screen, and one larger."""
    stored = SOURCE / "tests/sw/image/pictures"
    files = [stored / f"{name}.jpg" for name in ("plain", "progressive", "grey", "subsampled")]
    files += [machines.folder / "small.png", machines.folder / "wide.bmp"]
    png.write(files[-2], 320, 240, drawn(320, 240))
    write_bmp(files[-1], 801, 203, drawn(801, 203))
    card = machines.folder / "sd.img"
    subprocess.run([SOURCE / "scripts/make-sd-image", card, *files], check=True)

    status, ours, findings = machines.linefill("photo_frame", "--sd", card)
    qemu_status, theirs = machines.qemu_vexpress("photo_frame", card)
    wrong = []
    if (status, qemu_status) != (0, 0):
        wrong.append(f"exit status {status} on Linefill, {qemu_status} on QEMU; expected 0")
    if findings:
        wrong.append(f"findings: {[f['kind'] for f in findings]}")
    shown = [line for line in theirs if " shown, crc32 0x" in line]
    if len(shown) != len(files):
        wrong.append(f"QEMU shows {len(shown)} of {len(files)} photographs")
    # Line by line: number, name, size and CRC-32 of the pixels.
    ours = [line for line in ours if line.startswith("photo")]
    theirs = [line for line in theirs if line.startswith("photo")]
    wrong += [f"Linefill: {a}\n        QEMU:     {b}" for a, b in zip(ours, theirs) if a != b]
    if len(ours) != len(theirs):
        wrong.append(f"{len(ours)} lines on Linefill, {len(theirs)} on QEMU")
    print("\n".join(theirs))
    return wrong


def outcome(lines: list[str], name: str) -> str:
    """What memory_to_memory said became of the bytes."""
    start = f"memory_to_memory: {name.replace(NO_MISTAKE, 'no mistake')}: "
    return next((line[len(start) :] for line in lines if line.startswith(start)), f"no result: {lines}")


def run_case(machines: Machines, name: str, events: str, kind: str) -> tuple[list[str], str]:
    """What was not as expected, and the table's row."""
    bootargs = "" if name == NO_MISTAKE else f"break={name}"
    adversary = [] if events == "-" else ["--adversary", f"1:{events}"]
    status, lines, findings = machines.linefill("memory_to_memory", "--append", bootargs, *adversary)
    ours = outcome(lines, name)
    qemu_status, lines = machines.qemu_zynq("memory_to_memory", bootargs)
    theirs = outcome(lines, name)

    wrong = []
    if (theirs, qemu_status) != ("right bytes", 0):
        wrong.append(f"QEMU: {theirs}, exit status {qemu_status}; expected right bytes")
    kinds = {f["kind"] for f in findings if f["severity"] == "error"}
    if name == NO_MISTAKE:
        if (ours, status, findings) != ("right bytes", 0, []):
            wrong.append(f"Linefill: {ours}, exit status {status}, {kinds}; expected right bytes, no finding")
        return wrong, "| no mistake | right bytes | right bytes |"
    if " bytes wrong" not in ours or status != 3:
        wrong.append(f"Linefill: {ours}, exit status {status}; expected wrong bytes, exit status 3")
    if kind not in kinds:
        wrong.append(f"found {sorted(kinds)}, expected {kind}")
    for finding in findings:
        for side in ("reader", "writer"):
            if not finding[side]["function"] or not finding[side]["source"]:
                wrong.append(f"{finding['kind']}: the {side} has no source line")
    if adversary:
        status, lines, findings = machines.linefill("memory_to_memory", *adversary)
        if (outcome(lines, NO_MISTAKE), status, findings) != ("right bytes", 0, []):
            wrong.append(f"the adversary harms the program without a mistake: {lines}")
    bytes_wrong = ours.split(", the first")[0]
    return wrong, f"| `{name}` | {bytes_wrong}: `{kind}` | {theirs} |"


def main() -> int:
    build = pathlib.Path(sys.argv[1]).resolve()
    rows = (SOURCE / "sw/apps/memory_to_memory/cases.tsv").read_text().splitlines()
    cases = {NO_MISTAKE: ("-", "")}
    cases |= {row.split("\t")[0]: tuple(row.split("\t")[1:3]) for row in rows if not row.startswith("#")}
    names = sys.argv[2:] or ["photographs", *cases]
    if unknown := [name for name in names if name not in ("photographs", *cases)]:
        sys.exit(f"{unknown[0]}: no such comparison; expected photographs, {', '.join(cases)}")
    failures, table = [], []
    with tempfile.TemporaryDirectory() as folder:
        machines = Machines(build, pathlib.Path(folder))
        for name in names:
            if name == "photographs":
                wrong = photographs(machines)
            else:
                wrong, row = run_case(machines, name, *cases[name])
                table.append(row)
            failures += [f"{name}: {line}" for line in wrong]
    if table:
        print("\n".join(["| mistake in the guest | Linefill | QEMU |", "|---|---|---|", *table]))
    for line in failures:
        print("FAILED:", line)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Guests gone wild: whatever they do, the host neither crashes nor hangs nor leaks.

usage: wild_guest.py BUILD TEST [SEED [COUNT]]     TEST: lost, code or registers
"""
import pathlib
import random
import resource
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import elf  # noqa: E402
import fdt  # noqa: E402
from bench import Linefill  # noqa: E402

BASE, DATA = 0x60010000, 0x60011000
POOL = 0x63000000  # Where random programs for the DMA controller lie.
POOL_WORDS = 2048
PROGRAM_BYTES = 128
DMA, DISPLAY, CARD_SLOT = 0x10200000, 0x10020000, 0x10005000
CARD_ADDRESS = 0x4567 << 16
STATUSES = {0, 1, 3, 4}  # 2 would be a mistake of ours: the board and the files are right.
MOST_MEMORY_KIB = 1 << 20
STORE, LOAD, INTERRUPTS, WAIT, STORE_DOUBLE = range(0, 3), range(3, 5), 5, 6, 7
POWER_SWITCH = 0x100000A4  # SYS_CFGCTRL: would end most runs early.
SVC_SEMIHOSTING = 0xEF123456


def assembled(folder: pathlib.Path) -> bytes:
    source, thing, binary = pathlib.Path(__file__).parent / "wild.S", folder / "wild.o", folder / "wild.bin"
    subprocess.run(["arm-none-eabi-gcc", "-c", source, "-o", thing], check=True)
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", thing, binary], check=True)
    code = binary.read_bytes()
    assert len(code) <= DATA - BASE
    return code + bytes(DATA - BASE - len(code))


def devices(board: pathlib.Path) -> list[tuple[int, int]]:
    """Windows of all devices: what is on the board and is no memory of its own."""
    tree = fdt.load(board)
    found = []
    for bus in ("soc", "motherboard"):
        for node in tree[bus].children:
            reg = node.cells("reg")
            if not node.name.startswith(("flash", "sram")):
                found += list(zip(reg[0::2], reg[1::2]))
    assert len(found) > 10
    return found


def value(noise: random.Random) -> int:
    return noise.choice((0, 1, 0xFFFFFFFF, 1 << noise.randrange(32), noise.randrange(16), noise.randrange(256),
                         POOL + 4 * noise.randrange(POOL_WORDS), POOL + noise.randrange(1 << 20), noise.getrandbits(32)))


def dma_rows(noise: random.Random) -> list[tuple[int, int, int]]:
    """A channel of the PL330 killed and started on one of the pool's programs, by debug instructions (TRM, DBGINST)."""
    channel = noise.randrange(8)
    rows = []
    for first, second in ((0x00010000, 0), (0x00010001 | channel << 8, 0), (0x00A00000 | channel << 24, program_address(noise))):
        rows += [(DMA + 0xD08, first, 0), (DMA + 0xD0C, second, 0), (DMA + 0xD04, 0, 0), (0, 50, WAIT)]
    return rows + [(0, noise.randrange(1, 500), WAIT)]


def display_rows(noise: random.Random) -> list[tuple[int, int, int]]:
    """The PL111 at about 640x480, in any format."""
    control = 0x0801 | noise.randrange(8) << 1 | noise.getrandbits(4) << 4 | noise.getrandbits(3) << 8
    rows = ((0, 0x3F1F3F9C), (4, 0x090B61DF), (8, 0x067F1800), (0x10, POOL + 8 * noise.randrange(4096)), (0x18, control))
    return [(DISPLAY + offset, content, 0) for offset, content in rows]


def card_rows(noise: random.Random) -> list[tuple[int, int, int]]:
    """The MMCI, a card that is brought up, and a transfer of it."""
    rows = [(0x00, 3), (0x04, 0x100 | noise.randrange(4))]
    for command, argument in ((0, 0), (8, 0x1AA), (55, 0), (41, 0x40FF8000), (2, 0), (3, 0), (7, CARD_ADDRESS), (16, 512)):
        rows += [(0x08, argument), (0x0C, 0x400 | (0x40 if command else 0) | command), (None, 1500)]
    length = 512 * noise.randrange(1, 5)
    rows += [(0x24, noise.choice((100, 1 << 20))), (0x28, noise.choice((length, length, noise.getrandbits(16)))),
             (0x2C, 0x93 | noise.getrandbits(4) << 2 | noise.randrange(2) << 8), (0x08, noise.randrange(4096)),
             (0x0C, 0x440 | noise.choice((17, 18, 18, 24, 25, 12)))]
    return [(0, content, WAIT) if offset is None else (CARD_SLOT + offset, content, 0) for offset, content in rows]


def program_address(noise: random.Random) -> int:
    return POOL + PROGRAM_BYTES * noise.randrange(POOL_WORDS * 4 // PROGRAM_BYTES)


def dma_program(noise: random.Random) -> bytes:
    """Instructions of the PL330 (TRM, chapter 4) in any order, with registers set before; sometimes noise."""
    out = bytearray()
    for register in (0, 1, 2):  # SAR, CCR, DAR.
        content = noise.getrandbits(28) & 0x03FD_FFF7 if register == 1 else POOL + 0x10000 + noise.getrandbits(18)
        out += bytes((0xBC, register)) + content.to_bytes(4, "little")
    for _ in range(40):
        peripheral = noise.randrange(32) << 3
        out += noise.choice((
            bytes((0x20 | noise.randrange(2) << 1, noise.randrange(256))), bytes((0x04 | noise.randrange(4),)),
            bytes((0x08 | noise.randrange(4),)), b"\x0c", b"\x12", b"\x13", b"\x18", bytes((0x34, peripheral)),
            bytes((0x36, peripheral | noise.randrange(2) << 1)), bytes((0x30 | noise.randrange(3), peripheral & 8)),
            bytes((0x25 | noise.randrange(2) << 1, peripheral & 8)), bytes((0x29 | noise.randrange(2) << 1, peripheral & 8)),
            bytes((0x35, peripheral)), bytes((0x38 | noise.randrange(8), noise.randrange(12))),
            bytes((0x54 | noise.randrange(2) << 1, noise.randrange(256), 0)), b"\x04\x08", b"\x04\x08", b"\x04\x08"))
    if noise.random() < 0.2:
        out[noise.randrange(len(out))] = noise.randrange(256)
    return bytes(out[: PROGRAM_BYTES - 1]) + bytes(max(1, PROGRAM_BYTES - len(out)))


def registers_data(noise: random.Random, windows: list[tuple[int, int]], rows: int, power: bool) -> bytes:
    table = []
    while len(table) < rows:
        base, size = noise.choice(windows)
        for _ in range(noise.randrange(1, 12)):
            reach = min(size, noise.choice((0x20, 0x60, 0x200, size)))
            operation = noise.choice((0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 4, STORE_DOUBLE))
            address = base + noise.randrange(reach) & ~(0 if noise.random() < 0.02 else {1: 1, 2: 0, 4: 0, 7: 7}.get(operation, 3))
            if power or address & ~3 != POWER_SWITCH:
                table.append((address, value(noise), operation))
        if noise.random() < 0.2:
            table.append((0, 0, INTERRUPTS))
        if noise.random() < 0.3:
            table.append((0, noise.randrange(1, 2000), WAIT))
        if noise.random() < 0.3:
            table += noise.choice((dma_rows, display_rows, card_rows))(noise)
    table = table[:rows]
    return struct.pack("<4I", 0, len(table), 0, 0) + b"".join(struct.pack("<3I", *row) for row in table)


def code_word(noise: random.Random) -> int:
    kind = noise.randrange(12)
    if kind == 0 and noise.random() < 0.2:  # CP15, all of it.
        return 0xEE000F10 | noise.getrandbits(24) & 0xFFF0EF
    if kind == 1:
        return noise.choice((SVC_SEMIHOSTING, 0xDFABBEAB, 0xE320F003, 0xE320F002, 0xF57FF04F, 0xF57FF06F, 0xF1010200,
                             0xF1080040, 0xF1080080, 0xE3A00000 | noise.randrange(0x40), 0xF1020000 | noise.randrange(32)))
    if kind == 2:  # Loads and stores, of many too.
        return 0xE4000000 | noise.getrandbits(27) & 0x7FFFFFF
    return noise.getrandbits(32) | (0xE0000000 if noise.random() < 0.7 else 0)


def code_data(noise: random.Random, chunks: int) -> bytes:
    return struct.pack("<4I", 2, chunks, 0, 0) + elf.words(*(code_word(noise) for _ in range(16 * chunks)))


class Wild(Linefill):
    def __init__(self, build: pathlib.Path, folder: pathlib.Path):
        super().__init__(build, folder)
        self.start = assembled(folder)
        self.windows = devices(self.board)
        self.ends: dict[int, int] = {}
        self.card = elf.save(folder / "card.img", random.Random(3).randbytes(1 << 20))

    def guest(self, name: str, data: bytes, seed: int) -> pathlib.Path:
        """An executable of two segments: the start with its data, and a pool of programs for the DMA controller."""
        code = self.start + data
        noise = random.Random(seed)
        pool = b"".join(dma_program(noise) for _ in range(POOL_WORDS * 4 // PROGRAM_BYTES))
        image = bytearray(elf.pack(BASE, code))
        image[44:46] = struct.pack("<H", 2)  # e_phnum; the second header is put behind the first.
        first, second = elf.HEADER, elf.HEADER + elf.SEGMENT
        offset = len(image) + elf.SEGMENT
        image[first + 4 : first + 8] = struct.pack("<I", second + elf.SEGMENT)
        header = struct.pack("<8I", 1, offset, POOL, POOL, len(pool), len(pool), 7, 4)
        return elf.save(self.folder / name, bytes(image[:second]) + header + bytes(image[second:]) + pool)

    def survives(self, kernel: pathlib.Path, *options) -> None:
        done = self.run("run", self.board, "--kernel", kernel, "--sd", self.card, "--log", "error", *options)
        self.ends[done.returncode] = self.ends.get(done.returncode, 0) + 1
        assert done.returncode in STATUSES, f"status {done.returncode}: {done.stderr[-2000:].decode(errors='replace')}"


def with_mmu(data: bytes, on: bool) -> bytes:
    return bytes((data[0] | int(on),)) + data[1:]


def test_lost(wild: Wild, _seed: int, _count: int) -> None:
    """Guests that jump into nothing, or loop on aborts, with vectors and without."""
    jump = 0xE51FF004  # ldr pc, [pc, #-4]: to the word that follows.
    vbar = (0xE59F0000, 0xEE0C0F10)  # ldr r0, [pc]; mcr p15, 0, r0, c12, c0, 0, over the word between.
    programs = {
        "nowhere": (jump, 0x20000000), "null": (jump, 0), "top": (jump, 0xFFFFFFFC), "device": (jump, 0x10009000),
        "end_of_memory": (jump, 0x6FFFFFFC), "unmapped_store": (0xE3A00202, 0xE5801000, 0xEAFFFFFE),
        "undefined": (0xE7F000F0,), "supervisor": (0xEF000000,), "breakpoint": (0xE1200070,), "sleeps": (0xE320F003, 0xEAFFFFFD),
        "thumb_nowhere": (jump, 0x20000001),
        # The abort handler is in memory and aborts itself: b over; the word; then a load from nowhere at each vector.
        "abort_loop": (0xEA000006, *[0xE3A00202] * 7, 0xE24F0028, 0xEE0C0F10, 0xE3A01202, 0xE5911000, 0xEAFFFFFC),
        "vectors_in_device": (vbar[0], 0xEA000000, 0x10009000, vbar[1], 0xE7F000F0),
        "mmu_without_table": (0xEE110F10, 0xE3800001, 0xEE010F10, 0xEAFFFFFE),
    }
    for name, program in programs.items():
        kernel = elf.save(wild.folder / f"{name}.elf", elf.pack(BASE, elf.words(*program)))
        for options in ((), ("--adversary", "1"), ("--check", "off")):
            wild.survives(kernel, "--until", "20ms", *options)


def test_code(wild: Wild, seed: int, count: int) -> None:
    for number in range(seed, seed + count):
        data = with_mmu(code_data(random.Random(number), 400), number % 2 == 1)
        kernel = wild.guest(f"code{number}.elf", data, number)
        wild.survives(kernel, "--until", "3ms", *(("--adversary", number) if number % 3 == 0 else ()))
        kernel.unlink()


def test_registers(wild: Wild, seed: int, count: int) -> None:
    for number in range(seed, seed + count):
        noise = random.Random(number)
        data = with_mmu(registers_data(noise, wild.windows, 3000, number % 8 == 7), number % 2 == 1)
        kernel = wild.guest(f"registers{number}.elf", data, number)
        wild.survives(kernel, "--until", "200ms", *(("--adversary", number) if number % 3 == 0 else ()))
        kernel.unlink()


def main() -> int:
    build, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 12
    print(f"repeat: {' '.join(sys.argv[:3])} {seed} {count}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        wild = Wild(build, pathlib.Path(folder))
        try:
            globals()["test_" + name](wild, seed, count)
        finally:
            print(f"runs by exit status: {dict(sorted(wild.ends.items()))}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"at most {used >> 10} MiB")
    assert used < MOST_MEMORY_KIB, "takes ever more memory"
    return 0


if __name__ == "__main__":
    sys.exit(main())

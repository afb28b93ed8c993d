#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Boots Debian's armhf kernel, unmodified, and looks at what it says, found and showed.

usage: linux.py BUILD FILES TEST ...     FILES: what scripts/make-linux-files made; TEST: a function test_... here
"""
import bz2
import gzip
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import fdt  # noqa: E402
import png  # noqa: E402

SECONDS = 1500
QUICK = "vp.quick cryptomgr.notests"
STOCK_MMCI = "/bus@40000000/motherboard-bus@40000000/iofpga@7,00000000/mmci@5000"
COLUMNS, ROWS, CELL_WIDTH, CELL_HEIGHT = 80, 30, 8, 16


class Boot:
    """One run of linefill and what is left of it."""

    def __init__(self, machine, kernel="Image", board="stock", words=QUICK, console="console=ttyAMA0", initrd=True,
                 options=(), typed=b"", card=None):
        files, self.folder = machine.files, machine.folder
        ours = {"ours": "vexpress-a9", "smmu": "vexpress-a9-smmu"}
        tree = files / "vexpress-v2p-ca9.dtb" if board == "stock" else machine.build / f"platforms/{ours[board]}.dtb"
        self.command = [machine.build / "linefill", "run", tree, "--kernel", files / kernel, "--sd", card or files / "sd.img"]
        self.command += ["--append", f"{console} {words}", "--report", self.folder / "report.json"]
        self.command += ["--initrd", files / "initramfs.cpio.gz"] if initrd else []
        self.command += ["--until", "60s"] if "--until" not in options else []
        self.command = [str(word) for word in [*self.command, *options]]
        done = subprocess.run(self.command, input=typed, capture_output=True, timeout=SECONDS, check=False)
        self.status, self.errors = done.returncode, done.stderr.decode(errors="replace")
        self.log = done.stdout.decode(errors="replace").replace("\r", "")
        self.report = json.loads((self.folder / "report.json").read_text())
        self.findings = self.report["findings"]

    def expect(self, condition, what):
        if condition:
            return
        print(self.log[-4000:], self.errors, "repeat with: " + " ".join(self.command), sep="\n")
        sys.exit(f"FAILED: {what}")

    def counters(self, part):
        """Those of the one model with this in its path."""
        (model,) = (counters for path, counters in self.report["models"].items() if part in path)
        return {name: counter["value"] for name, counter in model.items()}

    def says(self, text):
        self.expect(text in self.log, f"the guest does not say: {text}")


class Machine:
    def __init__(self, build, files, folder):
        self.build, self.files, self.folder = build, files, folder
        self.expected = (files / "expected.txt").read_text().splitlines()

    def boots(self, end="reboot: Power down", **how):
        """To the end: every expected line, nothing found."""
        boot = Boot(self, **how)
        for line in [*self.expected, end]:
            boot.says(line)
        boot.expect(not boot.findings, f"{len(boot.findings)} findings")
        boot.expect(boot.status == 0, f"exit status {boot.status}")
        return boot


def test_quick(machine):
    machine.boots()


def test_stock(machine):
    machine.boots(kernel="vmlinuz", words="", options=["--memory", "512M"])


def test_nosmp(machine):
    machine.boots(words=QUICK + " nosmp")


def test_maxcpus(machine):
    machine.boots(words=QUICK + " maxcpus=1 earlycon=pl011,0x10009000")


def test_small_memory(machine):
    machine.boots(options=["--memory", "64M"]).says("65536K")


def test_large_memory(machine):
    machine.boots(options=["--memory", "1G"]).says("1048576K")


def test_reboot(machine):
    boot = machine.boots(end="reboot: Restarting system", words=QUICK + " vp.reboot")
    boot.expect(boot.report["run"]["end"] == "reboot", "the run did not end with a reboot")


def cells(screenshot):
    """The picture cut into characters: by row and column, which pixels are lit."""
    width, height, pixels = png.read(screenshot)
    assert (width, height) == (COLUMNS * CELL_WIDTH, ROWS * CELL_HEIGHT), f"{width}x{height}"

    def cell(row, column):
        lines = range(row * CELL_HEIGHT, (row + 1) * CELL_HEIGHT)
        starts = ((y * width + column * CELL_WIDTH) * 3 for y in lines)
        return tuple(any(pixels[at + 3 * x : at + 3 * x + 3]) for at in starts for x in range(CELL_WIDTH))

    return {(row, column): cell(row, column) for row in range(ROWS) for column in range(COLUMNS)}


def test_dma(machine):
    """By the kernel's own pl330 and mmci drivers: all but the smallest transfers."""
    boot = machine.boots(board="ours")
    boot.says("DMA channels RX dma0chan0, TX dma0chan1")
    boot.expect(boot.report["transfers"]["count"] > 20, "hardly a transfer by DMA")
    # What the card gave and the DMA controller did not fetch is PIO: no block of more than 64 bytes.
    card, dma = boot.counters("/mmci@"), boot.counters("/dma-controller@")
    small = card["blocks_read"] - dma["read"] // 512
    boot.expect(dma["read"] % 512 == 0 and small > 0, f"{dma['read']} bytes by DMA, {small} blocks by PIO")
    boot.expect(8 <= card["bytes_read"] - dma["read"] <= 64 * small, f"of {card['bytes_read']} bytes {dma['read']} by DMA")


def test_console(machine):
    """The LCD shows the console, by the kernel's own driver. While a shell sleeps: a frame in which the kernel scrolls is torn."""
    screenshot = machine.folder / "console.png"
    boot = Boot(machine, board="ours", console="console=tty0 console=ttyAMA0", words=QUICK + " vp.shell", typed=b"sleep 100\n",
                options=["--screenshot", screenshot, "--until", "4s"])
    boot.expect(boot.status == 4 and not boot.findings, f"exit status {boot.status}, {len(boot.findings)} findings")
    boot.says("Console: switching to colour frame buffer device 80x30")
    # Every character of the log's last lines has a shape of its own, wherever it stands.
    lines = [line for line in boot.log.splitlines() if line.startswith("[")]
    rows = [line[i : i + COLUMNS] for line in lines for i in range(0, len(line), COLUMNS)][1 - ROWS :]
    shapes, letters, seen = {}, {}, 0
    for (row, column), shape in cells(screenshot).items():
        if row == ROWS - 1:  # The cursor's.
            continue
        letter = rows[row].ljust(COLUMNS)[column]
        boot.expect(shapes.setdefault(letter, shape) == shape, f"row {row}: another {letter!r}")
        boot.expect(letters.setdefault(shape, letter) == letter, f"row {row}: {letter!r} looks like {letters[shape]!r}")
        seen += letter != " "
    boot.expect(seen > 500 and len(shapes) > 40, f"only {seen} letters, {len(shapes)} different ones")


def found(machine, kind, causes, reader, **how):
    boot = Boot(machine, board="ours", **how)
    boot.expect(boot.status == 3, f"exit status {boot.status}")
    right = [f for f in boot.findings if f["kind"] == kind and f["cause"] in causes]
    boot.expect(right, f"no {kind}, {causes}")
    boot.expect(any(f["reader"]["function"] == reader for f in right), f"nobody is {reader}")
    boot.expect(all(f["missing"] for f in right), "no remedy")
    return boot


def read_again(machine):
    """Typed: parts of the card into memory that was read a moment ago; and what their MD5 sums are."""
    parts = range(33, 49)
    typed = "".join("echo 1 > /proc/sys/vm/drop_caches\n"
                    f"dd if=/dev/mmcblk0 bs=16k skip={part} count=1 2>/dev/null | md5sum\n" for part in parts)
    with (machine.files / "sd.img").open("rb") as card:
        card.seek(parts[0] << 14)
        sums = [hashlib.md5(card.read(1 << 14), usedforsecurity=False).hexdigest() for _ in parts]
    return {"words": QUICK + " vp.shell", "typed": typed.encode() + b"exit\n"}, sums


def test_read_again(machine):
    """As it must be: what the next two leave out is there."""
    how, sums = read_again(machine)
    boot = machine.boots(board="ours", **how)
    for one in sums:
        boot.says(one)


def wrong_without(machine, function, cause):
    how, sums = read_again(machine)
    boot = found(machine, "stale_cpu_read", {cause}, "memcpy", options=["--skip", function], **how)
    boot.expect(boot.log.count("  -\n") == len(sums), "a sum is missing")
    boot.expect(any(one not in boot.log for one in sums), "all MD5 sums are right")


def test_no_inner_invalidate(machine):
    wrong_without(machine, "v7_dma_inv_range", "not_invalidated")


def test_no_outer_invalidate(machine):
    wrong_without(machine, "l2c210_inv_range", "outer_not_invalidated")


def test_no_unmap(machine):
    """What only speculation brings to light."""
    skip = ["--skip", "v7_dma_unmap_area"]
    machine.boots(board="ours", options=skip)
    found(machine, "stale_cpu_read", {"speculative_fill"}, "memcpy", options=[*skip, "--adversary", "1:speculative_fill"])


def test_adversary(machine):
    """A right kernel stays right."""
    machine.boots(board="ours", options=["--adversary", "1"])


def test_smmu(machine):
    """Linux's driver of the SMMU, its dmatest and its own checker of DMA agree with us: scripts/build-linux."""
    boot = Boot(machine, kernel="vexpress-smmu/Image", board="smmu", words="vp.quick vp.dmatest=100")
    for line in machine.expected:
        if " insmod " not in line and " kernel " not in line:
            boot.says(line)
    for line in ["arm-smmu 10400000.iommu: \tstage 1 translation", "VPTEST: fb0", "reboot: Power down"]:
        boot.says(line)
    for channel in range(8):
        boot.says(f"dmatest: dma0chan{channel}-copy0: summary 100 tests, 0 failures")
    for complaint in ["DMA-API: device driver", "Unhandled context fault", "Unexpected global fault", "WARNING:"]:
        boot.expect(complaint not in boot.log, f"the guest says: {complaint}")
    boot.expect(not boot.findings and boot.status == 0, f"{len(boot.findings)} findings, exit status {boot.status}")


def test_panic(machine):
    boot = Boot(machine, initrd=False, options=["--until", "2s"])
    boot.says("Kernel panic - not syncing: VFS: Unable to mount root fs")
    boot.expect(boot.status == 4, f"exit status {boot.status}")
    names = [call["at"] for call in boot.report["guest"]["backtrace"]]
    boot.expect({"panic", "mount_block_root", "prepare_namespace"} <= set(names), f"backtrace {names}")
    boot.expect("panic < " in boot.errors, "no backtrace for a person")


def test_shell(machine):
    """What is piped in is typed; the same input gives the same run."""
    typed = b"echo $((6 * 7)) apples; exit\n"
    boots = [Boot(machine, words=QUICK + " vp.shell", typed=typed) for _ in range(2)]
    boots[0].says("\n42 apples")
    boots[0].expect(boots[0].status == 0, f"exit status {boots[0].status}")
    boots[0].expect(boots[0].log == boots[1].log, "two runs differ")
    boots[0].expect(boots[0].report["models"] == boots[1].report["models"], "two reports differ")


def written(machine, **how):
    """A card erased, with a new file system and a file on it: as another program sees its image."""
    card, copy = machine.folder / "card.img", machine.folder / "copy"
    card.write_bytes((machine.files / "sd.img").read_bytes())
    steps = ["blkdiscard /dev/mmcblk0", "mke2fs -F /dev/mmcblk0", "mount -t ext4 /dev/mmcblk0 /mnt"]
    steps += ["cp /bin/busybox /mnt/copy", "umount /mnt", "md5sum /bin/busybox", "echo $((6 * 7)) written"]
    typed = (" && ".join(steps) + "; exit\n").encode()
    boot = Boot(machine, words=QUICK + " vp.shell", typed=typed, card=card, **{"options": ["--sd-write"], **how})
    boot.says("\n42 written")
    check = subprocess.run(["/sbin/e2fsck", "-fn", card], capture_output=True, check=False)
    subprocess.run(["/sbin/debugfs", "-R", f"dump copy {copy}", card], capture_output=True, check=False)
    sum_of_copy = hashlib.md5(copy.read_bytes()).hexdigest() if copy.exists() else "nothing"
    return boot, check.returncode == 0 and sum_of_copy in boot.log


def well_written(machine, **how):
    boot, right = written(machine, **how)
    boot.expect(right, "the file system is not what the guest wrote")
    boot.expect(boot.status == 0 and not boot.findings, f"exit status {boot.status}, {len(boot.findings)} findings")


def test_card_by_dma(machine):
    well_written(machine, board="ours")


def test_card_by_cpu(machine):
    """A FIFO of 16 words, no DMA controller; at the 12 MHz of the tree it runs empty now and then, as on hardware."""
    slow = f"{STOCK_MMCI}:max-frequency=3000000"
    well_written(machine, board="stock", options=["--sd-write", "--set", slow])


def test_no_clean(machine):
    """What was just stored is still in the caches when the card gets it from memory."""
    card = machine.folder / "card.img"
    card.write_bytes((machine.files / "sd.img").read_bytes())
    typed = b"dd if=/bin/busybox of=/dev/mmcblk0 bs=4096 count=2 conv=fsync; head -c 8192 /bin/busybox | md5sum; exit\n"
    how = {"words": QUICK + " vp.shell", "typed": typed, "card": card}
    options = ["--sd-write", "--skip", "v7_dma_clean_range"]
    boot = Boot(machine, board="ours", options=options, **how)
    boot.says("2+0 records out")
    boot.expect(boot.status == 3, f"exit status {boot.status}")
    stale = [f for f in boot.findings if f["kind"] == "stale_device_read"]
    boot.expect(any(f["writer"]["function"] == "arm_copy_from_user" for f in stale), "no stale_device_read")
    on_card = hashlib.md5(card.read_bytes()[:8192]).hexdigest()
    boot.expect(on_card not in boot.log, "the card holds what was written")


def test_bad_input(machine):
    files, folder = machine.files, machine.folder
    good = {"board": files / "vexpress-v2p-ca9.dtb", "kernel": files / "vmlinuz", "initrd": files / "initramfs.cpio.gz"}

    def scratch(name, data):
        (folder / name).write_bytes(data)
        return folder / name

    def without(node):
        tree = fdt.load(good["board"])
        tree.remove(node)
        return fdt.save(tree, folder / f"without-{node[:3]}.dtb")

    vmlinuz, initrd = good["kernel"].read_bytes(), good["initrd"].read_bytes()
    image = (files / "Image").read_bytes()
    arm64 = b"MZ".ljust(56, b"\0") + b"ARMd" + bytes(4096)
    cases = [
        ("64-bit ARM", {"kernel": scratch("arm64", arm64)}, []),
        ("another machine", {"kernel": scratch("elf", b"\x7fELF\2\1\1" + bytes(9) + b"\2\0\xb7\0" + bytes(100))}, []),
        ("truncated", {"kernel": scratch("short", vmlinuz[:3000000])}, []),
        ("gzip", {"kernel": scratch("vmlinuz.gz", gzip.compress(vmlinuz, 1))}, []),
        ("not a kernel", {"kernel": good["board"].parent / "expected.txt"}, []),
        ("truncated", {"initrd": scratch("cut", initrd[:-100])}, []),
        ("truncated", {"initrd": scratch("cut.cpio", gzip.decompress(initrd)[:100000])}, []),
        ("truncated", {"initrd": scratch("second", initrd + bytes(4) + initrd[:-100])}, []),
        ("truncated", {"initrd": scratch("bz2", bz2.compress(gzip.decompress(initrd), 1)[:-100])}, []),
        ("truncated", {"kernel": scratch("short.image", image[:-100000])}, []),
        ("do not fit", {"initrd": scratch("large", bytes(30 << 20) + gzip.decompress(initrd))}, ["--memory", "32M"]),
        # It would lie in what the kernel clears (its BSS).
        ("do not fit", {"kernel": files / "Image"}, ["--memory", "23700K"]),
        ("--append: 5000 characters", {}, ["--append", "x" * 5000]),
        ("memory", {"board": without("memory@60000000")}, []),
        ("cpu", {"board": without("cpus")}, []),
        ("no such file", {"initrd": folder / "nowhere"}, []),
    ]

    def run(change, options):
        use = {**good, **change}
        command = [machine.build / "linefill", "run", use["board"], "--kernel", use["kernel"], "--initrd", use["initrd"]]
        done = subprocess.run([*command, *options], capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
        return done.returncode, done.stderr.decode()

    for text, change, options in cases:
        status, said = run(change, options)
        right = status == 2 and said.startswith("error: ") and said.count("\n") == 1 and text in said
        if not right or "expected" not in said:
            sys.exit(f"FAILED: {change}: status {status}, {said!r}; expected one line with {text!r}")
    no_table = {"kernel": scratch("no_table.image", image[:8 << 20])}
    for text, change, options in [("may be truncated", no_table, []), ("Linux reads 1023", {}, ["--append", "x" * 1024])]:
        status, said = run(change, ["--until", "1ms", *options])
        if status != 4 or said.count("warning: ") != 1 or text not in said:
            sys.exit(f"FAILED: {change} {options}: status {status}, {said!r}; expected a warning with {text!r}")


def main():
    build, files = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for name in sys.argv[3:]:
        with tempfile.TemporaryDirectory() as folder:
            globals()["test_" + name](Machine(build, files, pathlib.Path(folder)))
        print(f"{name}: passed")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the photo frame whole, as scripts/run does, and looks at what the LCD showed.

usage: photo_frame.py SOURCE BUILD TEST      TEST: shows, adversary, behind_smmu, repeats, bad_input, or a --break case
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import png  # noqa: E402

WIDTH, HEIGHT = 640, 480
DAMAGE = 0.01  # Of the pixels, at least, for a mistake to count as visible.
SEED = 20


def picture(seed: int) -> bytes:
    """Smooth colours with noise in them: nothing that a stale pattern could equal by chance."""
    noise = random.Random(seed)
    pixels = bytearray()
    for y in range(HEIGHT):
        for x in range(WIDTH):
            pixels += bytes(((x * 255 // WIDTH), (y * 255 // HEIGHT), noise.randrange(256)))
    return bytes(pixels)


# What the finding of each case says: its causes, and a part of the missing call.
SAYS = {
    "no-map-clean": ({"l1_dirty", "l2_dirty"}, "DMA_TO_DEVICE) without DMA_ATTR_SKIP_CPU_SYNC"),
    "no-unmap-invalidate": ({"speculative_fill", "not_invalidated"}, "dma_unmap_sg("),
    "no-map-invalidate": ({"eviction"}, "DMA_FROM_DEVICE) without DMA_ATTR_SKIP_CPU_SYNC"),
    "no-outer": ({"l2_dirty"}, "outer_clean_range("),
    "cached-framebuffer": ({"l1_dirty", "l2_dirty"}, "dma_alloc_wc()"),
    "no-barrier": ({"store_buffer", "l2_store_buffer"}, "wmb()"),
    "shared-line": ({"lost", "shared_line", "stale"}, "a buffer aligned to, and as long as, whole cache lines"),
}


# What the console says first.
SENTENCES = {
    "no-map-clean": "/soc/dma-controller@10200000 read ",
    "no-unmap-invalidate": "were old: speculation had brought them into the caches",
    "no-map-invalidate": "from /soc/dma-controller@10200000 were lost: evicting a dirty line put old ones over them",
    "no-outer": "filled again from the outer cache (L2), which still held them",
    "cached-framebuffer": "/soc/clcd@10020000 read ",
    "no-barrier": "that were old: the newest were still in the ",
    "shared-line": "of a cache line whose other bytes /soc/dma-controller@10200000 may write, and some were ",
}
MOST_LINES = 23  # scripts/run adds two.


class Frame:
    def __init__(self, source: pathlib.Path, build: pathlib.Path, folder: pathlib.Path):
        self.source, self.build, self.folder = source, build, folder
        self.runs = 0

    def run(self, photographs: list[pathlib.Path], append: str = "", adversary: str = "", board: str = "vexpress-a9"):
        """Returns exit status, report, screenshots in order, and what the guest printed."""
        out = self.folder / f"run{self.runs}"
        self.runs += 1
        out.mkdir()
        image = out / "sd.img"
        subprocess.run([self.source / "scripts/make-sd-image", image, *photographs], check=True)
        command = [self.build / "linefill", "run", self.build / f"platforms/{board}.dtb"]
        command += ["--kernel", self.build / "sw/photo_frame.elf", "--sd", image, "--append", append]
        command += ["--screenshot", out / "frame-%03d.png", "--report", out / "report.json", "--until", "60s"]
        if adversary:
            command += ["--adversary", adversary]
        print("run:", " ".join(map(str, command)))
        done = subprocess.run(
            command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        print(done.stdout, end="")
        report = json.loads((out / "report.json").read_text())
        return done.returncode, report, sorted(out.glob("frame-*.png")), done.stdout

    def good_photograph(self) -> tuple[pathlib.Path, bytes]:
        pixels = picture(SEED)
        path = self.folder / "Long name of a picture.png"
        if not path.exists():
            png.write(path, WIDTH, HEIGHT, pixels)
        return path, pixels


def damage(frames: list[pathlib.Path], pixels: bytes) -> float:
    assert frames, "no screenshot was taken"
    width, height, shown = png.read(frames[0])
    assert (width, height) == (WIDTH, HEIGHT)
    wrong = sum(shown[i : i + 3] != pixels[i : i + 3] for i in range(0, len(pixels), 3))
    return wrong / (WIDTH * HEIGHT)


def expect_good(frame: Frame, adversary: str = "", board: str = "vexpress-a9") -> None:
    path, pixels = frame.good_photograph()
    status, report, frames, _ = frame.run([path], adversary=adversary, board=board)
    assert report["findings"] == [], report["findings"]
    assert status == 0, f"exit status {status}"
    assert damage(frames, pixels) == 0, "the screenshot is not the picture, pixel for pixel"


def test_shows(frame: Frame) -> None:
    expect_good(frame)


def test_adversary(frame: Frame) -> None:
    expect_good(frame, adversary="7")


def test_behind_smmu(frame: Frame) -> None:
    expect_good(frame, adversary="7", board="vexpress-a9-smmu")


def test_repeats(frame: Frame) -> None:
    path, _ = frame.good_photograph()
    reports = []
    for _ in range(2):
        _, report, _, _ = frame.run([path], adversary="3")
        report.pop("host")
        report["run"].pop("kernel")
        reports.append(json.dumps(report))
    assert reports[0] == reports[1], "two runs of one command differ"


def test_bad_input(frame: Frame) -> None:
    good, pixels = frame.good_photograph()
    empty, text, cut = (frame.folder / name for name in ("a-empty.jpg", "b-text.jpg", "c-cut.png"))
    empty.write_bytes(b"")
    text.write_text("This is no photograph.\n")
    cut.write_bytes(good.read_bytes()[:20000])
    huge = frame.folder / "d-huge.png"
    png.write(huge, 5000, 2, bytes(5000 * 2 * 3))
    header = (5000).to_bytes(4, "big") + (2).to_bytes(4, "big")
    huge.write_bytes(huge.read_bytes().replace(header, header[:4] + (4000).to_bytes(4, "big"), 1))
    last = frame.folder / "e-good.png"
    last.write_bytes(good.read_bytes())
    status, report, frames, output = frame.run([empty, text, cut, huge, last])
    assert status == 0 and report["findings"] == [], (status, report["findings"])
    assert len(frames) == 5, f"{len(frames)} screenshots of 5"
    assert damage(frames[4:], pixels) == 0, "the good one after the bad ones is not shown"
    assert "more than 16 megapixels" in output, "the huge one is not refused for its size"
    for bad in (empty, text, cut, huge):
        lines = [line for line in output.splitlines() if bad.name in line]
        assert lines and "shown" not in lines[0], f"{bad.name} is not reported: {lines}"


def expect_readable(output: str, sentence: str) -> None:
    """What the console says of a broken run: short, findings after the summary, the first one whole."""
    lines = output.splitlines()
    assert len(lines) <= MOST_LINES, f"{len(lines)} lines"
    start = next(i for i, line in enumerate(lines) if line.startswith("findings "))
    assert lines[start + 1].startswith("error: ") and sentence in lines[start + 1], lines[start + 1]
    where, reader, writer, missing = lines[start + 2 : start + 6]
    assert where.split()[0] in ("first", "where") and " bytes at 0x" in where, where
    for side in (reader, writer):
        assert " by " in side or " from " in side, side
        assert side.rsplit(":", 1)[1].isdigit(), f"no source line: {side}"
    assert missing.split()[0] == "missing", missing


def test_case(frame: Frame, name: str) -> None:
    rows = (frame.source / "sw/apps/photo_frame/cases.tsv").read_text().splitlines()
    row = next(r.split("\t") for r in rows if r.startswith(name + "\t"))
    events, kind = row[1], row[2]
    adversary = "" if events == "-" else f"1:{events}"
    path, pixels = frame.good_photograph()
    if adversary:
        expect_good(frame, adversary)
    if name == "cached-framebuffer":  # Implies the caption.
        pixels = png.read(frame.run([path], append="caption")[2][0])[2]
    status, report, frames, output = frame.run([path], append=f"break={name}", adversary=adversary)
    kinds = {f["kind"] for f in report["findings"] if f["severity"] == "error"}
    assert kind in kinds, f"expected {kind}, found {kinds}"
    assert status == 3, f"exit status {status}"
    finding = next(f for f in report["findings"] if f["kind"] == kind)
    for side in ("reader", "writer"):
        assert finding[side]["function"] and finding[side]["source"], f"the {side} has no source line: {finding}"
    causes, missing = SAYS[name]
    for finding in (f for f in report["findings"] if f["kind"] == kind):
        assert finding["cause"] in causes, finding
        assert missing in finding["missing"], finding
    expect_readable(output, SENTENCES[name])
    if name == "cached-framebuffer":
        assert finding["mapping"] == "", "nobody gave the memory to the LCD: " + finding["mapping"]
    seen = damage(frames, pixels) if frames else 0.0
    checked = "check failed" in output
    assert seen > DAMAGE or checked, f"{seen:.4%} of the pixels are wrong, and the guest's check saw nothing"


def main() -> int:
    source, build, name = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        frame = Frame(source, build, pathlib.Path(folder))
        test = globals().get("test_" + name)
        test(frame) if test else test_case(frame, name)
    return 0


if __name__ == "__main__":
    sys.exit(main())

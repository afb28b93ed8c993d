#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""dma_lab.py BUILD LARGEST: scripts/dma-lab in all forms up to LARGEST bytes. Nothing is left out, every byte is right,
and the table, the lines of break-even, the JSON file and the plot say the same.
"""
import json
import math
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
NUMBERS = ("bytes", "map", "transfer", "unmap", "verify", "cpu_busy", "cpu_copy")
DIRECTIONS = ("to_device", "from_device", "bidirectional")
# Where each implementation is measured, and the most it can map: a block or the pool of dmabounce here, a segment of
# swiotlb or, a page each, its 2 MiB.
WHERE = {"arm_dma_ops": "vexpress-a9", "dmabounce_ops": "vexpress-a9", "swiotlb_dma_ops": "vexpress-a9",
         "arm_coherent_dma_ops": "vexpress-a9-acp", "iommu_ops": "vexpress-a9-smmu",
         "iommu_coherent_ops": "vexpress-a9-smmu-acp"}
MOST = {("dmabounce_ops", "single"): 64 << 10, ("dmabounce_ops", "page"): 64 << 10, ("dmabounce_ops", "sg"): 64 << 10,
        ("swiotlb_dma_ops", "single"): 256 << 10, ("swiotlb_dma_ops", "page"): 256 << 10, ("swiotlb_dma_ops", "sg"): 1 << 20}
SVG = "{http://www.w3.org/2000/svg}"


def expect(holds, what):
    if not holds:
        sys.exit(f"dma_lab: expected {what}")


def table_of(text):
    """The printed rows, and what is said of break-even: by (implementation, direction, form, aligned)."""
    rows, points, board = [], {}, None
    for line in text.splitlines():
        if re.fullmatch(r"vexpress-a9[a-z-]*:", line):
            board = line[:-1]
        elif line.startswith("# "):
            name, direction, form, aligned = line[2:line.index(":")].split()
            points[name, direction, form, aligned == "aligned"] = [
                None if said == "at no size" else int(said.split()[1])
                for said in re.findall(r"(?:elapsed|CPU busy): (at no size|from \d+ bytes)", line)]
        elif line.endswith((" right", " WRONG")):
            cells = line.split()
            rows.append({"board": board, "implementation": cells[0], "direction": cells[1], "form": cells[2],
                         "aligned": {"yes": True, "no": False}[cells[3]],
                         **dict(zip(NUMBERS, map(int, cells[4:11]), strict=True)), "right": cells[11] == "right"})
    return rows, points


def sizes_of(implementation, form, largest):
    """4 bytes, and four times as much each time."""
    most = min(largest, MOST.get((implementation, form), largest))
    return [4 ** n for n in range(1, 12) if 4 ** n <= most]


def check_rows(rows, largest):
    for implementation, board in WHERE.items():
        for direction in DIRECTIONS:
            for form in ("single", "page", "sg"):
                for aligned in (True, False):
                    chosen = [r for r in rows if (r["implementation"], r["direction"], r["form"], r["aligned"]) ==
                              (implementation, direction, form, aligned)]
                    expect([r["bytes"] for r in chosen] == sizes_of(implementation, form, largest) and
                           all(r["board"] == board for r in chosen),
                           f"each size of {implementation} {direction} {form} once, on {board}")
    expect({r["implementation"] for r in rows} == set(WHERE), "no other implementation")
    expect(all(r["right"] for r in rows), "right bytes")
    expect(all(r["transfer"] > 0 and r["verify"] > 0 and r["cpu_copy"] > 0 for r in rows), "costs")


def check_break_even(rows, points):
    """From which size on all are cheaper by DMA than by the CPU."""
    for (name, direction, form, aligned), said in points.items():
        chosen = [r for r in rows if (r["implementation"], r["direction"], r["form"], r["aligned"]) ==
                  (name, direction, form, aligned)]
        for cost, point in zip((lambda r: r["map"] + r["transfer"] + r["unmap"], lambda r: r["cpu_busy"]), said, strict=True):
            cheaper = None
            for row in reversed(chosen):
                if cost(row) >= row["cpu_copy"]:
                    break
                cheaper = row["bytes"]
            expect(cheaper == point, f"break-even of {name} {direction} {form} at {cheaper}, not {point}")
    expect(len(points) == len(WHERE) * 3 * 3 * 2, "a line of break-even for each sweep")


def curves_of(svg):
    """Of each panel, the curves: title and points in pixels."""
    panels = {}
    for group in ElementTree.parse(svg).getroot().iter(f"{SVG}g"):
        number = re.fullmatch(r"gnuplot_plot_\d+([a-d])", group.get("id", ""))
        if not number:
            continue
        path = " ".join(p.get("d", "") for p in group.iter(f"{SVG}path"))
        points = [(float(x), float(y)) for x, y in re.findall(r"[ML]?\s*([\d.]+),([\d.]+)", path)]
        panels.setdefault(number[1], []).append((group.find(f"{SVG}title").text, points))
    return panels


def straight(pairs):
    """How far the second of each pair is from a straight line over the first, at most."""
    n, sx, sy = len(pairs), sum(x for x, _ in pairs), sum(y for _, y in pairs)
    slope = (n * sum(x * y for x, y in pairs) - sx * sy) / (n * sum(x * x for x, _ in pairs) - sx * sx)
    return max(abs(y - (sy / n + slope * (x - sx / n))) for x, y in pairs)


def check_plot(rows, svg):
    """Each point is where its row says: the axes are logarithmic, so pixels lie on straight lines over logarithms."""
    panels = curves_of(svg)
    expect(sorted(panels) == ["a", "b", "c", "d"], "three panels and the key")
    for letter, direction in zip("abc", DIRECTIONS):
        across, down = [], []
        wanted = {name: (name, lambda r: r["map"] + r["transfer"] + r["unmap"]) for name in WHERE}
        wanted["CPU's copy, uncached"] = ("arm_dma_ops", lambda r: r["cpu_copy"])
        wanted["CPU's copy, cached"] = ("arm_coherent_dma_ops", lambda r: r["cpu_copy"])
        expect(sorted(title for title, _ in panels[letter]) == sorted(wanted), f"each curve of {direction} once")
        for title, points in panels[letter]:
            name, cost = wanted[title]
            chosen = [r for r in rows if (r["implementation"], r["direction"], r["form"], r["aligned"]) ==
                      (name, direction, "single", True)]
            expect(len(points) == len(chosen), f"{len(chosen)} points of {title}, not {len(points)}")
            across += [(math.log(r["bytes"]), x) for r, (x, _) in zip(chosen, points)]
            down += [(math.log(cost(r) / r["bytes"]), y) for r, (_, y) in zip(chosen, points)]
        expect(straight(across) < 1 and straight(down) < 1, f"the points of {direction} where the rows say")


def main():
    build, largest = Path(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([TOP / "scripts/dma-lab", "--build", build, "--all", "--largest", str(largest), "--out", folder],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
        expect(done.returncode == 0, f"status 0, not {done.returncode}")
        rows, points = table_of(done.stdout)
        check_rows(rows, largest)
        check_break_even(rows, points)
        said = json.loads(Path(folder, "dma-lab.json").read_text())
        expect(said == {"core_hz": 400_000_000, "unit": "cycles", "rows": rows}, "the table's numbers in the JSON file")
        check_plot(rows, Path(folder, "dma-lab.svg"))
    print(f"{len(rows)} rows")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Boards that cannot be: each row is a part of the error's line, and how the good board is damaged."""

CPU = "cpus/cpu@0"
MEMORY = "memory@60000000"
DMA = "soc/dma-controller@10200000"
GIC = "soc/interrupt-controller@1e001000"
L2 = "soc/cache-controller@1e00a000"
CLCD = "soc/clcd@10020000"
MMCI = "motherboard/mmci@10005000"
SERIAL = "motherboard/serial@10009000"
TIMER = "motherboard/timer@10011000"
CLOCK = "clock-50000000"


def cells(node, name, *values):
    return lambda tree: tree[node].set(name, *values)


def text(node, name, value):
    return lambda tree: tree[node].set_text(name, value)


def raw(node, name, value):
    return lambda tree: tree[node].properties.__setitem__(name, value)


def without(path):
    return lambda tree: tree.remove(path)


def lacking(node, name):
    return lambda tree: tree[node].properties.pop(name)


def clock_of_itself(tree):
    tree[CLOCK].properties.pop("clock-frequency")
    tree[CLOCK].set("clocks", tree[CLOCK].cells("phandle")[0])


def deep(tree):
    node = tree
    for _ in range(300):
        node = node.add("n")


BAD_BOARDS = [
    ("cpus", without("cpus")),
    ("cpu", without(CPU)),
    ("cpu", lacking(CPU, "device_type")),
    ("memory", without(MEMORY)),
    ("memory", lacking(MEMORY, "device_type")),
    ("/memory@60000000", lacking(MEMORY, "reg")),
    ("/memory@60000000: reg", cells(MEMORY, "reg", 0x60000000)),
    ("/memory@60000000: reg", cells(MEMORY, "reg", 0x60000000, 0)),
    ("/memory@60000000: reg", cells(MEMORY, "reg", 0x60000000, 0xFFFFFFFF)),
    ("/memory@60000000: reg", raw(MEMORY, "reg", b"\x60\0\0\0\x10")),
    ("/memory@60000000: reg", cells(MEMORY, "reg", 0x60000001, 0x10000000)),
    ("/memory@60000000: reg", cells(MEMORY, "reg", 0x60000000, 0x10000001)),
    ("no memory node", text(MEMORY, "status", "disabled")),
    ("/cpus/cpu@0: reg", cells(CPU, "reg", 99)),
    ("reg", cells(SERIAL, "reg", 0x10005800, 0x1000)),
    ("reg", cells(SERIAL, "reg", 0x60000000, 0x1000)),
    ("serial@10009000: reg", cells(SERIAL, "reg", 0x10009000)),
    ("serial@10009000: reg", raw(SERIAL, "reg", b"\x10\0\x90")),
    ("serial@10009000: reg", cells(SERIAL, "reg", 0x10009000, 0)),
    ("serial@10009000: reg", cells(SERIAL, "reg", 0xFFFFF000, 0x2000)),
    ("#address-cells", cells("", "#address-cells", 3)),
    ("#size-cells", cells("", "#size-cells", 0x7FFFFFFF)),
    ("#address-cells", raw("", "#address-cells", b"\0\0\1")),
    ("#address-cells", cells("soc", "#address-cells", 9)),
    ("ranges", cells("soc", "ranges", 0x10000000, 0x10000000)),
    ("clock-frequency", cells(CPU, "clock-frequency", 0)),
    ("clock-frequency", cells(CPU, "clock-frequency", 0, 400000000)),
    ("clock-frequency", raw(CPU, "clock-frequency", b"\1\2\3")),
    ("clock-frequency", cells(CLOCK, "clock-frequency", 0)),
    ("clocks", clock_of_itself),
    ("deeply", deep),
    ("clocks", cells(TIMER, "clocks", 0x7777)),
    ("clocks", raw(TIMER, "clocks", b"\0\0")),
    ("clock-names", raw(SERIAL, "clock-names", b"uartclk")),
    ("compatible", raw(SERIAL, "compatible", b"arm,pl011")),
    ("compatible", text(CPU, "compatible", "arm,cortex-m3")),
    ("d-cache-size", cells(CPU, "d-cache-size", 0)),
    ("d-cache-size", cells(CPU, "d-cache-size", 0xFFFFFFFF)),
    ("d-cache-size", cells(CPU, "d-cache-size", 33000)),
    ("i-cache-size", cells(CPU, "i-cache-size", 0x80000000)),
    ("d-cache-sets", cells(CPU, "d-cache-sets", 3)),
    ("d-cache-line-size", cells(CPU, "d-cache-line-size", 64)),
    ("cache-size", cells(L2, "cache-size", 0)),
    ("cache-size", cells(L2, "cache-size", 0xFFFFFFFF)),
    ("cache-size", text(L2, "cache-size", "large")),
    ("cache-sets", cells(L2, "cache-sets", 7)),
    ("linefill,revision", text(L2, "linefill,revision", "r9p9")),
    ("dma-channels", cells(DMA, "dma-channels", 0)),
    ("dma-channels", cells(DMA, "dma-channels", 1000)),
    ("dma-requests", cells(DMA, "dma-requests", 33)),
    ("linefill,port", text(DMA, "linefill,port", "coherent")),
    ("linefill,fetch-cache", cells(DMA, "linefill,fetch-cache", 16)),
    ("dmas", cells(MMCI, "dmas", 0x7777, 0)),
    ("dmas", cells(MMCI, "dmas", 1)),
    ("dmas", raw(MMCI, "dmas", b"\0\0\0\1\0")),
    ("dma-requests", lambda tree: tree[MMCI].set("dmas", tree[DMA].cells("phandle")[0], 99)),
    ("dmas", cells(DMA, "#dma-cells", 0xFFFFFFFF)),
    ("interrupts", cells(SERIAL, "interrupts", 0, 2000, 4)),
    ("interrupts", cells(SERIAL, "interrupts", 7, 1, 4)),
    ("interrupts", cells(SERIAL, "interrupts", 0, 9, 4)),
    ("interrupts", raw(SERIAL, "interrupts", b"\0\0\0\0\0")),
    ("interrupts", cells(SERIAL, "interrupts", 0, 5)),
    ("linefill,interrupts", cells(GIC, "linefill,interrupts", 100)),
    ("linefill,no-such-property", cells(SERIAL, "linefill,no-such-property", 1)),
    ("linefill,colour", text("soc", "linefill,colour", "blue")),
    ("linefill,colour", text("", "linefill,colour", "blue")),
    ("linefill,events", cells(SERIAL, "linefill,events", 1)),
    ("linefill,row-bytes", cells(MEMORY, "linefill,row-bytes", 100)),
    ("linefill,banks", cells(MEMORY, "linefill,banks", 0)),
    ("status", raw(SERIAL, "status", b"okay")),
]

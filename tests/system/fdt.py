# SPDX-License-Identifier: Apache-2.0
"""Flattened device trees (Devicetree Specification, chapter 5): read, changed, written."""
import pathlib
import struct

MAGIC, VERSION, COMPATIBLE = 0xD00DFEED, 17, 16
BEGIN_NODE, END_NODE, PROPERTY, NOP, END = 1, 2, 3, 4, 9


class Node:
    def __init__(self, name: str):
        self.name = name
        self.properties: dict[str, bytes] = {}
        self.children: list["Node"] = []

    def __getitem__(self, path: str) -> "Node":
        """The node at a path below this one; unit addresses may be left out."""
        node = self
        for part in filter(None, path.split("/")):
            node = next(c for c in node.children if part in (c.name, c.name.split("@")[0]))
        return node

    def add(self, name: str) -> "Node":
        self.children.append(Node(name))
        return self.children[-1]

    def remove(self, path: str) -> None:
        parent, _, _ = path.rpartition("/")
        self[parent].children.remove(self[path])

    def cells(self, name: str) -> list[int]:
        value = self.properties.get(name, b"")
        return list(struct.unpack_from(f">{len(value) // 4}I", value))

    def set(self, name: str, *cells: int) -> None:
        self.properties[name] = struct.pack(f">{len(cells)}I", *cells)

    def set_text(self, name: str, text: str) -> None:
        self.properties[name] = text.encode() + b"\0"

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def load(path: pathlib.Path) -> Node:
    data = path.read_bytes()
    at, strings = struct.unpack_from(">2I", data, 8)
    stack = [Node("")]
    while True:
        (token,) = struct.unpack_from(">I", data, at)
        at += 4
        if token == BEGIN_NODE:
            end = data.index(b"\0", at)
            stack.append(stack[-1].add(data[at:end].decode()))
            at = end + 1 + (-(end + 1)) % 4
        elif token == END_NODE:
            stack.pop()
        elif token == PROPERTY:
            length, name = struct.unpack_from(">2I", data, at)
            name = data[strings + name : data.index(b"\0", strings + name)].decode()
            stack[-1].properties[name] = data[at + 8 : at + 8 + length]
            at += 8 + length + -length % 4
        elif token == END:
            return stack[0].children[0]
        else:
            assert token == NOP, f"{path}: token {token}"


def save(root: Node, path: pathlib.Path) -> pathlib.Path:
    names: dict[str, int] = {}
    strings = bytearray()

    def name_offset(name: str) -> int:
        if name not in names:
            names[name] = len(strings)
            strings.extend(name.encode() + b"\0")
        return names[name]

    def packed(node: Node) -> bytes:
        out = struct.pack(">I", BEGIN_NODE) + padded(node.name.encode() + b"\0")
        for name, value in node.properties.items():
            out += struct.pack(">3I", PROPERTY, len(value), name_offset(name)) + padded(value)
        return out + b"".join(map(packed, node.children)) + struct.pack(">I", END_NODE)

    structure = packed(root) + struct.pack(">I", END)
    reservations = bytes(16)
    at = 40 + len(reservations)
    header = struct.pack(">10I", MAGIC, at + len(structure) + len(strings), at, at + len(structure), 40, VERSION,
                         COMPATIBLE, 0, len(strings), len(structure))
    path.write_bytes(header + reservations + structure + bytes(strings))
    return path

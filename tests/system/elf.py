# SPDX-License-Identifier: Apache-2.0
"""Tiny ARM executables made of words: the smallest guests."""
import pathlib
import struct

HEADER, SEGMENT = 52, 32
ARM, X86_64 = 40, 62


def pack(address: int, code: bytes, entry: int | None = None, machine: int = ARM, kind: int = 2, header_bytes: int = SEGMENT,
         more_memory: int = 0) -> bytes:
    """An executable of one segment, loaded at a physical address; it takes more memory than the code is long."""
    entry = address if entry is None else entry
    header = b"\x7fELF" + bytes((1, 1, 1)) + bytes(9)
    header += struct.pack("<HHIIIIIHHHHHH", kind, machine, 1, entry, HEADER, 0, 0x05000200, HEADER, header_bytes, 1, 0, 0, 0)
    offset = HEADER + SEGMENT
    return header + struct.pack("<8I", 1, offset, address, address, len(code), len(code) + more_memory, 7, 4) + code


def words(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)


def save(path: pathlib.Path, data: bytes) -> pathlib.Path:
    path.write_bytes(data)
    return path

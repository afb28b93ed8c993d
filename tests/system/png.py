# SPDX-License-Identifier: Apache-2.0
"""PNG files of 8 bits a sample, RGB, without interlace: enough to make inputs and read screenshots."""
import pathlib
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write(path: pathlib.Path, width: int, height: int, rgb: bytes) -> None:
    rows = b"".join(b"\0" + rgb[y * width * 3 : (y + 1) * width * 3] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")
    )


def unfilter(kind: int, row: bytearray, above: bytes) -> None:
    for i in range(len(row)):
        left = row[i - 3] if i >= 3 else 0
        corner = above[i - 3] if i >= 3 else 0
        up = above[i]
        if kind == 1:
            row[i] = (row[i] + left) & 255
        elif kind == 2:
            row[i] = (row[i] + up) & 255
        elif kind == 3:
            row[i] = (row[i] + (left + up) // 2) & 255
        elif kind == 4:
            guess = left + up - corner
            nearest = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))
            row[i] = (row[i] + nearest[2]) & 255


def read(path: pathlib.Path) -> tuple[int, int, bytes]:
    data = path.read_bytes()
    assert data.startswith(SIGNATURE), f"{path} is no PNG"
    at, packed, width, height = 8, b"", 0, 0
    while at < len(data):
        length = struct.unpack(">I", data[at : at + 4])[0]
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert (depth, colour) == (8, 2), f"{path} is not 8-bit RGB"
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    rows, stride = zlib.decompress(packed), 1 + width * 3
    above, pixels = bytes(width * 3), bytearray()
    for y in range(height):
        row = bytearray(rows[y * stride + 1 : (y + 1) * stride])
        unfilter(rows[y * stride], row, above)
        pixels += row
        above = bytes(row)
    return width, height, bytes(pixels)

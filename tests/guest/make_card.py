#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a card image of the words 0x5D000000, 0x5D000001, ... for dma_requests.

usage: make_card.py IMAGE
"""
import pathlib
import struct
import sys

WORDS = (1 << 20) // 4

pathlib.Path(sys.argv[1]).write_bytes(struct.pack(f"<{WORDS}I", *range(0x5D000000, 0x5D000000 + WORDS)))

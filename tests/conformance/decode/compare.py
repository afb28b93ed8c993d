#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what the decode tables call random instructions with what binutils' disassembler says.

usage: compare.py NAMES OBJDUMP a32|t32|t16|a32-simd|t32-simd COUNT [SEED]

The last two are what coprocessors, VFP and Advanced SIMD have. Exit status 0 if there is no difference but those told below
and in excuses.py, and if the comparison would notice of every row that it is missing.
"""
import collections
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import typing

import excuses

# What the disassembler may call an instruction of a row, where that is not the row's own name.
ALSO = {
    "MOV": "lsl lsr asr ror rrx nop mov",
    "LSL, LSR, ASR": "movs mov lsls lsrs asrs lsl lsr asr",
    "ADD": "adr add adds",
    "ADDW, ADR": "addw add adr",
    "SUB": "adr sub",
    "SUBW, ADR": "subw sub adr",
    "ADD, SUB": "add sub",
    "STR": "str push",
    "LDR": "ldr pop",
    "LDR (literal)": "ldr ldrt",  # It takes some of these for LDRT, which has none.
    "LDRB (literal)": "ldrb ldrbt",
    "LDRH (literal)": "ldrh ldrht",
    "LDRSB (literal)": "ldrsb ldrsbt",
    "LDRSH (literal)": "ldrsh ldrsht",
    "STM": "stm push stmia stmdb stmda stmib",
    "LDM": "ldm pop ldmia ldmdb ldmda ldmib ldmfd",
    "B": "b",
    "NOP, YIELD, DBG": "nop yield dbg sevl esb csdb tsb psb bti pac aut pacbti",
    "NOP, YIELD, hints": "nop yield sevl",
    "B, BL": "b bl",
    "CPS": "cpsie cpsid cps",
    "SVC": "svc",
    "MUL": "mul muls",
    "SMLAxy": "smlabb smlabt smlatb smlatt",
    "SMLAWy": "smlawb smlawt",
    "SMULWy": "smulwb smulwt",
    "SMLALxy": "smlalbb smlalbt smlaltb smlaltt",
    "SMULxy": "smulbb smulbt smultb smultt",
    "SWP": "swp swpb",
    "VORR": "vorr vmov",
    "VLDM": "vldm vldmia vldmdb vpop fldm fldmdbx fldmiax",
    "VSTM": "vstm vstmia vstmdb vpush fstmdbx fstmiax",
    "SETEND": "setend setendne setendle",
    "Hint": "pli pld pldw nop",
    "SUBS PC, LR": "subs eret movs",
    "RFE": "rfe rfeia rfedb rfeda rfeib",
    "SRS": "srs srsia srsdb srsda srsib",
    "TBB, TBH": "tbb tbh",
    "CBZ, CBNZ": "cbz cbnz",
    "PKHBT, PKHTB": "pkhbt pkhtb",
    "IT": "it itt ite ittt itte itet itee itttt ittte ittet ittee itett itete iteet iteee",
    "CMP": "cmp cmpp",
    "ADR": "add adr",
    "MRS": "mrs",
    "DSB": "dsb ssbb pssbb dfb",
    "RSB": "rsb neg",
    "UDF": "udf",
}
# The rows that it cannot judge: hints that nobody has given a meaning, which are NOPs (A5.7.1, A6.3.8). It takes them for
# UNDEFINED, for PLI or for LDRSH. The lockstep test executes them.
UNNAMED = re.compile(r"Hint \(")
# So many of a row's words must betray it if it is missing.
GUARDED = 0.9
CONDITIONS = "eq ne cs cc mi pl vs vc hi ls ge lt gt le al hs lo".split()


def disassemble(objdump: str, isa: str, file: pathlib.Path) -> dict[int, tuple[str, str]]:
    """By offset: the mnemonic, and the whole line."""
    options = ["-D", "-z", "-b", "binary", "-m", "armv7"] if isa.startswith("a32") else \
              ["-D", "-z", "-b", "binary", "-m", "armv7", "-M", "force-thumb"]
    text = subprocess.run([objdump, *options, file], check=True, capture_output=True, encoding="utf-8").stdout
    result = {}
    for line in text.splitlines():
        parts = line.split("\t")
        if len(parts) < 3 or not parts[0].strip().endswith(":"):
            continue
        mnemonic = parts[2].split()[0] if parts[2].split() else ""
        if "UNDEFINED" in line or "<illegal" in line:
            mnemonic = "undefined"
        result[int(parts[0].strip()[:-1], 16)] = (mnemonic, line)
    return result


def allowed(row: str, bits: str) -> set[str]:
    """The names that a row's words may have, without condition."""
    base = re.sub(r"(\.\w+)?( \(.*\))?$", "", row)
    names = set(ALSO.get(row, ALSO.get(base, "")).split()) | {part.strip().lower() for part in base.split(",")}
    if "S" in bits or len(bits) < 32:
        names |= {name + "s" for name in names}
    if "x" in bits or "r" in bits:  # SMLADX, SMMLAR
        names |= {name + letter for name in names for letter in "xr" if letter in bits}
    return names


def form_differs(row: str, isa: str, line: str) -> bool:
    """True if the operands are not of the form that the row's name tells, though the mnemonic may be the same."""
    if isa.startswith("t") and re.match(r"LDR\w*T$|(LDR|PL)\w* \(", row):
        return (re.search(r"\[pc[,\]]", line) is not None) != ("(literal)" in row)
    return row.startswith("VLD") and ("[]" in line) != ("(all lanes)" in row)


def same(row: str, bits: str, mnemonic: str) -> bool:
    bare = mnemonic.removesuffix("<und>").split(".")[0]
    names = allowed(row, bits)
    return bare in names or (bare[-2:] in CONDITIONS and bare[:-2] in names)


class Word(typing.NamedTuple):
    """One word, and what it is called."""

    value: int
    row: str
    bits: str  # Of the row.
    without: str  # Its name if the row were missing.
    mnemonic: str
    line: str


def differs(word: Word, row: str, isa: str) -> bool:
    """True if the disassembler contradicts that the word is one of `row`."""
    if row == "UNPREDICTABLE" or "UNPREDICTABLE" in word.line:
        return False
    if row == "UNDEFINED":
        return word.mnemonic != "undefined" and not excuses.excused(isa, word.value, word.mnemonic)
    if UNNAMED.match(row):
        return False
    return not same(row, word.bits, word.mnemonic) or form_differs(row, isa, word.line)


def read(isa: str, names: list[str], words: bytes, theirs: dict[int, tuple[str, str]]) -> list[Word]:
    size = 2 if isa == "t16" else 4
    result = []
    for index, line in enumerate(names[-(len(words) // size) :]):
        value = int.from_bytes(words[index * size : (index + 1) * size], "little")
        if isa.startswith("t32"):
            value = value >> 16 | (value & 0xFFFF) << 16
        row, bits, without = (line.split("\t") + ["", ""])[:3]
        result.append(Word(value, row, bits, without, *theirs.get(index * size, ("?", "?"))))
    return result


def print_unseen_holes(isa: str, rows: list[tuple[str, str]], words: list[Word]) -> int:
    """Every row in turn as if it were missing: UNDEFINED, and what the table has in its place. How many go unnoticed."""
    seen = collections.Counter()
    noticed = collections.Counter()
    for word in words:
        if not word.bits or "UNPREDICTABLE" in word.line:
            continue
        row = word.row, word.bits
        seen[row] += 1
        noticed[row] += differs(word, "UNDEFINED", isa) and differs(word, word.without, isa)
    unseen = 0
    for row in rows:
        if noticed[row] > GUARDED * seen[row] or UNNAMED.match(row[0]):
            continue
        unseen += 1
        print(f"FAILED: {row[0]} {row[1]} could be missing: noticed at {noticed[row]} of {seen[row]} words")
    return unseen


def main() -> int:
    names, objdump, isa, count = sys.argv[1:5]
    seed = sys.argv[5] if len(sys.argv) > 5 else os.environ.get("LINEFILL_SEED", str(random.randrange(1 << 32)))
    print(f"LINEFILL_SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "words.bin")
        out = subprocess.run([names, isa, seed, count, file], check=True, capture_output=True, encoding="utf-8").stdout
        words = read(isa, out.splitlines(), file.read_bytes(), disassemble(objdump, isa, file))
    rows = [tuple(line.split("\t")[1:]) for line in out.splitlines() if line.startswith("row\t")]
    wrong = collections.defaultdict(list)
    for word in words:
        if differs(word, word.row, isa):
            wrong[word.row, word.mnemonic].append(word.line)
    for (row, mnemonic), lines in sorted(wrong.items()):
        print(f"FAILED: {row} is {mnemonic} {len(lines)} times: {lines[0].strip()}")
    unseen = print_unseen_holes(isa, rows, words)
    compared = sum(word.row != "UNPREDICTABLE" and "UNPREDICTABLE" not in word.line for word in words)
    print(
        f"{compared} instructions compared, {sum(map(len, wrong.values()))} different; {len(rows)} rows, {unseen} unguarded"
    )
    return 1 if wrong or unseen or not compared else 0


if __name__ == "__main__":
    sys.exit(main())

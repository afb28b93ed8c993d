#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what the decode tables call random instructions with what binutils' disassembler says.

usage: compare.py NAMES OBJDUMP a32|t32|t16 COUNT [SEED]

VFP and Advanced SIMD have tests of their own. Exit status 0 if there is no difference but those told below.
"""
import collections
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

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
    "STM": "stm push stmia stmdb stmda stmib",
    "LDM": "ldm pop ldmia ldmdb ldmda ldmib ldmfd",
    "B": "b",
    "NOP, YIELD, DBG": "nop yield dbg wfe wfi sev sevl esb csdb tsb psb",
    "NOP, YIELD, hints": "nop yield",
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
# What is UNDEFINED on a Cortex-A9 though the disassembler has a name for it: the Virtualization Extensions, division,
# ThumbEE, ARMv8; and bits that should be zero or one and are not, which are UNPREDICTABLE.
NOT_HERE = re.compile(
    r"(udf|undefined|hvc|eret|sdiv|udiv|enterx|leavex|lda|stl|crc32|hlt|setpan|b?lx?ns|bxns|bf|cs|cin|cne|dcps|sg$|tta?t?|"
    r"sevl|esb|tsb|csdb|pacb|pssbb|ssbb|sb$|dfb|le$|letp|wls|dls|lctp|clrm|aut|pac|bxaut|bti|v[a-z]|lsll|lsrl|asrl|sqr|uqr|"
    r"sqs|uqs|sr[sl]|ur|\.word|\.inst)"
)
# Rows whose words the disassembler does not name: hints that nobody has given a meaning are NOPs (A5.7.1, A6.3.8).
UNNAMED = re.compile(r"(Hint|PLD \(literal\)|NOP, YIELD)")
CONDITIONS = "eq ne cs cc mi pl vs vc hi ls ge lt gt le al hs lo".split()


def disassemble(objdump: str, isa: str, file: pathlib.Path) -> dict[int, tuple[str, str]]:
    """By offset: the mnemonic, and the whole line."""
    options = ["-D", "-z", "-b", "binary", "-m", "armv7"] if isa == "a32" else \
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


def allowed(row: str) -> set[str]:
    base = re.sub(r" \(.*\)", "", row)
    names = set(ALSO.get(base, "").split()) | {part.strip().lower() for part in base.split(",")}
    return names


def same(row: str, mnemonic: str) -> bool:
    bare = mnemonic.removesuffix("<und>").removesuffix(".w").removesuffix(".n")
    names = allowed(row)
    for ending in ("", "s", "l", "ia", "db", "da", "ib", "t", "x", "r"):
        stem = bare.removesuffix(ending) if ending else bare
        if stem in names or stem[:-2] in names and stem[-2:] in CONDITIONS:
            return True
    # BXEQ, ADDSNE, LDMDBLT ...
    for condition in CONDITIONS:
        if bare.endswith(condition):
            stem = bare[: -len(condition)]
            if stem in names or any(stem == name + e for name in names for e in ("s", "x", "r", "ia", "db", "da", "ib", "l")):
                return True
    return False


def without_condition(mnemonic: str) -> str:
    bare = mnemonic.replace("??", "")
    return bare[:-2] if bare[-2:] in CONDITIONS else bare


def main() -> int:
    names, objdump, isa, count = sys.argv[1:5]
    seed = sys.argv[5] if len(sys.argv) > 5 else os.environ.get("LINEFILL_SEED", str(random.randrange(1 << 32)))
    print(f"LINEFILL_SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "words.bin")
        out = subprocess.run([names, isa, seed, count, file], check=True, capture_output=True, encoding="utf-8").stdout
        size = 2 if isa == "t16" else 4
        words = file.read_bytes()
        ours = out.splitlines()[-(len(words) // size) :]
        theirs = disassemble(objdump, isa, file)
    wrong = collections.defaultdict(list)
    compared = 0
    # What has a row: the same with bits that should be zero or one and are not is UNPREDICTABLE, UNDEFINED here.
    known = {theirs[k * size][0] for k, row in enumerate(ours) if not row.startswith("UN") and k * size in theirs}
    known |= {without_condition(name) for name in known}
    known |= {name + s for row in set(ours) if not row.startswith("UN") for name in allowed(row) for s in ("", "s")}
    for index, row in enumerate(ours):
        mnemonic, line = theirs.get(index * size, ("?", "?"))
        if row == "UNPREDICTABLE" or "UNPREDICTABLE" in line:
            continue
        compared += 1
        if row == "UNDEFINED":
            if not NOT_HERE.match(mnemonic) and without_condition(mnemonic) not in known:
                wrong[row, mnemonic].append(line)
        elif not same(row, mnemonic) and not UNNAMED.match(row):
            wrong[row, mnemonic].append(line)
    for (row, mnemonic), lines in sorted(wrong.items()):
        print(f"FAILED: {row} is {mnemonic} {len(lines)} times: {lines[0].strip()}")
    print(f"{compared} instructions compared, {sum(map(len, wrong.values()))} different")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())

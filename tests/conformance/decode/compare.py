#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what the decode tables call random instructions with what binutils' disassembler says.

usage: compare.py NAMES OBJDUMP a32|t32|t16|a32-simd|t32-simd COUNT [SEED]

The last two are what coprocessors, VFP and Advanced SIMD have. Exit status 0 if there is no difference but those told below.
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
    "VORR": "vorr vmov",
    "VLDM": "vldm vpop fldm fldmdbx fldmiax",
    "VSTM": "vstm vpush fstmdbx fstmiax",
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
# What the disassembler names though bits that are no should-be bits are not as they must be.
NAMED_LOOSELY = re.compile(
    r"<undefined>|UNDEF:|\?\?|<und>|"
    # Of A32: comparisons without S, MRS and MSR of banked registers, what has bits 7 or 5 or 4 wrong.
    r"\t(cmp|cmn|tst|teq)|\t(mrs|msr)|\t(pldw?|pli|setend)\b|"
    # Of T32: bits 11 to 6 of an offset by register, and stores relative to the PC.
    r"\t(str[bh]?|strb?t|strht|ldrs?[bh]?|pldw?|pli)(\.w)?\t"
)
# The same in the extensions: what came later (VFPv4, ARMv8), Q registers with odd numbers, sizes that are not there, and
# the coprocessors that a Cortex-A9 does not have, which go by many names.
EXTENSIONS_NOT_HERE = re.compile(
    r"[^\t]*\t[^\t]*\t(?!v|mcr|mrc)|.*\tm[cr]rr|.*\t(mcr|mrc)2|.*\t(mcr|mrc)\S*\t(?!1[45],)|"
    r".*\tv(fma|fms|fnma|fnms|sel|maxnm|minnm|rint|cvt[anpm]\.|cmla|cadd|fmal|fmsl|[su]dot|[us]mmla|usmmla|usdot|sudot|jcvt|ins|movx|"
    r"qrdmla|qrdmls|dot|mmla|lldm|lstm|scclrm)|.*\t(?=v)\S*\.(f8|f16|s16\.f16|u16\.f16|bf16|p16|p32|p64)|.*\?\?|"
    # System registers that are not there, ARMv8.1-M's among them.
    r".*\tvm(rs|sr).*(impl def|fpinst|mvfr2|vpr|p0|fpcxt|nzcvqc)|.*\tv(ldr|str)\S*\t(FP|VPR|P0|fp|<invalid)|"
    # Alignments, sizes and forms that are UNDEFINED (A8.8): VPADD and VPMAX of Q registers, VZIP of single words, U of a word.
    r".*\tv(ld|st)[1-4]\.\d+\t\{[^}]*\}, \[\w+ :|.*\tvld4\.32\t\{\S*\[\]\S*\}|.*\tvp(add|max|min)\.\w+\tq|"
    r".*\tvmov\w*\.32\t\w+, d\d+\[|.*\tv(uzp|zip)\.32\td|.*\tv(mull\.p8|recpe\.u16|rsqrte\.u16|rev16\.16|rev16\.32|rev32\.32)\t"
)
# Rows whose words the disassembler does not name: hints that nobody has given a meaning are NOPs (A5.7.1, A6.3.8).
UNNAMED = re.compile(r"(Hint|PLD \(literal\)|NOP, YIELD)")
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


def allowed(row: str) -> set[str]:
    base = re.sub(r"(\.\w+)?( \(.*\))?$", "", row)
    names = set(ALSO.get(base, "").split()) | {part.strip().lower() for part in base.split(",")}
    return names


def same(row: str, mnemonic: str) -> bool:
    bare = mnemonic.removesuffix("<und>").split(".")[0]
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


def absent(mnemonic: str, line: str, extensions: bool) -> bool:
    """Named there, UNDEFINED here, and rightly so."""
    if extensions:
        return EXTENSIONS_NOT_HERE.match(line) is not None
    return NOT_HERE.match(mnemonic) is not None or NAMED_LOOSELY.search(line) is not None


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
    for index, row in enumerate(ours):
        mnemonic, line = theirs.get(index * size, ("?", "?"))
        if row == "UNPREDICTABLE" or "UNPREDICTABLE" in line:
            continue
        compared += 1
        if row == "UNDEFINED":
            if mnemonic != "undefined" and not absent(mnemonic, line, isa.endswith("simd")):
                wrong[row, mnemonic].append(line)
        elif not same(row, mnemonic) and not UNNAMED.match(row):
            wrong[row, mnemonic].append(line)
    for (row, mnemonic), lines in sorted(wrong.items()):
        print(f"FAILED: {row} is {mnemonic} {len(lines)} times: {lines[0].strip()}")
    print(f"{compared} instructions compared, {sum(map(len, wrong.values()))} different")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())

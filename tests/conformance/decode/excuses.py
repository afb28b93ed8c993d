# SPDX-License-Identifier: Apache-2.0
"""What binutils' disassembler has a name for though it is UNDEFINED on a Cortex-A9: by the mnemonic, types and all, and, where
that is the mnemonic of an instruction that there is, by bits of the word that no such instruction has."""
import re
import typing

CONDITION = "(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le|al|hs|lo)?"


class Excuse(typing.NamedTuple):
    mnemonic: re.Pattern
    bits: list[tuple[int, int]]  # (mask, value): one of them must match, if there are any,
    unless: list[tuple[int, int]]  # and none of these.


def _bits(text: str) -> list[tuple[int, int]]:
    """Of alternatives, each in nibbles, most significant first; `.` is any bit."""
    result = []
    for pattern in text.split():
        nibbles = [nibble.replace(".", "0") for nibble in pattern.split("_")]
        fixed = ["".join("0" if bit == "." else "1" for bit in nibble) for nibble in pattern.split("_")]
        assert len(nibbles) == 8 and all(len(nibble) == 4 for nibble in nibbles), pattern
        result.append((int("".join(fixed), 2), int("".join(nibbles), 2)))
    return result


def _row(mnemonics: str, bits: str = "", unless: str = "") -> Excuse:
    alternatives = "|".join(mnemonics.split())
    return Excuse(re.compile(f"({alternatives})".replace("{c}", CONDITION)), _bits(bits), _bits(unless))


def _structures(single: str, forms: str) -> str:
    """Bits of element or structure loads and stores, given bits 11 to 4."""
    return " ".join(f"1111_0100_{single}..0_...._...._{form}_...." for form in forms.split())


_A32 = [
    # Virtualization Extensions, division, ARMv8.
    _row("(hvc|eret|hlt|sevl|esb|tsb|csdb|[su]div|crc32c?[bhw]|lda(ex)?[bdh]?|stl(ex)?[bdh]?){c} setpan"),
    _row("udf{c} undefined"),  # UNDEFINED by that name.
    # Comparisons without S.
    _row("(cmp|cmn|tst|teq){c}", "...._0001_0..0_...._...._...._...._....", unless="...._...._...._...._...._...._1..1_...."),
    # MRS and MSR of banked registers; and MSR where bits 7 to 4 are something else.
    _row("(mrs|msr){c}", "...._0001_0..0_...._...._..1._0000_...."),
    _row("msr{c}", "...._0001_0.10_...._...._...._...._....", unless="...._...._...._...._...._...._0000_...."),
    # With a register, and bit 4.
    _row("pldw? pli", "1111_011._...._...._...._...._...1_...."),
    # Bits 7 to 4.
    _row("setend", "1111_0001_0000_...1_...._...._...._....", unless="...._...._...._...._...._...._0000_...."),
]
_LITERAL = "1111_100._...1_1111_...._...._...._.... "
_BY_REGISTER = "1111_100._0..._...._...._0000_00.._...."
_T32 = [
    _row("hvc [su]div crc32c?[bhw] lda(ex)?[bdh]? stl(ex)?[bdh]? hlt dcps[123] sg tta?t? bl?xns eret sb"),
    # ARMv8.1-M: branch futures, low-overhead loops, conditional selection, its shifts, MVE and pointer authentication.
    _row(r"bf bfl bfx bflx bfcsel wls dls (wls|dls)tp\.\d+ le letp lctp clrm csel csinc csinv csneg cset csetm cinc cinv cneg"),
    _row(r"asrll? lsll lsrl sqrshrl? sqshll? srshrl? uqrshll? uqshll? urshrl? v[a-z].* pac\w* aut\w* bti bxaut"),
    _row("udf undefined"),
    # Size 11.
    _row(r"(ldr|str)\?\?t?"),
    # With a register: bits 10 to 6; and indexed, neither before nor with write-back. From the PC it is a literal.
    _row("(ldrs?|str)[bh]? pldw? pli", "1111_100._0..._...._...._0..._...._....", unless=_LITERAL + _BY_REGISTER),
    _row("(ldrs?|str)[bh]? pldw? pli", "1111_100._0..._...._...._10.0_...._....", unless=_LITERAL),
    # Stores from the PC.
    _row("str[bh]?t?", "1111_1000_...0_1111_...._...._...._...."),
    # MRS and MSR of banked registers.
    _row("mrs", "1111_0011_111._...._...._...._..1._...."),
    _row("msr", "1111_0011_100._...._...._...._..1._...."),
]
_T16 = [_row("hlt setpan udf undefined")]
# Coprocessors, VFP and Advanced SIMD; Advanced SIMD as A32 has it.
_EXTENSIONS = [
    # Coprocessors other than 10, 11, 14 and 15; of these two all but MCR and MRC; and what has no condition.
    _row(".*", "...._110._...._...._...._0..._...._.... ...._110._...._...._...._100._...._.... "
         "...._110._...._...._...._110._...._...."),
    _row(".*", "...._1110_...._...._...._0..._...._.... ...._1110_...._...._...._100._...._.... "
         "...._1110_...._...._...._110._...._...."),
    _row(".*", "...._110._...._...._...._111._...._.... ...._1110_...._...._...._111._...0_...."),
    _row(".*", "1111_110._...._...._...._...._...._.... 1111_1110_...._...._...._...._...._...."),
    # VFPv4: fused multiply-accumulate. ARMv8.
    _row(r"vfn?m[as]{c}\.f(16|32|64) vrint.{c}\.f(16|32|64) vcvt[bt]{c}\.(f64\.f16|f16\.f64)"),
    _row(r"vcvt[anpm]\.[su](16|32)\.f(16|32|64) v(max|min)nm\.f(16|32|64) vqrdml[as]h\.s(16|32)"),
    _row(r"aesi?mc\.8 aes[de]\.8 sha\w+\.32 vmull\.p64"),
    # Halves as numbers, polynomials and reversals of sizes that there are not.
    _row(r"v(?!cvt)\w+\.(f8|f16) vcvt\.bf16\.f32 vcvt\.([su]16\.f16|f16\.[su]16)"),
    _row(r"vmul\.p(16|32) v(recpe|rsqrte)\.u16 vrev16\.(16|32) vrev32\.32"),
    # Coprocessors 10 and 11 where there is no VMOV.
    _row("(mcr|mrc){c}", "...._1110_...._...._...._101._...1_...."),
    _row("(mcrr|mrrc){c}", "...._1100_010._...._...._101._...._....", unless="...._...._...._...._...._...._00.1_...."),
    # System registers other than FPSID, FPSCR, MVFR0, MVFR1 and FPEXC.
    _row("(vmrs|vmsr){c}", "...._1110_111._001._...._1010_...._.... ...._1110_111._010._...._1010_...._.... "
         "...._1110_111._1001_...._1010_...._.... ...._1110_111._101._...._1010_...._.... "
         "...._1110_111._11.._...._1010_...._...."),
    # A word, unsigned. VMULL of polynomials with U.
    _row(r"vmov{c}\.32", "...._1110_10.1_...._...._1011_.00._...."),
    _row(r"vmull\.p8", "1111_0011_1..._...._...._1110_.0.0_...."),
    # Pairwise of Q registers; VZIP and VUZP of single words in D registers.
    _row(r"vp(max|min)\.[suf](8|16|32)", "1111_001._0..._...._...._1010_.1.._.... 1111_0011_0..._...._...._1111_.1.0_...."),
    _row(r"vpadd\.[if](8|16|32)", "1111_0010_0..._...._...._1011_.1.1_.... 1111_0011_0..._...._...._1101_.1.0_...."),
    _row(r"v(zip|uzp)\.32", "1111_0011_1.11_1010_...._0001_.0.0_.... 1111_0011_1.11_1010_...._0001_10.0_...."),
    # Structures: alignments and sizes that A8.8.320 to A8.8.333 call UNDEFINED, of several and of one to all lanes.
    _row(r"v(ld|st)[1-4]\.(8|16|32|64)", _structures("0", "0111_..1. 0110_..1. 1010_..11 100._..11 010._..1.")),
    _row(r"vld[134]\.(8|16|32)", _structures("1", "1100_00.1 1110_...1 1111_11.0")),
]
EXCUSES = {"a32": _A32, "t32": _T32, "t16": _T16, "a32-simd": _EXTENSIONS, "t32-simd": _EXTENSIONS}


def _as_in_a32(word: int) -> int:
    """A word of T32's Advanced SIMD as A32 has it."""
    if word >> 24 in (0xEF, 0xFF):
        return 0xF2000000 | (word >> 28 & 1) << 24 | word & 0x00FFFFFF
    return 0xF4000000 | word & 0x00FFFFFF if word >> 24 == 0xF9 else word


def excused(isa: str, word: int, mnemonic: str) -> bool:
    """Named there, UNDEFINED here, and rightly so."""
    mnemonic = re.sub(r"(<und>|\.[nw])+$", "", mnemonic)
    if isa == "t32-simd":
        word = _as_in_a32(word)
    for excuse in EXCUSES[isa]:
        if excuse.mnemonic.fullmatch(mnemonic) is None:
            continue
        if excuse.bits and not any(word & mask == value for mask, value in excuse.bits):
            continue
        if not any(word & mask == value for mask, value in excuse.unless):
            return True
    return False

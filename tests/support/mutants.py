# SPDX-License-Identifier: Apache-2.0
"""Finds the calls of cache operations, barriers and TLB invalidations in the guest's DMA layer, and puts each behind a
jump that can be patched into a program. For scripts/mutate."""
import re
import zlib
from dataclasses import dataclass

FOLDERS = ("sw/arch", "sw/mm", "sw/cache", "sw/iommu", "sw/dma", "sw/dmaengine")
# Not the host's; and the instructions themselves, each of whose uses is one of the calls.
EXCLUDED = ("sw/arch/host/", "sw/dma/old_names.hpp")
# What a call's name ends with, and what its arguments must contain, if not anything.
OPERATIONS = [(re.compile(rf"(?:{name})$"), re.compile(argument)) for name, argument in (
    # Barriers.
    (r"(?:dma_|smp_)?[wr]?mb|dsb|dsb_st|dmb\w*|isb|drain_write_buffer", ""),
    # The CPU's caches and TLB, by CP15.
    (r"(?:clean|invalidate|clean_invalidate)_(?:line|set_way|instruction_line|dcache)", ""),
    (r"clean_line_to_unification|invalidate_(?:icache|branch_predictor|tlb|tlb_page)", ""),
    (r"(?:invalidate|clean|flush)_range|for_all_sets_and_ways|each_line|invalidate_all", ""),
    (r"cpu_cache\.\w+", ""),
    # Outer caches.
    (r"outer_(?:(?:inv|clean|flush)_range|sync|flush_all)|outer_cache\.(?:\w+_range|sync|flush_all)", ""),
    (r"l2x0::write|^write|write_secure", r"kClean|kInvalidate|sync_offset|kCacheSync|kDebugControl|^(?:line|start|controller\.all_ways), offset"),
    (r"operate_on_all_ways|wait_until_clear|sync_and_wait|on_(?:all_ways|line|range|range_or_all)|l2c\d+_sync", ""),
    (r"clean_then_invalidate|(?:clean|inv|clean_inv)_(?:pa|all)", ""),
    # The DMA layer.
    (r"dmac_(?:map_area|unmap_area|flush_range|clean_range)|dma_page_(?:cpu_to_dev|dev_to_cpu|flush)|swiotlb_bounce", ""),
    (r"(?:dma_)?cache_sync|sync_(?:single|sg)_for_(?:cpu|device)|swiotlb_sync_single_for_(?:cpu|device)", ""),
    # I/O page tables and the SMMU's TLB.
    (r"publish|forget|tlb_\w+|iotlb_sync|iommu_iotlb_sync|flush_iotlb_all|sync_(?:context|global)|invalidate", ""),
    (r"write(?:_relaxed)?", r"tlbi|^invalidation|^start, 0"),
)]
CALL = re.compile(r"(?:[\w~]+(?:\([^()]*\))?(?:\.|->|::))*\w+(?=\()")
ASSEMBLER = re.compile(r"\s+(isb|dsb|dmb|mcr\s+p15, \d, \w+, c[78],.*?)\s*(?://.*)?$")
HEADER = "sw/arch/mutation.hpp"
# The jump of Linux's static keys: nothing but a no-operation, unless patched.
HEADER_TEXT = """#pragma once
namespace guest {
template <unsigned kId>
[[gnu::always_inline]] inline bool left_out() {
#ifdef __thumb__
  __asm__ goto("mutant_%c0_%=: nop.w\\n\\t.set mutskip_%c0_%=, %l[skip]" : : "i"(kId) : : skip);
#else
  __asm__ goto("mutant_%c0_%=: nop\\n\\t.set mutskip_%c0_%=, %l[skip]" : : "i"(kId) : : skip);
#endif
  return false;
skip:
  return true;
}
template <class T>
T nothing() {
  return T();
}
}  // namespace guest
"""


@dataclass(frozen=True)
class Mutant:
    """One call: `begin` and `end` are where its expression is in the file's text; `key` names it among all."""
    key: str
    file: str
    begin: int
    end: int

    @property
    def id(self):
        return zlib.crc32(self.key.encode()) & 0x3FFFFFFF


def closing(text, opening):
    """Where the parenthesis closes that opens at `opening`."""
    depth = 0
    for at in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return len(text) - 1


def is_operation(name, given):
    return any(n.search(name) and (n.match(name) or name[: n.search(name).start()][-1] in ".>:") and a.search(given)
               for n, a in OPERATIONS)


def function_of(text, at):
    """The function that `at` is in: what is called or defined at a line's first columns, above."""
    first = text.rfind("\n", 0, at) + 1
    lines = text[:first].splitlines() + [text[first:].split("\n", 1)[0]]
    for line in reversed(lines):
        found = re.match(r"(  )?(\w[^=;({]*[\s&*])?(~?[\w:]+)\(", line)
        definition = found and not line.endswith(";") and (not found[1] or found[2] or line.endswith("}"))
        if definition and found[3] not in ("if", "for", "while", "switch", "static_assert", "defined") and \
                (found[2] or "").strip() != "return":
            return found[3]
    return "?"


def in_cpp(text):
    """(begin, end) of each call that is an operation and a statement."""
    code = re.sub(r"//[^\n]*", lambda found: " " * len(found[0]), text)
    for found in CALL.finditer(code):
        last = closing(code, found.end())
        if re.match(r"\s*;", code[last + 1:]) is None or not is_operation(found[0], code[found.end() + 1:last].strip()):
            continue
        before = code[:found.start()].rstrip()
        if before[-1] in ";{})" or before.endswith("else") or before.endswith("return"):
            yield found.start(), last + 1


def in_assembler(text):
    at = 0
    for line in text.splitlines(keepends=True):
        found = ASSEMBLER.match(line.rstrip("\n"))
        if found:
            yield at + found.start(1), at + found.end(1)
        at += len(line)


def find(top):
    """All of them, in order."""
    result, counts = [], {}
    for folder in FOLDERS:
        for path in sorted((top / folder).rglob("*")):
            name = str(path.relative_to(top))
            if path.suffix not in (".cpp", ".hpp", ".S") or name.startswith(EXCLUDED):
                continue
            text = path.read_text()
            assembler = path.suffix == ".S"
            for begin, end in in_assembler(text) if assembler else in_cpp(text):
                function = re.findall(r"^(\w+):", text[:begin], re.M)[-1] if assembler else function_of(text, begin)
                key = f"{name}: {function}: {' '.join(text[begin:end].split())}"
                counts[key] = counts.get(key, 0) + 1
                result.append(Mutant(key + f" #{counts[key]}" * (counts[key] > 1), name, begin, end))
    return result


def rewrite(text, those):
    """A file's text with each of those mutants of it behind its jump; no line moves."""
    pieces = []  # One call may stand within another.
    for mutant in those:
        condition = f"guest::left_out<{mutant.id}>()"
        if mutant.file.endswith(".S"):
            around = f"mutant_{mutant.id}_0: ", f"; .set mutskip_{mutant.id}_0, ."
        elif text[:mutant.begin].rstrip().endswith("return"):
            around = f"{condition} ? guest::nothing<decltype({text[mutant.begin:mutant.end]})>() : ", ""
        else:
            around = f"static_cast<void>({condition} ? void() : static_cast<void>(", "))"
        pieces += zip((mutant.begin, mutant.end), around)
    for at, piece in sorted(pieces, reverse=True):
        text = text[:at] + piece + text[at:]
    if those and not those[0].file.endswith(".S"):
        text = re.sub(r"\A[^\n]*", f'#include "{HEADER}"', text)
    return text

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks whether the tables of names in the READMEs of sw/ (| name | file | tests | program |) are true.

usage: names.py [FOLDER]     FOLDER: the repository (default: this one)
Each name is in one of the row's files and in the source of one of its programs; those behind "inside:" are called by other
names, and looked for in the files only. Files, tests, programs and their cases are there; and each function that a header
declares outside of a namespace is in a table, and each attribute (`dma_attrs`). `{a,b}` is both; `*` stands for any part of a name, `_end` for the name
before it with another end. Prints a line for each fault; status 1 if there is one.
"""
import re
import sys
from pathlib import Path

FOLDERS = ("sw/dma", "sw/dmaengine", "sw/iommu", "sw/cache")
COLUMNS = ["name", "file", "tests", "program"]
INSIDE = "inside:"
PARTS = ("tests/guest/support/", "sw/apps/", "sw/drivers/", "sw/measure/")  # What a program is made of.


def code(path):
    """A source without its comments and texts."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.S)
    return re.sub(r'^(?!#include)(.*)$', lambda line: re.sub(r'"(\\.|[^"\\])*"', '""', line[0]), text, flags=re.M)


def quoted(cell):
    """What is in backquotes, each of `{a,b}`."""
    names = []
    for token in re.findall(r"`([^`]+)`", cell):
        names += braces(token)
    return names


def braces(token):
    found = re.search(r"\{([^}]*)\}", token)
    if not found:
        return [token]
    before, after = token[:found.start()], token[found.end():]
    return [name for part in found[1].split(",") for name in braces(before + part.strip() + after)]


def rows_of(readme):
    """The rows of its tables of names: (line number, cells)."""
    inside = False
    for number, line in enumerate(readme.read_text().splitlines(), 1):
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else None
        if cells is None:
            inside = False
        elif cells == COLUMNS:
            inside = True
        elif inside and not set(line) <= set("|-"):
            yield number, cells


class Repository:
    def __init__(self, top):
        self.top = top
        self.texts = {}
        self.known = set()  # Every word of sw/.
        for path in sorted((top / "sw").rglob("*.[ch]pp")):
            self.known |= set(re.findall(r"\w+", self.text(path)))

    def text(self, path):
        if path not in self.texts:
            self.texts[path] = code(path)
        return self.texts[path]

    def files(self, folder, name):
        """The sources that a file or folder means, from `folder`, sw/ or the repository's root; empty: none."""
        for base in (folder, self.top / "sw", self.top):
            path = base / name
            if path.is_file():
                return [path]
            if name.endswith("/") and path.is_dir():
                return sorted(path.rglob("*.[ch]pp"))
        return []

    def program(self, name):
        """The sources of a guest program, with the parts that it includes."""
        app = self.top / "sw/apps" / name
        first = self.top / f"tests/guest/{name}.cpp"
        todo = sorted(app.rglob("*.[ch]pp")) if app.is_dir() else [first] if first.is_file() else []
        seen = []
        while todo:
            path = todo.pop()
            if path in seen:
                continue
            seen.append(path)
            for found in re.findall(r'#include "([^"]+)"', self.text(path)):
                if found.startswith(PARTS):
                    header = self.top / found
                    todo += [part for part in (header, header.with_suffix(".cpp")) if part.is_file()]
        return seen

    def full(self, names):
        """Names whose beginning is left out, made whole."""
        result = []
        for name in names:
            if name.startswith("_") and result:
                parts = result[-1].split("_")
                whole = ["_".join(parts[:count]) + name for count in range(len(parts), 0, -1)]
                name = next((candidate for candidate in whole if candidate in self.known), name)
            result.append(name.split("::")[-1])
        return result

    def has(self, paths, name):
        pattern = re.compile(r"\b" + re.escape(name).replace(r"\*", r"\w+") + r"\b")
        return any(pattern.search(self.text(path)) for path in paths)


def files_of(repository, folder, cell, before):
    """The sources of a row's second column, and what is wrong in it. "the same": those of the row before."""
    paths = list(before) if "the same" in cell else []
    faults = []
    for name in quoted(cell) + re.findall(r"\]\(([^)]*)README\.md\)", cell):
        found = repository.files(folder, name)
        paths += found
        if not found:
            faults.append(f"{name}: no such file")
    return paths, faults


def programs_of(repository, folder, cell):
    """The sources of a row's programs, and what is wrong: `program`, `program case`, `another case of it`, `folder/`."""
    paths, faults = [], []
    last = []
    for token in quoted(cell):
        words = token.split()
        found = repository.files(folder, words[0]) if "/" in words[0] else repository.program(words[0])
        if found:
            last, words = found, words[1:]
            paths += found
        for word in words:
            if not last:
                faults.append(f"{token}: no such program")
            elif not case_is_there(repository, last, word):
                faults.append(f"{token}: no such case")
    return paths, faults


def case_is_there(repository, paths, case):
    texts = [path.read_text() for path in paths if path.name != "harness.cpp"]
    runs = repository.top / "sw/apps/ask/runs.tsv"
    asks = any("sw/apps/ask/" in str(path) for path in paths)
    if asks and re.search(rf"^{re.escape(case)}\t", runs.read_text(), re.M):
        return True
    word = re.escape(case[:-3]) + r"\w*" if case.endswith("...") else re.escape(case)
    return any(re.search(rf'{{\s*"{word}",', text) for text in texts)


def tests_of(repository, folder, cell):
    for name in quoted(cell):
        beside = repository.top / "tests" / folder.relative_to(repository.top) / f"{name}.cpp"
        if not beside.is_file() and not (repository.top / name).is_dir():
            yield f"{name}: no such test"


def row_faults(repository, folder, cells, before):
    """What is wrong with a row; its names and its files."""
    paths, faults = files_of(repository, folder, cells[1], before)
    faults += tests_of(repository, folder, cells[2])
    programs, more = programs_of(repository, folder, cells[3])
    faults += more
    direct, _, indirect = cells[0].partition(INSIDE)
    called, names = repository.full(quoted(direct)), repository.full(quoted(cells[0]))
    faults += [f"{name}: not in {cells[1]}" for name in names if not repository.has(paths, name)]
    faults += [f"{name}: no program of the row has it" for name in called if not repository.has(programs, name)]
    return faults, names, paths


def declared(text):
    """The functions (and macros with arguments) that a header has outside of a namespace and of classes."""
    names = set(re.findall(r"^#define (\w+)\(", text, re.M))
    names |= set(re.findall(r"^inline constexpr dma_attrs (\w+)", text, re.M))
    text = re.sub(r"^\s*#(.*\\\n)*.*$", "", text, flags=re.M).replace('extern ""', "extern")
    depth, statement = 0, ""
    transparent = []  # For each open brace: of an `extern`.
    for token in re.findall(r"[{};]|[^{};]+", text):
        if token == "{":
            inner = statement.strip() == "extern"
            if depth == 0 and not inner:
                names |= function_in(statement)
            transparent.append(inner)
            depth += not inner
            statement = ""
        elif token == "}":
            depth -= not transparent.pop()
            statement = ""
        elif token == ";":
            if depth == 0:
                names |= function_in(statement)
            statement = ""
        else:
            statement += token
    return names


def function_in(statement):
    statement = re.sub(r"\[\[.*?\]\]", "", statement).strip()
    found = re.match(r"(?!using|namespace|static_assert\b|struct \w+$|class )[\w:<>,*&\s]*?\b(\w+)\s*\(", statement)
    return {found[1]} if found and "=" not in statement[:found.end()] else set()


def main():
    top = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]).resolve()
    repository = Repository(top)
    wrong, listed = [], set()
    for name in FOLDERS:
        readme = top / name / "README.md"
        paths = []
        for number, cells in rows_of(readme):
            if len(cells) != len(COLUMNS):
                wrong.append(f"{name}/README.md:{number}: expected {len(COLUMNS)} cells")
                continue
            faults, names, paths = row_faults(repository, readme.parent, cells, paths)
            wrong += [f"{name}/README.md:{number}: {fault}" for fault in faults]
            listed |= set(names)
    patterns = [re.compile(re.escape(name).replace(r"\*", r"\w+") + "$") for name in listed]
    for name in FOLDERS:
        for header in sorted((top / name).rglob("*.hpp")):
            missing = [function for function in sorted(declared(repository.text(header)))
                       if not any(pattern.match(function) for pattern in patterns)]
            wrong += [f"{header.relative_to(top)}: {function}: in no table" for function in missing]
    print("\n".join(wrong) or f"{len(listed)} names")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

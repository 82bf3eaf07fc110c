# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""check.py CHECK ROOT: reads the sources under ROOT; prints a line for each violation, exits 1 if any."""

import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys

import rules

CXX = {".hpp", ".h", ".cpp", ".cu", ".cuh"}
SCRIPTS = {".py", ".sh"}
CMAKE = {".cmake"}
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
# Spelled so that this file does not find itself.
LEFTOVER = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b|^\s*#\s*if 0\b")
SPDX = ["SPDX-FileCopyrightText: The Warpline authors", "SPDX-License-Identifier: Apache-2.0"]


def suffix(path):
    return pathlib.PurePosixPath(path).suffix


class Tree:
    """The source files of a checkout, read once: those git would track, or all where it has no git."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.text = {}
        for path in sorted(self._paths()):
            if self._is_source(path):
                self.text[path] = (self.root / path).read_text(errors="replace").splitlines()
        self.cxx = {path: lines for path, lines in self.text.items() if suffix(path) in CXX}
        self.documents = {path: (self.root / path).read_text().splitlines()
                          for path in self._paths() if suffix(path) == ".md"}

    def _paths(self):
        if (self.root / ".git").exists():
            git = ["git", "-C", self.root, "-c", "safe.directory=*", "ls-files", "-z",
                   "--cached", "--others", "--exclude-standard"]
            try:
                listed = subprocess.run(git, capture_output=True, check=True).stdout.decode()
                return [path for path in listed.split("\0") if (self.root / path).is_file()]
            except (OSError, subprocess.CalledProcessError):
                pass  # not installed: a container with just the packages of scripts/setup
        paths = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name not in (".git", "build", ".cache")]
            paths += [os.path.relpath(os.path.join(folder, name), self.root) for name in files]
        return paths

    def _is_source(self, path):
        if suffix(path) in CXX | SCRIPTS | CMAKE or path.endswith("CMakeLists.txt"):
            return True
        with open(self.root / path, "rb") as file:
            return not suffix(path) and file.read(2) == b"#!"

    def includes(self, path):
        """(line number, quoted, included path) of each include in `path`."""
        for number, line in enumerate(self.cxx[path], 1):
            if match := INCLUDE.match(line):
                yield number, match[1] == '"', match[2]

    def is_ours(self, included):
        """In the tree, or made by the build: from a template, or by its folder's CMakeLists.txt."""
        if (self.root / included).is_file() or (self.root / (included + ".in")).is_file():
            return True
        folder, name = os.path.split(included)
        return any(name in line for line in self.text.get(f"{folder}/CMakeLists.txt", ()))


def inside(path, folder):
    return path.startswith(folder + "/")


def rule_for(path):
    """The innermost folder around `path` that has a rule; None without one."""
    return max((folder for folder in rules.FOLDERS if inside(path, folder)), key=len, default=None)


def check_includes(tree):
    """The dependency direction, for our own folders and for libraries of others."""
    for path in tree.cxx:
        folder = rule_for(path)
        for number, quoted, included in tree.includes(path):
            where = f"{path}:{number}: includes {included}"
            if quoted and not tree.is_ours(included):
                yield f"{where}, which is not a path from the repository root (<> for libraries)"
            if folder is None:
                continue
            allowed = rules.FOLDERS[folder] | {folder}
            if tree.is_ours(included) and not any(inside(included, one) for one in allowed):
                if not any(re.fullmatch(a, path) and re.fullmatch(b, included)
                           for a, b in rules.EXCEPTIONS):
                    yield f"{where}, but {folder} may include only " + \
                        ", ".join(sorted(allowed))
            for library, headers, watched, files in rules.EXPENSIVE:
                if not quoted and re.fullmatch(headers, included) and inside(path, watched) and \
                        not re.fullmatch(files, path):
                    yield f"{where}, but {library} takes long to compile: only {files} may include it"
            if path.split("/")[0] not in rules.LIMITED:
                continue
            users = [(library, files) for library, headers, files in rules.LIBRARIES
                     if not quoted and re.fullmatch(headers, included)]
            if users and not any(re.fullmatch(files, path) for _, files in users):
                yield f"{where}, but {users[0][0]} has no place in this file"


def chain_to(tree, start, wanted):
    """The shortest way by includes from `start` to a header that `wanted` matches; empty if none."""
    ways = collections.deque([[start]])
    seen = {start}
    while ways:
        way = ways.popleft()
        for _, _, included in tree.includes(way[-1]):
            if wanted.fullmatch(included):
                return way + [included]
            if included in tree.cxx and included not in seen:
                seen.add(included)
                ways.append(way + [included])
    return []


def check_cuda(tree):
    """No .cu file reaches a header that nvcc cannot take, through however many headers of ours."""
    for start in tree.cxx:
        if start.endswith((".cu", ".cuh")):
            if way := chain_to(tree, start, rules.NOT_FROM_CUDA):
                yield " -> ".join(way) + ": nvcc cannot take this header"


def code_of(lines):
    """`lines` of C++ without comments and string literals."""
    return [re.sub(r'//.*|"(?:\\.|[^"\\])*"', "", line) for line in lines]


def check_offsets(tree):
    """No element looks for an IP header at the offset that it has without VLAN tags."""
    for path, lines in tree.cxx.items():
        if not any(inside(path, folder) for folder in rules.TAGGED_FOLDERS) or \
                re.fullmatch(rules.UNTAGGED_FILES, path):
            continue
        for number, line in enumerate(code_of(lines), 1):
            if match := rules.UNTAGGED_SIZE.search(line):
                yield f"{path}:{number}: '{match[0]}' is no offset of an IP header in a frame with tags; " \
                    "use the packet's l2_length"


def check_length(tree):
    """One idea a file."""
    for path, lines in tree.text.items():
        if len(lines) > rules.MAX_LINES:
            yield f"{path}: {len(lines)} lines, at most {rules.MAX_LINES}"


def check_leftovers(tree):
    """Nothing is left for later in the sources."""
    for path, lines in tree.text.items():
        for number, line in enumerate(lines, 1):
            if LEFTOVER.search(line):
                yield f"{path}:{number}: {line.strip()}"


def check_licence(tree):
    """The two SPDX lines open each file (after a script's first line)."""
    for path, lines in tree.text.items():
        if suffix(path) in CMAKE or path.endswith("CMakeLists.txt"):
            continue
        head = [line.lstrip("#/ ") for line in lines if not line.startswith(("#!", "# shellcheck"))][:2]
        if head != SPDX:
            yield f"{path}: does not begin with the two SPDX lines"


def prose_of(path, lines):
    """`lines` without what is code: comments and string literals of C++, all text of other files."""
    if suffix(path) not in CXX:
        return [re.sub(r"^\s*#+", " ", line) for line in lines]
    prose = []
    for line in lines:
        pieces = re.findall(r'//[/<]*(.*)|"((?:\\.|[^"\\])*)"', line) if "#include" not in line else []
        prose.append(" ".join(comment + text for comment, text in pieces))
    return prose


def matches_in(pattern, lines):
    """(line number, match) of a pattern whose words may stand in two lines."""
    text = "\n".join(lines)
    for match in re.finditer(pattern.replace(" ", r"\s+"), text, re.IGNORECASE):
        yield text.count("\n", 0, match.start()) + 1, " ".join(match[0].split())


def check_words(tree):
    """No word that the language of the project has replaced: in comments, messages and documents, and as names."""
    texts = {**tree.text, **tree.documents}
    for path, lines in texts.items():
        if path in rules.WORD_EXEMPT or not any(inside(path, folder) for folder in rules.WORD_FOLDERS):
            continue
        found = [(number, word, instead) for pattern, instead in rules.RETIRED_WORDS
                 for number, word in matches_in(pattern, prose_of(path, lines))]
        if path in tree.cxx:
            found += [(number, name, instead) for pattern, instead in rules.RETIRED_NAMES
                      for number, line in enumerate(code_of(lines), 1) for name in re.findall(pattern, line)]
        for number, word, instead in sorted(found):
            if (path, word.lower()) not in rules.KEPT_WORDS:
                yield f"{path}:{number}: '{word}'; write {instead}"


def check_format(tree):
    """The sources are as clang-format leaves them; needs Debian's clang-format-14."""
    command = ["clang-format-14", "--dry-run", *tree.cxx]
    shown = subprocess.run(command, cwd=tree.root, capture_output=True, check=True, text=True).stderr
    for line in shown.splitlines():
        if match := re.match(r"(.*): warning: code should be clang-formatted", line):
            yield f"{match[1]}: not as clang-format-14 leaves it"


CHECKS = {name.removeprefix("check_"): function for name, function in list(globals().items())
          if name.startswith("check_")}


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in CHECKS:
        print("usage: check.py " + "|".join(CHECKS) + " ROOT", file=sys.stderr)
        return 2
    tree = Tree(arguments[1])
    if not tree.cxx:
        print(f"no C++ file under {arguments[1]}: nothing was checked", file=sys.stderr)
        return 2
    if arguments[0] == "format" and not shutil.which("clang-format-14"):
        print("skipped: clang-format-14 is not installed")
        return 77
    findings = list(CHECKS[arguments[0]](tree))
    print("\n".join(findings) or f"{len(tree.text)} files, no violation")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

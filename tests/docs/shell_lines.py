# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Checks lines of shell without running them, but for Warpline's own command line.

An option of warpline that does not exist, or whose value is wrong, is found by warpline itself: it gets one
more option, which no command has, and has to complain about that one alone. So nothing is started.
"""

import re
import shlex
import subprocess
import tempfile

UNKNOWN = "--no-command-has-this"
# Of commands that belong to the tree; `./run` of the bundle for machines with a GPU.
FOLDERS = ("", "scripts/bundle")


def commands(text):
    """The words of each simple command, without variables set before it."""
    joined = text.replace("\\\n", " ")
    for line in joined.split("\n"):
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words = []
        for word in [*lexer, ";"]:
            if word and set(word) <= set("|&;()<>"):
                if words:
                    yield words
                words = []
            elif words or not re.match(r"\w+=", word):
                words.append(word)


def check_warpline(words, program):
    end = words.index("--") if "--" in words else len(words)
    arguments = [program, *words[1:end], UNKNOWN, *words[end:]]
    with tempfile.TemporaryDirectory(prefix="warpline_docs_") as folder:
        result = subprocess.run(arguments, cwd=folder, text=True, timeout=60, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode == 2 and result.stderr.startswith(f"error: unknown option '{UNKNOWN}'"):
        return []
    return [f"{shlex.join(words)}: {result.stderr.strip() or 'started'}"]


def check_script(path, words, root):
    """A program of the tree is there, and its text has the options."""
    found = [root / folder / path for folder in FOLDERS if (root / folder / path).is_file()]
    if not found:
        return [f"{path}: there is no such file"]
    text = found[0].read_text()
    options = [word.split("=")[0] for word in words if re.match(r"--\w", word)]
    return [f"{path} has no option {option}" for option in options if option not in text]


def check_command(words, program, root):
    if words[0] in ("warpline", "./warpline"):
        return check_warpline(words, program)
    if words[0] == "python3" and len(words) > 1:
        return check_script(words[1], words[2:], root)
    if "/" in words[0] and not words[0].startswith(("/", "build/")):
        return check_script(words[0].removeprefix("./"), words[1:], root)
    return []


def check(text, program, root):
    syntax = subprocess.run(["bash", "-n"], input=text, text=True, stderr=subprocess.PIPE, timeout=60)
    if syntax.returncode != 0:
        return [syntax.stderr.strip()]
    return [fault for words in commands(text) for fault in check_command(words, program, root)]

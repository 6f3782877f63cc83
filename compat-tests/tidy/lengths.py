"""No file and no function outgrows its reader.  There is no list of exceptions."""

import json
import re
import subprocess

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
COUNTED = (".cc", ".h", ".py", ".java", ".sh")
BY_CTAGS = (".cc", ".h", ".py", ".java")
FUNCTION_KINDS = {"function", "member", "method"}  # "member" is a method in Python; C++ members have no end.
SHELL_FUNCTION = re.compile(r"^(\s*)(?:function\s+)?([\w-]+)\s*(?:\(\))?\s*\{\s*(?:#.*)?$")


def check(tree):
    yield from check_files(tree)
    yield from check_functions(tree)
    yield from check_shell_functions(tree)


def check_files(tree):
    for path, text in tree.of_kind(*COUNTED):
        lines = text.count("\n")
        if lines > FILE_LINES_MAX:
            yield f"{path}: {lines} lines, at most {FILE_LINES_MAX}"


def check_functions(tree):
    paths = [str(tree.root / path) for path, _ in tree.of_kind(*BY_CTAGS)]
    if not paths:
        return
    command = ["ctags", "--output-format=json", "--fields=+neK", "--langmap=C++:+.h.cc", "-f", "-", "-L", "-"]
    tags = subprocess.run(command, input="\n".join(paths), capture_output=True, text=True, check=True).stdout
    for line in tags.splitlines():
        tag = json.loads(line)
        if tag.get("kind") not in FUNCTION_KINDS or "end" not in tag:
            continue
        length = tag["end"] - tag["line"] + 1
        if length > FUNCTION_LINES_MAX:
            path = tag["path"].removeprefix(f"{tree.root}/")
            yield f"{path}:{tag['line']}: {tag['name']} has {length} lines, at most {FUNCTION_LINES_MAX}"


def check_shell_functions(tree):
    """ctags does not say where a shell function ends: at the brace that stands below its first letter."""
    for path, text in tree.of_kind(".sh"):
        lines = text.splitlines()
        for number, line in enumerate(lines):
            head = SHELL_FUNCTION.match(line)
            if not head or ("()" not in line and "function" not in line):
                continue
            closing = head[1] + "}"
            end = next((at for at in range(number, len(lines)) if lines[at].rstrip() == closing), len(lines) - 1)
            if end - number + 1 > FUNCTION_LINES_MAX:
                yield f"{path}:{number + 1}: {head[2]} has {end - number + 1} lines, at most {FUNCTION_LINES_MAX}"

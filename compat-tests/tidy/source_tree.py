"""The files of the tree that somebody wrote, and the graph of folders that CMakeLists.txt declares."""

import pathlib
import re

NOT_OURS = {".git", "build", "data", "__pycache__"}
SHEBANGS = {"bash": ".sh", "sh": ".sh", "python3": ".py"}


class SourceTree:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.files = sorted(self._walk(self.root))

    def of_kind(self, *suffixes):
        """(path from the root, text) of each file with one of these suffixes; scripts count by their first line."""
        for path in self.files:
            if self._kind(path) in suffixes:
                yield path.relative_to(self.root), path.read_text(encoding="utf-8", errors="replace")

    def _walk(self, folder):
        for entry in folder.iterdir():
            if entry.is_symlink() or entry.name in NOT_OURS:
                continue
            if entry.is_dir():
                yield from self._walk(entry)
            else:
                yield entry

    @staticmethod
    def _kind(path):
        if path.suffix:
            return path.suffix
        with open(path, "rb") as file:
            first = file.readline(200).decode("utf-8", errors="replace")
        if not first.startswith("#!"):
            return ""
        return SHEBANGS.get(re.split(r"[/ ]", first.strip())[-1], "")


def folder_graph(cmake_text):
    """{folder: folders it may include}, from the muir_library and muir_messages lines of CMakeLists.txt."""
    text = re.sub(r"#[^\n]*", "", cmake_text)
    graph = {}
    for arguments in re.findall(r"^\s*muir_(?:library|messages)\(([^)]*)\)", text, re.MULTILINE):
        words = arguments.split()
        allowed, keyword = set(), None
        for word in words[1:]:
            if word in ("DEPENDS", "LINK", "SOURCES"):
                keyword = word
            elif keyword == "DEPENDS":
                allowed.add(word)
        graph[words[0]] = allowed
    return graph

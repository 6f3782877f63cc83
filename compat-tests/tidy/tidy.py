#!/usr/bin/env python3
"""tidy.py [ROOT]: holds the tree against its own rules; prints one line for each breach."""

import pathlib
import sys

import includes
import lengths
import names
import one_place
from source_tree import SourceTree, folder_graph

HERE = pathlib.Path(__file__).resolve().parent


def complaints(root, api_names=()):
    tree = SourceTree(root)
    graph = folder_graph((tree.root / "CMakeLists.txt").read_text(encoding="utf-8"))
    yield from includes.check(tree, graph)
    yield from lengths.check(tree)
    yield from names.check(tree)
    yield from one_place.check(tree)
    yield from one_place.check_handlers(tree, api_names)


def main():
    found = list(complaints(sys.argv[1] if len(sys.argv) > 1 else HERE.parent.parent))
    print("\n".join(found) if found else "tidy")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

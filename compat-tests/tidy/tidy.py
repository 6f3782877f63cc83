#!/usr/bin/env python3
"""Holds the tree against its own rules; prints one line for each breach.

  tidy.py [--apis FILE] [ROOT]     FILE: one advertised API name a line
"""

import argparse
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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apis", type=pathlib.Path)
    parser.add_argument("root", nargs="?", default=HERE.parent.parent)
    options = parser.parse_args()
    api_names = options.apis.read_text().split() if options.apis else ()
    found = list(complaints(options.root, api_names))
    print("\n".join(found) if found else "tidy")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

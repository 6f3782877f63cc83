#!/usr/bin/env python3
"""Asks the broker at MUIR_BOOTSTRAP which APIs it serves: each has a handler file of its own, named as its schema."""

import os
import pathlib
import re
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import one_place  # noqa: E402
from raw_connection import RawConnection, api_versions_request  # noqa: E402
from source_tree import SourceTree  # noqa: E402

ROOT = HERE.parent.parent


def advertised_keys():
    with RawConnection(os.environ["MUIR_BOOTSTRAP"]) as connection:
        answer = connection.call(api_versions_request(0))
    count = struct.unpack_from(">i", answer, 6)[0]
    return [struct.unpack_from(">h", answer, 10 + 6 * i)[0] for i in range(count)]


def names_by_key():
    names = {}
    for path in (ROOT / "wire" / "schema").glob("*_request.schema"):
        key = re.search(r"^request \w+ key (\d+)", path.read_text(), re.MULTILINE)
        names[int(key[1])] = path.name.removesuffix("_request.schema")
    return names


def main():
    names = names_by_key()
    served = sorted(names[key] for key in advertised_keys())
    found = list(one_place.check_handlers(SourceTree(ROOT), served))
    print("\n".join(found) if found else f"{len(served)} APIs, {len(served)} handler files")
    return 1 if found or not served else 0


if __name__ == "__main__":
    sys.exit(main())

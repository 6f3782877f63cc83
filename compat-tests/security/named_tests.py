#!/usr/bin/env python3
"""Every test that docs/security.md names is where the page says, and every row of a CVE names one."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "security.md"
CVES_MIN = 15


def named_tests(row):
    return re.findall(r"`([\w./-]+): ([^`]+)`", row)


def complaints(page, root):
    rows = [line for line in page.splitlines() if re.match(r"\| (CVE-|\(none\))", line)]
    if len(rows) < CVES_MIN:
        yield f"only {len(rows)} rows are read"
    for row in rows:
        tests = named_tests(row)
        if not tests:
            yield f"no test: {row}"
        for path, name in tests:
            file = root / path
            if not file.is_file():
                yield f"no such file: {path}"
            elif not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", file.read_text(encoding="utf-8")):
                yield f"{path} has no {name}"


def main():
    page = PAGE.read_text(encoding="utf-8")
    found = list(complaints(page, ROOT))
    # The check can fail: the same page with names that nobody has.
    spoilt = re.sub(r": ([^`|]+)`", r": \1 of nobody`", page)
    if not list(complaints(spoilt, ROOT)):
        found.append("names that nobody has are not noticed")
    print("\n".join(found) if found else "all there")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

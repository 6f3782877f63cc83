"""slowest_tests.py RESULTS.xml...: the 20 tests that took longest, from the reports that ctest wrote."""

import pathlib
import sys
import xml.etree.ElementTree as tree

SHOWN_MAX = 20


def main():
    cases = []
    for name in sys.argv[1:]:
        path = pathlib.Path(name)
        if path.exists():
            cases += [(float(case.get("time")), case.get("name"), path.parent.name) for case in
                      tree.parse(path).getroot().iter("testcase")]
    print(f"== the {SHOWN_MAX} slowest of {len(cases)} tests")
    for seconds, test, preset in sorted(cases, reverse=True)[:SHOWN_MAX]:
        print(f"{seconds:8.1f} s  {test} ({preset})")


if __name__ == "__main__":
    main()

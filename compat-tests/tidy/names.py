"""One idea a source file, named by its noun.  Titles of documents are sentences and may say what they like."""

import re

NO_IDEA = {"util", "utils", "utilities", "common", "helper", "helpers", "misc"}
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def check(tree):
    for path in tree.files:
        if path.suffix == ".md":
            continue
        for part in path.relative_to(tree.root).parts:
            words = {word.lower() for word in WORDS.findall(part.split(".")[0])}
            if words & NO_IDEA:
                yield f"{path.relative_to(tree.root)}: `{part}` names no idea"
            if "and" in words:
                yield f"{path.relative_to(tree.root)}: `{part}` holds two ideas: split it"

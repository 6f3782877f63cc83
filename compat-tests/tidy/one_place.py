"""What has exactly one place: the mapping of our errors to Kafka's, and the handler of each API key."""

import re

TO_WIRE = "server/to_wire.cc"
STATEMENT = re.compile(r"[;{}]")
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
TESTING = re.compile(r"_(test|fuzz|bench)\.cc$")


def check(tree):
    mapping = list(mapping_files(tree))
    for path in mapping:
        if path != TO_WIRE:
            yield f"{path}: turns our errors into Kafka's; only {TO_WIRE} does"
    exists = any((tree.root / "server" / "handlers").glob("*.cc"))
    if exists and TO_WIRE not in mapping:
        yield f"{TO_WIRE}: does not turn our errors into Kafka's, and nothing else may"


def mapping_files(tree):
    """Files in which one statement names both an error of ours and one of Kafka's."""
    for path, text in tree.of_kind(".cc", ".h"):
        if path.parts[0] != "server" or TESTING.search(path.name):
            continue
        code = COMMENT.sub("", STRING.sub('""', text))
        if any("Errc::" in one and "ErrorCode::" in one for one in STATEMENT.split(code)):
            yield str(path)


def check_handlers(tree, api_names):
    """`api_names`: what the broker advertises, as the schemas spell it."""
    for name in sorted(api_names):
        file = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() + ".cc"
        if not (tree.root / "server" / "handlers" / file).exists():
            yield f"server/handlers/{file}: {name} is advertised, and has no handler file of its own"

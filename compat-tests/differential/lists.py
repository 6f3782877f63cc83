"""The lists beside the traces.  Each is checked both ways: what is listed has to be so, what is so has to be listed."""

import pathlib

HERE = pathlib.Path(__file__).resolve().parent


def entries(name, columns):
    """Lines of so many words and a reason, without comments."""
    for number, line in enumerate((HERE / name).read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(None, columns)
        if len(words) != columns + 1:
            raise ValueError(f"{name}:{number}: {columns} words and a reason expected")
        yield words


class KnownDifferences:
    """known-differences.txt: `TRACE@LABEL PATH REASON`."""

    def __init__(self):
        self.unseen = {(step, path): reason for step, path, reason in entries("known-differences.txt", 2)}
        self.listed = dict(self.unseen)

    def covers(self, difference):
        step = f"{difference.trace}@{difference.step.get('label', '')}"
        for key in self.listed:
            if key[0] == step and difference.path.startswith(key[1].rstrip("*") if key[1] != "all" else ""):
                self.unseen.pop(key, None)
                return True
        return False

    def complaints(self, played):
        return [f"known-differences.txt: {step} {path} does not differ any more: take it out"
                for step, path in self.unseen if step.split("@")[0] in played]


def pending_complaints(waiting):
    """`waiting`: {trace: APIs of it that Muir does not serve}."""
    listed = {trace: set(apis.split(",")) for trace, apis in entries("pending.txt", 1)}
    complaints = []
    for trace in sorted({*listed, *waiting}):
        is_so, is_listed = waiting.get(trace, set()), listed.get(trace, set())
        if is_so != is_listed:
            complaints.append(f"pending.txt says of {trace}: {','.join(sorted(is_listed)) or 'nothing'}; "
                              f"it waits for: {','.join(sorted(is_so)) or 'nothing'}")
    return complaints


def lesson_complaints(traces):
    """lessons.txt: `TRACE LESSON`."""
    known = {trace.stem for trace in traces}
    return [f"lessons.txt: there is no trace {trace}: {lesson}" for trace, lesson in entries("lessons.txt", 1) if trace not in known]

"""What differs between the answers of two brokers to one trace."""

import dataclasses


@dataclasses.dataclass
class Difference:
    trace: str
    step: dict    # An answer of Kafka, as trace_player prints it.
    path: str     # `.topics[0].errorCode`; empty for the whole answer.
    kafka: object
    muir: object

    def __str__(self):
        label = f"@{self.step['label']}" if "label" in self.step else ""
        api = f" {self.step['api']} v{self.step['version']}" if "api" in self.step else ""
        return (f"{self.trace}.trace:{self.step['line']}{label}{api} {self.path}\n"
                f"    kafka {shown(self.kafka)}\n    muir  {shown(self.muir)}")


def shown(value):
    text = repr(value)
    return text if len(text) < 400 else text[:400] + "..."


class Nothing:
    def __repr__(self):
        return "(nothing)"


NOTHING = Nothing()


def fields_that_differ(kafka, muir, path=""):
    """(path, Kafka's value, Muir's value) of each place where two JSON values part."""
    if isinstance(kafka, dict) and isinstance(muir, dict):
        for key in {**kafka, **muir}:
            yield from fields_that_differ(kafka.get(key, NOTHING), muir.get(key, NOTHING), f"{path}.{key}")
    elif isinstance(kafka, list) and isinstance(muir, list):
        for i in range(max(len(kafka), len(muir))):
            yield from fields_that_differ(kafka[i] if i < len(kafka) else NOTHING, muir[i] if i < len(muir) else NOTHING,
                                          f"{path}[{i}]")
    elif kafka != muir or type(kafka) is not type(muir):
        yield path, kafka, muir


def differences(trace, kafka, muir):
    found = []
    for theirs, ours in zip(kafka, muir):
        if theirs["quiet"]:
            continue
        found += [Difference(trace, theirs, *difference)
                  for difference in fields_that_differ(theirs["answer"], ours["answer"])]
    return found


def surprises(trace, kafka):
    """Answers of Kafka that are not what the trace says of them."""
    return [f"{trace}.trace:{step['line']} says => {', '.join(step['expected']) or 'NONE'}, but Kafka answers "
            f"{', '.join(step['errors']) or 'NONE'}: {shown(step['answer'])}"
            for step in kafka if "expected" in step and step["expected"] != step["errors"]]

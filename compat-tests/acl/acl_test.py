#!/usr/bin/env python3
"""Plays every check of checks.py to Apache Kafka and to Muir, each operation allowed, denied and neither, by ACLs on the
name, a prefix and everything, and compares the answers: `acl_test.py PLAYER [--only WORDS]`.

There is no login here: a case is told from the others by the address that it comes from, 127.1.x.y, for which its ACLs are.
They are made while User:ANONYMOUS is a super user; then both brokers start again without one, on the same metadata.
"""

import argparse
import concurrent.futures
import dataclasses
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lib"), str(HERE.parent / "differential"), str(HERE)]

from broker_process import Broker, muir_program  # noqa: E402
from checks import ALL, CHECKS, CLUSTER, GROUP, LISTS, OPERATIONS, PARTITION, TOPIC, TRANSACTIONAL_ID, Check  # noqa: E402
from comparing import fields_that_differ, shown  # noqa: E402
from playing import Player, Unplayable  # noqa: E402

LITERAL, PREFIXED, WILDCARD = "literal", "prefixed", "wildcard"
DENY, ALLOW = 2, 3
ADMIN_HOST, BROKER_HOST = "127.0.0.9", "127.0.0.1"
CASES_PER_TRACE = 16
EXPLAINED_EVERY = 5
PATIENCE = "within 3000"  # What is not answered by then is not answered at all.
SETTINGS = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "log.retention.ms": "-1",
    "offsets.topic.num.partitions": "2",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "500",
}


@dataclasses.dataclass
class Case:
    number: int
    check: Check
    verdict: str  # allow, deny, none; all: by ALL instead of the operation.
    pattern: str

    def __str__(self):
        return f"c{self.number:04} {self.check.name}: {self.verdict} {self.pattern}"

    @property
    def host(self):
        return f"127.1.{self.number // 250}.{self.number % 250 + 1}"

    def name(self, type_):
        suffix = {TOPIC: "topic", GROUP: "group", TRANSACTIONAL_ID: "txn"}
        return "kafka-cluster" if type_ == CLUSTER else f"c{self.number:04}-{suffix[type_]}"

    def needs(self, word):
        return any(word in request for request in self.check.requests)

    def text(self, request):
        words = {"@t": self.name(TOPIC), "@gone": f"c{self.number:04}-gone", "@new": f"c{self.number:04}-new",
                 "@g": self.name(GROUP), "@x": self.name(TRANSACTIONAL_ID), "@id": f"$id{self.number}",
                 "@host": self.host}
        return re.sub(r"@[a-z]+", lambda found: words[found.group()], request)

    def acls(self):
        """(type, name, pattern, principal, operation, permission)"""
        type_, operation = self.check.type, self.check.operation
        principal = "User:*" if self.number % 3 == 0 else "User:ANONYMOUS"
        name, pattern = self.name(type_), 3
        if self.pattern == PREFIXED:
            name, pattern = (name if type_ == CLUSTER else f"c{self.number:04}-"), 4
        elif self.pattern == WILDCARD:
            name = "*"
        everything = "kafka-cluster" if type_ == CLUSTER else "*"
        acls = {
            "allow": [(type_, name, pattern, principal, operation, ALLOW)],
            "all": [(type_, name, pattern, principal, ALL, ALLOW)],
            "deny": [(type_, everything, 3, "User:ANONYMOUS", ALL, ALLOW), (type_, name, pattern, principal, operation, DENY)],
            "none": [(type_, name, pattern, "User:somebody", operation, ALLOW)],
        }[self.verdict]
        for given_type, given in self.check.given:
            given_name = "kafka-cluster" if given_type == CLUSTER else f"c{self.number:04}-"
            acls.append((given_type, given_name, 3 if given_type == CLUSTER else 4, "User:ANONYMOUS", given, ALLOW))
        if self.needs("doomed"):
            acls.append((TOPIC, self.name(TOPIC), 3, f"User:doomed-{self.name(GROUP)}", 3, ALLOW))
        return list(dict.fromkeys(acls))


def all_cases():
    for one in CHECKS:
        patterns = (LITERAL, PREFIXED) if one.type == CLUSTER else (LITERAL, PREFIXED, WILDCARD)
        for verdict in ("allow", "deny", "none"):
            for pattern in patterns:
                yield one, verdict, pattern
        yield one, "all", LITERAL


def acl_text(acl, host):
    type_, name, pattern, principal, operation, permission = acl
    return (f'{{resourceType: {type_}, resourceName: "{name}", resourcePatternType: {pattern}, principal: "{principal}", '
            f'host: "{host}", operation: {operation}, permissionType: {permission}}}')


def administration(cases):
    """The trace that a super user plays: topics, and everybody's ACLs."""
    lines = ["FindCoordinator v1 {key: g, keyType: 0} quiet until .errorCode = NONE"]
    topics = [case.name(TOPIC) for case in cases if case.needs("@t") or case.needs("@id") or case.check in LISTS]
    for first in range(0, len(topics), 100):
        wanted = ", ".join(f"{{name: {name}, numPartitions: 1, replicationFactor: 1}}" for name in topics[first:first + 100])
        lines.append(f"CreateTopics v5 {{timeoutMs: 30000, topics: [{wanted}]}} quiet within 30000 => NONE")
    every = [(type_, "kafka-cluster" if type_ == CLUSTER else "*", 3, "User:ANONYMOUS", ALL, ALLOW)
             for type_ in (TOPIC, GROUP, CLUSTER, TRANSACTIONAL_ID)]
    for case in (case for case in cases if case.check in LISTS):  # A group that is there to be listed.
        lines.append(f"OffsetCommit v8 {{groupId: {case.name(GROUP)}, generationIdOrMemberEpoch: -1, memberId: \"\", topics: "
                     f"[{{name: {case.name(TOPIC)}, partitions: [{PARTITION}]}}]}} quiet until ok")
    acls = [acl_text(acl, ADMIN_HOST) for acl in every] + [acl_text(every[2], BROKER_HOST)]
    acls += [acl_text(acl, case.host) for case in cases for acl in case.acls()]
    for first in range(0, len(acls), 200):
        lines.append(f"CreateAcls v3 {{creations: [{', '.join(acls[first:first + 200])}]}} quiet within 30000 => NONE")
    return "\n".join(lines) + "\n"


def loading(cases):
    """After a start a broker lists no group until it has read it."""
    lines = [f'admin: from "{ADMIN_HOST}"']
    lines += [f"admin: OffsetFetch v5 {{groupId: {case.name(GROUP)}, topics: null}} quiet until .errorCode = NONE"
              for case in cases if case.check in LISTS]
    return "\n".join(lines) + "\n"


def cases_trace(cases):
    lines = [f'admin: from "{ADMIN_HOST}"']
    if any(case.needs("InitProducerId") for case in cases):  # Kafka fetches the first producer ids when it is asked.
        lines.append("admin: InitProducerId v4 {transactionalId: null, transactionTimeoutMs: 1000} quiet "
                     "until .errorCode = NONE")
    for case in cases:
        if case.needs("@id"):
            name = case.name(TOPIC)
            lines.append(f"admin: Metadata v12 {{topics: [{{name: {name}}}], allowAutoTopicCreation: false}} quiet "
                         f"until .topics[0].errorCode = NONE -> $id{case.number} = .topics[0].topicId")
        peer = f"c{case.number:04}"
        lines.append(f'{peer}: from "{case.host}"')
        lines += [f"@{peer} {peer}: {case.text(request)} {PATIENCE}" for request in case.check.requests]
        lines.append(f"{peer}: close")
    return "\n".join(lines) + "\n"


def place(element):
    """Where an element of an answer belongs: by its name, if it has one."""
    names = ("name", "topic", "topicName", "principal", "operation") if isinstance(element, dict) else ()
    return [str(element.get(name)) for name in names]


def without_names(answer):
    """Kafka tells who is refused by printing the whole request."""
    text = answer
    if isinstance(text, dict):
        return {key: without_names(value) for key, value in text.items()}
    if isinstance(text, list):  # Whose order is that of one of Kafka's hash maps.
        return sorted((without_names(value) for value in text), key=place)
    if isinstance(text, str):
        return re.sub(r"^Request Request\(.* needs (\w+) permission\.$", r"Request needs \1 permission.", text, flags=re.S)
    return text


def refusals(errors):
    return [error for error in errors if error.endswith("AUTHORIZATION_FAILED")]


class Comparison:
    def __init__(self, cases):
        self.differing = {case.number: [] for case in cases}
        self.answered = {case.number: [] for case in cases}
        self.refusals_only = {case.number for case in cases if case.check.refusals_only}

    def add(self, kafka, muir):
        for theirs, ours in zip(kafka, muir):
            if "label" not in theirs:
                continue
            number = int(theirs["label"][1:])
            self.answered[number].append((theirs["errors"], theirs["answer"]))
            one, other = without_names(theirs["answer"]), without_names(ours["answer"])
            if number in self.refusals_only:
                one, other = refusals(theirs["errors"]), refusals(ours["errors"])
            for path, one, other in fields_that_differ(one, other):
                self.differing[number].append(f"{theirs['api']} v{theirs['version']} {path}\n"
                                              f"    kafka {shown(one)}\n    muir  {shown(other)}")


def verdicts_that_change_nothing(cases, comparison):
    """A check whose answer is the same allowed and denied, whatever the pattern, checks nothing."""
    answers = {}
    for case in cases:
        said = str(comparison.answered[case.number]).replace(f"{case.number:04}", "")
        answers.setdefault(case.check.name, {})[case.verdict, case.pattern] = said
    expected = {one.name for one in CHECKS if one.same_anyhow}
    return [name for name, said in answers.items() if name not in expected and all(
        said[verdict, pattern] == said["deny", pattern] for verdict, pattern in said if verdict == "allow")]


def play(player, brokers, folder, name, text):
    trace = folder / f"{name}.trace"
    trace.write_text(text, encoding="utf-8")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda broker: player.play(broker.address, trace), brokers))


def explained_wrongly(address, cases):
    """Cases that `muir acl explain` decides otherwise than they are; it is asked on the running broker."""
    types = {TOPIC: "topic", GROUP: "group", CLUSTER: "cluster", TRANSACTIONAL_ID: "transactional-id"}
    for case in cases:
        done = subprocess.run(
            [muir_program(), "acl", "explain", "--bootstrap-server", address, "--principal", "User:ANONYMOUS", "--host",
             case.host, "--operation", OPERATIONS[case.check.operation], "--resource",
             f"{types[case.check.type]}:{case.name(case.check.type)}"], capture_output=True, text=True, check=False)
        allowed = case.verdict in ("allow", "all")
        word = "ALLOWED" if allowed else "DENIED"
        if done.returncode != (0 if allowed else 1) or not done.stdout.startswith(word):
            yield f"{case}: {done.stdout}{done.stderr}"


def run(player, cases, folder):
    brokers = [Broker(folder / kind, kind, {**SETTINGS, "super.users": "User:ANONYMOUS"}) for kind in ("kafka", "muir")]
    comparison = Comparison(cases)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        try:
            list(pool.map(Broker.start, brokers))
            play(player, brokers, folder, "administration", administration(cases))
            list(pool.map(Broker.stop, brokers))
            for broker in brokers:
                broker.settings = SETTINGS
            list(pool.map(Broker.start, brokers))
            play(player, brokers, folder, "loading", loading(cases))
            for first in range(0, len(cases), CASES_PER_TRACE):
                some = cases[first:first + CASES_PER_TRACE]
                comparison.add(*play(player, brokers, folder, f"cases-{first}", cases_trace(some)))
            comparison.explained = cases[::EXPLAINED_EVERY]
            comparison.explained_wrongly = list(explained_wrongly(brokers[1].address, comparison.explained))
            comparison.audit = brokers[1].log.read_text(errors="replace").count(" is Denied operation = ")
        except Unplayable as complaint:
            for broker in brokers:
                print(f"-- {broker.kind}\n{broker.log_tail(15)}", file=sys.stderr)
            sys.exit(f"cannot be played: {complaint}")
        finally:
            for broker in brokers:
                broker.kill()
    return comparison


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("player")
    parser.add_argument("--only", default="", help="a part of the name of a check")
    options = parser.parse_args()
    cases = [Case(number, *what) for number, what in enumerate(all_cases(), 1) if options.only in what[0].name]
    with tempfile.TemporaryDirectory(prefix="acl-") as folder:
        comparison = run(Player(options.player), cases, pathlib.Path(folder))
    different = [case for case in cases if comparison.differing[case.number]]
    for case in different:
        print(f"DIFFERS {case}")
        for difference in comparison.differing[case.number]:
            print(f"  {difference}")
    silent = [case for case in cases if not comparison.answered[case.number]]
    vain = verdicts_that_change_nothing(cases, comparison)
    for name in vain:
        print(f"IN VAIN {name}: the same answer, allowed and denied")
    for wrong in comparison.explained_wrongly:
        print(f"EXPLAINED WRONGLY {wrong}")
    print(f"explained: {len(comparison.explained) - len(comparison.explained_wrongly)} of {len(comparison.explained)}; "
          f"denials in the audit log: {comparison.audit}")
    print(f"cases: {len(cases) - len(different) - len(silent)} of {len(cases)} equal")
    return 1 if different or silent or vain or comparison.explained_wrongly or not comparison.audit else 0


if __name__ == "__main__":
    sys.exit(main())

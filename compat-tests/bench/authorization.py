"""What authorization costs a Produce: its share of the broker's instructions, counted by callgrind while `muir bench`
produces, among many ACLs.  Instructions do not depend on what else the machine does."""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from broker_process import Broker  # noqa: E402
from kafka_messages import Cursor, create_topic, string  # noqa: E402
from raw_connection import RawConnection, request_header  # noqa: E402
from subjects import MUIR  # noqa: E402

AUTHORIZER = {"authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer"}
CREATE_ACLS, TOPIC, LITERAL, WRITE, DESCRIBE, ALLOW = 30, 2, 3, 4, 8, 3
ACLS = 10_000
ACLS_A_REQUEST = 1_000
REQUESTS = 2_000
SHARE_MAX = 0.01
# name -> records of a request, and bytes of each.
LOADS = {"a record of 100 B": (1, 100), "64 records of 1 KiB": (64, 1024)}
DECIDES = "muir::server::RequestContext::may("


def create_acls(connection, acls):
    """(topic, principal, operation) each."""
    body = struct.pack(">i", len(acls))
    for topic, principal, operation in acls:
        body += struct.pack(">b", TOPIC) + string(topic) + struct.pack(">b", LITERAL) + string(principal) + string("*")
        body += struct.pack(">bb", operation, ALLOW)
    answer = Cursor(connection.call(request_header(CREATE_ACLS, 1, 1) + body))
    answer.take("ii")
    errors = set()
    for _ in range(answer.take("i")):
        errors.add(answer.take("h"))
        answer.string()
    if errors != {0}:
        raise RuntimeError(f"CreateAcls answers {errors}")


def prepare(broker):
    """The topic under load among many others of other users; the anonymous client may write to it and read of it."""
    with broker, RawConnection(broker.address, timeout=60.0) as connection:
        create_topic(connection, "orders", 4)
        acls = [(f"topic-{i}", f"User:user-{i % 100}", WRITE) for i in range(ACLS)]
        for begin in range(0, ACLS, ACLS_A_REQUEST):
            create_acls(connection, acls[begin:begin + ACLS_A_REQUEST])
        create_acls(connection, [("orders", "User:ANONYMOUS", WRITE), ("orders", "User:ANONYMOUS", DESCRIBE)])


def under_callgrind(directory):
    """A program that runs muir under callgrind, which counts nothing yet."""
    program = directory / "muir"
    program.write_text("#!/bin/sh\nexec valgrind --tool=callgrind --instr-atstart=no "
                       f"--callgrind-out-file={directory}/counts '{MUIR}' \"$@\"\n")
    program.chmod(0o755)
    return str(program)


def control(pid, *options):
    subprocess.run(["callgrind_control", *options, str(pid)], check=True, capture_output=True)


def shares(file):
    """(instructions of all, of the decisions with what they call)"""
    listed = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", file], check=True,
                            capture_output=True, text=True).stdout
    count = r"^\s*([\d,]+) \([^)]*\)\s+"
    total = re.search(count + "PROGRAM TOTALS", listed, re.MULTILINE)
    deciding = re.findall(count + r".*" + re.escape(DECIDES), listed, re.MULTILINE)
    if total is None or not deciding:
        raise RuntimeError(f"callgrind saw no {DECIDES}...)\n{listed[:2000]}")
    return int(total[1].replace(",", "")), max(int(one.replace(",", "")) for one in deciding)


def counted(broker, directory, records, size):
    control(broker.process.pid, "-z")
    control(broker.process.pid, "-i", "on")
    subprocess.run([MUIR, "bench", "-b", broker.address, "-t", "orders", "-n", str(records * REQUESTS), "-d", "300",
                    "--records-per-request", str(records), "-s", str(size), "-c", "4"], check=True, capture_output=True)
    control(broker.process.pid, "-i", "off")
    before = set(directory.glob("counts.*"))
    control(broker.process.pid, "-d")
    return shares(max(set(directory.glob("counts.*")) - before, key=lambda file: file.stat().st_size))


def rows(tell):
    if shutil.which("valgrind") is None:
        raise SystemExit("authorization: valgrind is not installed")
    found = []
    with tempfile.TemporaryDirectory(prefix="authorization-") as name:
        directory = pathlib.Path(name)
        broker = Broker(directory / "broker", "muir", {**AUTHORIZER, "super.users": "User:ANONYMOUS"})
        prepare(broker)
        broker.settings = dict(AUTHORIZER)
        os.environ["MUIR"] = under_callgrind(directory)
        try:
            with broker:
                for what, (records, size) in LOADS.items():
                    total, deciding = counted(broker, directory, records, size)
                    tell(f"  {what}: {total / REQUESTS:,.0f} instructions a Produce, {deciding / REQUESTS:,.0f} to authorize it")
                    found.append({"row": f"authorization of a Produce of {what}, among {ACLS:,} ACLs",
                                  "unit": "% of its instructions", "found": 100 * deciding / total, "limit": 100 * SHARE_MAX})
        finally:
            os.environ["MUIR"] = MUIR
    return found


ROWS = {"authorization": rows}

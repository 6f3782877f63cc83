#!/usr/bin/env python3
"""What has been wrong in brokers before, and needs a broker with logins and ACLs to be tried: docs/security.md names a test
for each.  A tenant, alice, logs in and may read and write one topic; the operator comes by the plain listener."""

import os
import pathlib
import struct
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "attacks"))

import bombs  # noqa: E402
from secured_broker import PASSWORD, SecuredBroker  # noqa: E402
import kafka_messages as kafka  # noqa: E402
from kafka_messages import Cursor, string  # noqa: E402
from raw_connection import RawConnection, request_header  # noqa: E402
from raw_login import authenticate, handshake, plain  # noqa: E402
from record_batch import record_batch  # noqa: E402

TOPIC, TRANSACTION_OF_BOB = "of-alice", "of-bob"
CREATE_ACLS, INCREMENTAL_ALTER_CONFIGS, DESCRIBE_CONFIGS, OFFSET_FOR_LEADER_EPOCH = 30, 44, 32, 23
ALTER_PARTITION, WRITE_TXN_MARKERS, BROKER_HEARTBEAT, ALLOCATE_PRODUCER_IDS, ENVELOPE = 56, 27, 63, 67, 58
TOPIC_RESOURCE, CLUSTER_RESOURCE, BROKER_RESOURCE = 2, 4, 4
READ, WRITE, ALTER_CONFIGS, DESCRIBE_CONFIGS_OPERATION = 3, 4, 11, 10
LITERAL, ALLOW = 3, 3
TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED = 29, 31, 53
INVALID_CONFIG, MESSAGE_TOO_LARGE = 40, 10
TRANSACTIONAL, CONTROL = 0x10, 0x20
PLANTED = "MUIR_TEST_PLANTED"
NOW = int(time.time() * 1000)
PRODUCER = (7, 0, 0)


class TenantsBroker(SecuredBroker):
    def more_lines(self):
        return ["authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users=User:ANONYMOUS", "config.providers=env",
                "config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider"]


def acl(type_, name, operation):
    return (struct.pack(">b", type_) + string(name) + struct.pack(">b", LITERAL) + string("User:alice") + string("*")
            + struct.pack(">bb", operation, ALLOW))


class Cves(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ[PLANTED] = "70000"
        cls.folder = tempfile.TemporaryDirectory(prefix="cves-")
        cls.broker = TenantsBroker(pathlib.Path(cls.folder.name) / "broker")
        cls.broker.start()
        with RawConnection(cls.broker.address) as operator:
            assert kafka.create_topic(operator, TOPIC) == 0
            acls = [acl(TOPIC_RESOURCE, TOPIC, operation)
                    for operation in (READ, WRITE, ALTER_CONFIGS, DESCRIBE_CONFIGS_OPERATION)]
            answer = Cursor(operator.call(request_header(CREATE_ACLS, 1, 4) + struct.pack(">i", len(acls)) + b"".join(acls)))
            answer.take("ii")
            for _ in range(answer.take("i")):
                assert answer.take("h") == 0
                answer.string()
        deadline = time.monotonic() + 20
        with cls.alice() as connection:
            while kafka.produce(connection, TOPIC, 0, record_batch([b"first"], NOW)).error != 0:
                assert time.monotonic() < deadline
                time.sleep(0.05)

    @classmethod
    def tearDownClass(cls):
        cls.broker.stop()
        cls.folder.cleanup()

    @classmethod
    def alice(cls):
        connection = RawConnection(cls.broker.sasl_address)
        assert handshake(connection, "PLAIN")[0] == 0
        assert authenticate(connection, plain("alice", PASSWORD))[0] == 0
        return connection

    def end_offset(self):
        with RawConnection(self.broker.address) as operator:
            return kafka.offset_at(operator, TOPIC, 0, kafka.LATEST)

    def in_sync(self):
        """Of the one partition: leader, epoch, replicas and those in sync, as Metadata has them."""
        with RawConnection(self.broker.address) as operator:
            return operator.call(request_header(kafka.METADATA, 7, 3) + struct.pack(">i", 1) + string(TOPIC) + b"\0")

    def test_who_says_that_he_is_a_replica_is_asked_who_he_is(self):
        """CVE-2018-1288: a Fetch with a replica id is a broker's; it would move the high watermark and the ISR."""
        before = self.in_sync(), self.end_offset()
        with self.alice() as connection:
            for replica in (0, 1, 2, 2**31 - 1):
                body = struct.pack(">iiiibi", replica, 0, 0, 100 << 20, 0, 1) + string(TOPIC)
                body += struct.pack(">iiqi", 1, 0, 0, 1 << 20)
                answer = Cursor(connection.call(request_header(kafka.FETCH, kafka.FETCH_VERSION, 11) + body))
                answer.take("iii"), answer.string(), answer.take("ii")
                self.assertEqual(answer.take("h"), TOPIC_AUTHORIZATION_FAILED, replica)
            self.assertEqual(kafka.fetch(connection, TOPIC, 0, 0)[0], 0, "as itself it may")
        self.assertEqual(before, (self.in_sync(), self.end_offset()))

    def test_what_brokers_say_to_each_other_is_not_for_tenants(self):
        """CVE-2018-1288 and its kin."""
        before = self.in_sync()
        for key, version in ((ALTER_PARTITION, 2), (WRITE_TXN_MARKERS, 1), (BROKER_HEARTBEAT, 1),
                             (ALLOCATE_PRODUCER_IDS, 0), (ENVELOPE, 0)):
            with self.alice() as connection:
                answer = connection.call(request_header(key, version, 5) + b"\0" + bytes(64))
                if answer is not None and key == WRITE_TXN_MARKERS:
                    continue  # It is for every listener, and refused marker by marker.
                self.assertIsNone(answer, key)
        self.assertEqual(before, self.in_sync())

    def produce(self, transactional_id, *batches):
        """The error of the partition."""
        records = b"".join(batches)
        id_ = struct.pack(">h", -1) if transactional_id is None else string(transactional_id)
        body = id_ + struct.pack(">hii", -1, 30000, 1) + string(TOPIC) + struct.pack(">iii", 1, 0, len(records)) + records
        with self.alice() as connection:
            return kafka.produced(connection.call(request_header(kafka.PRODUCE, kafka.PRODUCE_VERSION, 7) + body)).error

    def test_flags_in_a_batch_are_not_taken_for_permission(self):
        """CVE-2018-17196: the request names no transactional id, or another's, and the batch says it is in a transaction."""
        before = self.end_offset()
        transactional = record_batch([b"x"], NOW, PRODUCER, attributes=TRANSACTIONAL)
        for id_ in (None, TRANSACTION_OF_BOB, ""):
            self.assertEqual(self.produce(id_, transactional), TRANSACTIONAL_ID_AUTHORIZATION_FAILED, id_)
        # Nor does the flag hide behind a batch without it, nor does a control record come in by the same door.
        self.assertNotEqual(self.produce(None, record_batch([b"y"], NOW), transactional), 0)
        for attributes in (CONTROL, CONTROL | TRANSACTIONAL):
            self.assertNotEqual(self.produce(None, record_batch([b"z"], NOW, PRODUCER, attributes)), 0, attributes)
        self.assertEqual(before, self.end_offset())

    def alter(self, connection, type_, name, key, value):
        body = struct.pack(">ib", 1, type_) + string(name) + struct.pack(">i", 1) + string(key) + b"\0" + string(value) + b"\0"
        answer = Cursor(connection.call(request_header(INCREMENTAL_ALTER_CONFIGS, 0, 8) + body))
        answer.take("iii")
        return answer.take("h")

    def described(self, connection, type_, name, key):
        body = struct.pack(">ib", 1, type_) + string(name) + struct.pack(">i", 1) + string(key) + b"\0"
        answer = Cursor(connection.call(request_header(DESCRIBE_CONFIGS, 1, 9) + body))
        answer.take("iii")
        self.assertEqual(answer.take("h"), 0)
        answer.string(), answer.take("b"), answer.string()
        self.assertEqual(answer.take("i"), 1)
        self.assertEqual(answer.string(), key)
        return answer.string()

    def test_a_value_that_a_client_sets_is_never_looked_up(self):
        """CVE-2024-31141: `${env:...}` is replaced in the operator's file and nowhere else."""
        reference = f"${{env:{PLANTED}}}"
        with self.alice() as connection:
            self.assertEqual(self.alter(connection, TOPIC_RESOURCE, TOPIC, "retention.ms", reference), INVALID_CONFIG)
            self.assertEqual(self.alter(connection, TOPIC_RESOURCE, TOPIC, "retention.ms", "80000"), 0)
            self.assertEqual(self.described(connection, TOPIC_RESOURCE, TOPIC, "retention.ms"), "80000")
        key = "ssl.endpoint.identification.algorithm"  # Any text will do.
        with RawConnection(self.broker.address) as operator:
            self.assertEqual(self.alter(operator, BROKER_RESOURCE, "1", key, reference), 0)
            deadline = time.monotonic() + 10
            while (shown := self.described(operator, BROKER_RESOURCE, "1", key)) != reference:
                self.assertNotIn("70000", shown or "")
                self.assertLess(time.monotonic(), deadline, shown)
                time.sleep(0.05)

    def test_a_length_within_compressed_records_is_not_believed(self):
        """CVE-2023-34455: one small batch said that its snappy block unfolds to 4 GiB."""
        before = self.end_offset()
        with self.alice() as connection:
            said = kafka.produce(connection, TOPIC, 0, bombs.batch(bombs.SNAPPY, bombs.snappy_liar()))
            self.assertNotEqual(said.error, 0, said)
        self.assertEqual(before, self.end_offset())

    def test_what_unfolds_beyond_the_bound_is_refused(self):
        """Not a CVE: without `max.decompressed.message.bytes` a megabyte can be a day's work."""
        before = self.end_offset()
        with self.alice() as connection:
            for name, batch in bombs.bombs():
                if name in ("gzip", "zstd"):  # What the others unfold to is below the default bound of a large machine.
                    self.assertEqual(kafka.produce(connection, TOPIC, 0, batch).error, MESSAGE_TOO_LARGE, name)
        self.assertEqual(before, self.end_offset())


if __name__ == "__main__":
    unittest.main()

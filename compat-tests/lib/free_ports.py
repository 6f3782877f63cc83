"""Ports on the loopback that nobody listens on.

They lie below the range from which the kernel takes the ports of outgoing connections: a client that keeps trying the
port of a stopped broker would otherwise one day be given that very port and connect to itself.
"""

import random
import socket

TRIES_MAX = 1000


def lowest_outgoing_port():
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as text:
        return int(text.read().split()[0])


def free_ports(count):
    """`count` different ports, all free at one moment."""
    held, ports = [], []
    try:
        for _ in range(TRIES_MAX):
            if len(ports) == count:
                return ports
            port = random.SystemRandom().randrange(10000, max(lowest_outgoing_port(), 10001 + count))
            one = socket.socket()
            held.append(one)
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            ports.append(port)
    finally:
        for one in held:
            one.close()
    raise RuntimeError(f"no {count} free ports after {TRIES_MAX} tries")

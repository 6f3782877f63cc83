"""A Kerberos realm of one's own: MIT's KDC on the loopback, with a database, a port and a krb5.conf that nobody else has."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import die_with_parent  # noqa: E402
from free_ports import free_ports  # noqa: E402

SECONDS_MAX = 30
POLL_SECONDS = 0.02

KRB5_CONF = """\
[libdefaults]
  default_realm = {realm}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
  clockskew = {skew}
[realms]
  {realm} = {{
    kdc = 127.0.0.1:{port}
  }}
"""
KDC_CONF = """\
[kdcdefaults]
  kdc_listen = ""
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  {realm} = {{
    database_name = {folder}/principal
    key_stash_file = {folder}/stash
    acl_file = {folder}/acl
    max_life = {life}
    supported_enctypes = aes256-cts-hmac-sha1-96:normal
  }}
[logging]
  kdc = FILE:{folder}/kdc.log
"""


class Kdc:
    """`environment()` is what programs of MIT's library need to find it, `java_options()` what a JVM does."""

    def __init__(self, folder, realm="EXAMPLE.COM", ticket_life="1h", clock_skew_seconds=300):
        self.folder = pathlib.Path(folder)
        self.realm = realm
        self.process = None
        self.folder.mkdir(parents=True)
        self.config = self.folder / "krb5.conf"
        self.port = free_ports(1)[0]
        names = {"realm": realm, "port": self.port, "folder": self.folder, "life": ticket_life,
                 "skew": clock_skew_seconds}
        self.config.write_text(KRB5_CONF.format(**names))
        (self.folder / "kdc.conf").write_text(KDC_CONF.format(**names))
        self.run("kdb5_util", "create", "-s", "-r", realm, "-P", "of the test alone")

    def environment(self):
        return {"KRB5_CONFIG": str(self.config), "KRB5RCACHENAME": f"file2:{self.folder / 'replays'}"}

    def java_options(self):
        return f"-Djava.security.krb5.conf={self.config}"

    def run(self, program, *arguments, **more):
        environment = {**os.environ, **self.environment(), "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf"), **more,
                       "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"}
        done = subprocess.run([program, *map(str, arguments)], env=environment, capture_output=True, text=True,
                              timeout=SECONDS_MAX, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{program} {arguments} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def keytab(self, name, *principals):
        """A file with new keys of the principals, which are made if there are none of that name."""
        path = self.folder / f"{name}.keytab"
        for principal in principals:
            if f"\n{principal}@{self.realm}\n" not in "\n" + self.run("kadmin.local", "-r", self.realm, "listprincs"):
                self.run("kadmin.local", "-r", self.realm, "addprinc", "-randkey", principal)
            self.run("kadmin.local", "-r", self.realm, "ktadd", "-k", path, principal)
        return path

    def start(self):
        environment = {**os.environ, "KRB5_CONFIG": str(self.config), "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf"),
                       "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin"}
        with open(self.folder / "kdc.out", "ab") as out:
            self.process = subprocess.Popen(["krb5kdc", "-n", "-r", self.realm], env=environment, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=out, preexec_fn=die_with_parent)
        deadline = time.monotonic() + SECONDS_MAX
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS_MAX).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "kdc.out").read_text()) from None
                time.sleep(POLL_SECONDS)

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(SECONDS_MAX)
            self.process = None

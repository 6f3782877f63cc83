"""npm's oauth2-mock-server as a process (token_issuer/issuer.js): a token endpoint, and the keys that change."""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from broker_process import die_with_parent  # noqa: E402
from test_cache import made_once, step  # noqa: E402

STOP_SECONDS_MAX = 20


class TokenIssuer:
    AUDIENCE = "kafka"  # Of everybody's tokens but mallory's.

    def __init__(self):
        sources = [HERE / "token_issuer" / name for name in ("package.json", "package-lock.json", "issuer.js")]

        def install(folder):
            step("cp", *sources, folder)
            step("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder)
        program = made_once("token-issuer", sources, install) / "issuer.js"
        self.process = subprocess.Popen(["node", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        preexec_fn=die_with_parent)
        self.url = self._line()

    def _line(self):
        line = self.process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"the issuer ended with {self.process.wait(STOP_SECONDS_MAX)}")
        return line

    def add_key(self):
        """From now on every second token is signed by a key that nobody has seen."""
        self.process.stdin.write("another\n")
        self.process.stdin.flush()
        return self._line()

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.terminate()
        self.process.wait(STOP_SECONDS_MAX)

"""An issuer of JSON web tokens: RSA keys by the openssl program, a key set in a file, and tokens that are right or not."""

import base64
import json
import pathlib
import subprocess
import time


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Issuer:
    URL, AUDIENCE = "https://issuer.example", "kafka"

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.keys = {}
        self.file = self.folder / "keys.json"
        self.add_key("key-1")

    def add_key(self, key_id):
        path = self.folder / f"{key_id}.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", path],
                       check=True, capture_output=True)
        shown = subprocess.run(["openssl", "rsa", "-in", path, "-noout", "-modulus"], check=True, capture_output=True, text=True)
        modulus = bytes.fromhex(shown.stdout.strip().split("=")[1])
        self.keys[key_id] = {"kty": "RSA", "kid": key_id, "alg": "RS256", "use": "sig", "n": base64url(modulus), "e": "AQAB"}

    def publish(self, *key_ids):
        """Replaces the file as a whole: who reads it sees the old keys or the new ones."""
        part = self.file.with_suffix(".part")
        part.write_text(json.dumps({"keys": [self.keys[key_id] for key_id in key_ids]}))
        part.rename(self.file)

    def claims(self, subject="alice", **more):
        now = int(time.time())
        return dict({"sub": subject, "iss": self.URL, "aud": self.AUDIENCE, "iat": now, "exp": now + 600, "scope": "kafka"},
                    **more)

    def token(self, key_id="key-1", claims=None, algorithm="RS256", signed_by=None):
        header = {"alg": algorithm, "kid": key_id, "typ": "JWT"}
        text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims or self.claims()))
        if algorithm == "none":
            return text + "."
        done = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.folder / f"{signed_by or key_id}.pem"],
                              input=text.encode(), check=True, capture_output=True)
        return f"{text}.{base64url(done.stdout)}"

"""A certificate authority of one's own, and what it issues, in every form that a Java shop keeps keys in.

Everything is made afresh by `openssl` and `keytool` in a folder of the test.
"""

import pathlib
import subprocess

PASSWORD = "store-secret"
KEY_PASSWORD = "key-secret"
DAYS = "30"


def run(*command, stdin=None):
    done = subprocess.run([str(word) for word in command], input=stdin, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def generate_key(path, kind):
    algorithm = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else [
        "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
    run("openssl", "genpkey", *algorithm, "-out", path)


class Authority:
    """Issues certificates into its folder; names are files' stems."""

    def __init__(self, folder, name="authority"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.key = self.folder / f"{name}.key"
        self.certificate = self.folder / f"{name}.crt"
        generate_key(self.key, "ec")
        run("openssl", "req", "-x509", "-new", "-key", self.key, "-days", DAYS, "-subj", f"/O=Test/CN={name}",
            "-addext", "basicConstraints=critical,CA:TRUE", "-out", self.certificate)

    def issue(self, name, subject, kind="ec", extensions=()):
        """`name`.key, PKCS#8 in the clear, and `name`.crt with the authority's certificate behind it."""
        key, request, certificate = (self.folder / f"{name}.{end}" for end in ("key", "csr", "crt"))
        generate_key(key, kind)
        run("openssl", "req", "-new", "-key", key, "-subj", subject, "-multivalue-rdn", "-out", request)
        wanted = self.folder / f"{name}.ext"
        wanted.write_text("\n".join(["basicConstraints=CA:FALSE", *extensions]) + "\n")
        run("openssl", "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
            "-days", DAYS, "-extfile", wanted, "-out", certificate)
        certificate.write_text(certificate.read_text() + self.certificate.read_text())
        return Identity(self, name)

    def server(self, name, kind="ec", subject="/O=Test/CN=broker"):
        return self.issue(name, subject, kind, ["subjectAltName=DNS:localhost,IP:127.0.0.1"])

    def pem(self):
        return self.certificate.read_text()

    def trust_store(self, kind):
        """A store that trusts this authority alone."""
        path = self.folder / f"{self.name}.truststore.{kind.lower()}"
        if kind == "PEM":
            path.write_text(self.pem())
        elif not path.exists():
            run("keytool", "-importcert", "-noprompt", "-alias", self.name, "-file", self.certificate, "-keystore", path,
                "-storetype", kind, "-storepass", PASSWORD)
        return path

    def trust_settings(self, kind):
        settings = {"ssl.truststore.type": kind, "ssl.truststore.location": str(self.trust_store(kind))}
        return settings if kind == "PEM" else {**settings, "ssl.truststore.password": PASSWORD}


class Identity:
    """A key and its certificate."""

    def __init__(self, authority, name):
        self.authority = authority
        self.name = name
        self.key = authority.folder / f"{name}.key"
        self.certificate = authority.folder / f"{name}.crt"

    def key_store(self, kind):
        path = self.authority.folder / f"{self.name}.keystore.{kind.lower()}"
        if kind == "PEM":
            path.write_text(self.encrypted_key() + self.certificate.read_text())
        elif not path.exists():
            p12 = self.authority.folder / f"{self.name}.keystore.pkcs12"
            if not p12.exists():
                run("openssl", "pkcs12", "-export", "-name", self.name, "-inkey", self.key, "-in", self.certificate,
                    "-out", p12, "-passout", f"pass:{PASSWORD}")
            if kind == "JKS":
                run("keytool", "-importkeystore", "-srckeystore", p12, "-srcstoretype", "PKCS12", "-srcstorepass",
                    PASSWORD, "-destkeystore", path, "-deststoretype", "JKS", "-deststorepass", PASSWORD,
                    "-destkeypass", KEY_PASSWORD, "-srcalias", self.name, "-noprompt")
        return path

    def encrypted_key(self):
        """With a cipher that Java 17 decrypts: of PBES2, openssl's own choice, it does not know."""
        return run("openssl", "pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES", "-in", self.key, "-passout", f"pass:{KEY_PASSWORD}")

    def key_settings(self, kind):
        settings = {"ssl.keystore.type": kind, "ssl.keystore.location": str(self.key_store(kind))}
        if kind != "PEM":
            settings["ssl.keystore.password"] = PASSWORD
        if kind != "PKCS12":
            settings["ssl.key.password"] = KEY_PASSWORD
        return settings

    def inline_settings(self):
        """The PEM text itself, on one line, as a properties file has it."""
        return {"ssl.keystore.type": "PEM",
                "ssl.keystore.key": " ".join(self.encrypted_key().split("\n")).strip(),
                "ssl.keystore.certificate.chain": " ".join(self.certificate.read_text().split("\n")).strip(),
                "ssl.key.password": KEY_PASSWORD}

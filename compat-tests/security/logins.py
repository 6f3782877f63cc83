"""Runs the programs that log in: muir.compat.Logins, rdkafka_logins.py and rdkafka_logins.cc, all with the same output."""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
COMPAT = HERE.parent
sys.path.insert(0, str(COMPAT / "lib"))

from test_cache import python_environment  # noqa: E402

JAVA = COMPAT / "lib" / "java"
SECONDS_MAX = 240
PLAIN_MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM_MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule"
OAUTH_MODULE = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
KERBEROS_MODULE = "com.sun.security.auth.module.Krb5LoginModule"
OAUTH_LOGIN_HANDLER = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler"
OAUTH_VALIDATOR = "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler"
KINDS = ("admin", "produce", "consume")


def run(*command, environment=None):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=SECONDS_MAX, check=False,
                          env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        raise RuntimeError(f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def outcomes(text):
    """{(case, kind of client): what became of it}"""
    lines = (line.split("\t", 2) for line in text.splitlines() if line.count("\t") >= 2)
    return {(case, kind): outcome for case, kind, outcome in lines}


def all_ok(*cases):
    return {(case, kind): "ok" for case in cases for kind in KINDS}


def keytab_login(keytab, principal):
    """The sasl.jaas.config of a broker or client that has its keys in a file."""
    return f'{KERBEROS_MODULE} required useKeyTab=true storeKey=true keyTab="{keytab}" principal="{principal}";'


def write_cases(folder, cases, as_json=False):
    """name -> settings, each in a file of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, settings in cases.items():
        escaped = {key: str(value).replace("\\", "\\\\").replace("\n", "\\n") for key, value in settings.items()}
        text = json.dumps(settings) if as_json else "".join(f"{key}={value}\n" for key, value in escaped.items())
        (folder / name).write_text(text)
    return [folder / name for name in cases]


def java_logins(folder, cases, *options):
    return outcomes(run(JAVA, "-J-Dlog.level=off", *options, "muir.compat.Logins", *write_cases(folder, cases)))


def rdkafka_logins(folder, cases, kinds=KINDS):
    python = python_environment("ecosystem-python", COMPAT / "ecosystem" / "python" / "requirements.txt") / "bin" / "python"
    return outcomes(run(python, HERE / "rdkafka_logins.py", ",".join(kinds), *write_cases(folder, cases, as_json=True)))


def system_rdkafka_logins(program, folder, cases, environment):
    return outcomes(run(program, *write_cases(folder, cases), environment=environment))

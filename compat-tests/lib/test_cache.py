"""Where tests keep what they fetched or built once: ~/.cache/muir-tests, or $MUIR_TEST_CACHE."""

import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

CACHE = pathlib.Path(os.environ.get("MUIR_TEST_CACHE", pathlib.Path.home() / ".cache" / "muir-tests"))
COMPLETE = ".complete"


class CannotPrepare(Exception):
    """A registry was not reached, a checksum was wrong or a build failed: a failure of the test that asked."""


def made_once(name, inputs, make):
    """The folder `name` in the cache, one for each content of the files `inputs`; `make(folder)` fills it the first time."""
    digest = hashlib.sha256()
    for path in inputs:
        digest.update(pathlib.Path(path).read_bytes())
    folder = CACHE / f"{name}-{digest.hexdigest()[:12]}"
    if (folder / COMPLETE).exists():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / COMPLETE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            (folder / COMPLETE).touch()
    return folder


def step(*command, cwd=None, env=None, seconds=900):
    """Runs one command of a preparation; its output is shown if it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=seconds, check=False)
    except subprocess.TimeoutExpired as late:
        raise CannotPrepare(f"{' '.join(words)} did not end within {seconds} s") from late
    except FileNotFoundError as missing:
        raise CannotPrepare(f"{words[0]} is not installed") from missing
    if done.returncode != 0:
        raise CannotPrepare(f"{' '.join(words)} ended with {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def expect_sha256(path, wanted):
    seen = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    if seen != wanted:
        raise CannotPrepare(f"{path} has the SHA-256 {seen}, not {wanted}")


def kafka_jars(folder):
    """The folder of jars that lib/kafka-jars fetched for a pom.xml."""
    done = subprocess.run([pathlib.Path(__file__).parent / "kafka-jars", folder], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotPrepare(done.stderr)
    return pathlib.Path(done.stdout.strip())


def python_environment(name, requirements):
    """A virtual environment with exactly the packages of a requirements file that has a hash for each."""
    def make(folder):
        step("/usr/bin/python3", "-m", "venv", folder)
        step(folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
             "--only-binary", ":all:", "-r", requirements)
    return made_once(name, [requirements], make)

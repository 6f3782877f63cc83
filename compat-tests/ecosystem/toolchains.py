"""Compilers that are newer than Debian 12's: the one on the path where it is new enough, a pinned one otherwise."""

import pathlib
import re
import shutil
import subprocess
import urllib.request
import zipfile

from test_cache import CannotPrepare, expect_sha256, made_once

GO_MIN = (1, 26)
GO_VERSION = "v0.0.1-go1.26.8.linux-amd64"
GO_URL = f"https://proxy.golang.org/golang.org/toolchain/@v/{GO_VERSION}.zip"
GO_SHA256 = "30c2b1bf7dcc88d3eb0a1364e47ddd9128edb3110a30e8a0ef61cd5856b31de7"
CARGO_MIN = (1, 85)
FETCH_SECONDS_MAX = 600


def version(program, *arguments):
    """(major, minor) of what a program says its version is; (0, 0) where there is no such program."""
    if not program or not shutil.which(program):
        return 0, 0
    said = subprocess.run([program, *arguments], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def go():
    if version("go", "version") >= GO_MIN:
        return "go"
    return made_once("go", [__file__], unpack_go) / f"golang.org/toolchain@{GO_VERSION}" / "bin" / "go"


def unpack_go(folder):
    archive = folder / "toolchain.zip"
    try:
        with urllib.request.urlopen(GO_URL, timeout=FETCH_SECONDS_MAX) as response, open(archive, "wb") as file:
            shutil.copyfileobj(response, file)
    except OSError as failure:
        raise CannotPrepare(f"{GO_URL}: {failure}") from failure
    expect_sha256(archive, GO_SHA256)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    for pattern in ("bin/*", "pkg/tool/*/*"):  # A zip of the module proxy keeps no permissions.
        for program in pathlib.Path(folder, f"golang.org/toolchain@{GO_VERSION}").glob(pattern):
            program.chmod(0o755)
    archive.unlink()


def cargo():
    if version("cargo", "--version") >= CARGO_MIN:
        return "cargo"
    raise CannotPrepare("cargo is not there, or older than 1.85: Debian has it in the package cargo-web")

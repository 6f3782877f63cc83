"""The other end of muir.compat.Remote: one JVM for all that a test asks of Kafka's clients and tools."""

import pathlib
import subprocess

JAVA = pathlib.Path(__file__).resolve().parent.parent / "lib" / "java"


class Remote:
    def __enter__(self):
        self.process = subprocess.Popen([JAVA, "-J-Dlog.level=off", "muir.compat.Remote"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=60)

    def ask(self, *words):
        """Raises with the complaint if the command failed."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line == "done\n":
                return
            if line == "failed\n":
                break
            lines.append(line)
        raise AssertionError(f"{' '.join(map(str, words))}:\n{''.join(lines)}")

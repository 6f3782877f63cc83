"""The Java suites' class path: Apache Kafka's jars with its tests, and the harness of java/src."""

import pathlib

from test_cache import kafka_jars, made_once, step

HERE = pathlib.Path(__file__).resolve().parent
KAFKA_VERSION = "4.3.1"


def jars():
    return kafka_jars(HERE / "java")


def harness():
    sources = sorted((HERE / "java" / "src").rglob("*.java"))
    services = HERE / "java" / "src" / "META-INF"

    def compile_into(folder):
        step("javac", "-Xlint:all,-processing,-path", "-Werror", "-d", folder, "-cp", f"{jars()}/*", *sources)
        step("cp", "-r", services, folder)
    return made_once("suites-classes", [HERE / "java" / "pom.xml", *sources], compile_into)


def java(*arguments, memory="512m", path=()):
    """The command that runs a class on that path."""
    classes = ":".join([*map(str, path), f"{jars()}/*"])
    return ["java", f"-Xmx{memory}", "-XX:TieredStopAtLevel=1", "-XX:+EnableDynamicAgentLoading", "-Dlog.level=error",
            f"-Dlog4j2.configurationFile={HERE.parent}/java/log4j2.properties",
            f"-Dlog4j.configurationFile={HERE.parent}/java/log4j2.properties", "-cp", classes, *arguments]

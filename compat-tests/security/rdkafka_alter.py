"""rdkafka_alter.py ADDRESS KEY=VALUE...: sets them for broker 1, dynamically.  Prints `ok`, or what the broker said."""

import sys

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

SECONDS_MAX = 20


def main():
    address, *settings = sys.argv[1:]
    entries = [ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
               for key, value in (setting.split("=", 1) for setting in settings)]
    admin = AdminClient({"bootstrap.servers": address})
    resource = ConfigResource("broker", "1", incremental_configs=entries)
    try:
        admin.incremental_alter_configs([resource], request_timeout=SECONDS_MAX)[resource].result(SECONDS_MAX)
        print("ok")
    except KafkaException as refused:
        print(refused.args[0].name(), refused.args[0].str())


if __name__ == "__main__":
    main()

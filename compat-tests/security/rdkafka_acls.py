"""rdkafka_acls.py BOOTSTRAP PRINCIPAL=TOPIC...: each principal may do everything with one topic."""

import sys

from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, AdminClient, ResourcePatternType, ResourceType

SECONDS_MAX = 30


def binding(principal, topic):
    return AclBinding(ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, principal, "*", AclOperation.ALL,
                      AclPermissionType.ALLOW)


admin = AdminClient({"bootstrap.servers": sys.argv[1]})
wanted = [binding(*pair.split("=", 1)) for pair in sys.argv[2:]]
for created in admin.create_acls(wanted, request_timeout=SECONDS_MAX).values():
    created.result()

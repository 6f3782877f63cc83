"""What each API checks: a row an API and an operation that it asks the authorizer for.

In a request `@t` is a topic that exists and `@id` its id, `@gone` and `@new` topics that do not, `@g` a group, `@x` a
transactional id, `@host` where the request comes from; all are the case's own.  `given` are permissions that the case has
besides, so that the one in question decides.
"""

import dataclasses

TOPIC, GROUP, CLUSTER, TRANSACTIONAL_ID = 2, 3, 4, 5
ALL, READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, CLUSTER_ACTION = 2, 3, 4, 5, 6, 7, 8, 9
DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE = 10, 11, 12
OPERATIONS = {3: "Read", 4: "Write", 5: "Create", 6: "Delete", 7: "Alter", 8: "Describe", 9: "ClusterAction",
              10: "DescribeConfigs", 11: "AlterConfigs", 12: "IdempotentWrite"}


@dataclasses.dataclass
class Check:
    name: str
    type: int
    operation: int
    requests: list
    given: list = dataclasses.field(default_factory=list)  # (type, operation), on the case's own resources.
    refusals_only: str = ""  # Why only a refusal is compared: what Muir cannot do yet when it is allowed.
    same_anyhow: str = ""    # Why the answer is the same, allowed and denied.


def check(name, type_, operation, *requests, given=(), **more):
    return Check(name, type_, operation, list(requests), list(given), **more)


NO_TRANSACTIONS = "there is no transaction coordinator yet"
RECORDS = "{records: [{key: k, value: v}]}"
TRANSACTIONAL = "{producerId: 7, producerEpoch: 0, baseSequence: 0, transactional: true, records: [{key: k, value: v}]}"
PARTITION = "{partitionIndex: 0, committedOffset: 3, committedLeaderEpoch: -1, committedMetadata: m}"
LEVEL = "{name: org.apache.kafka, configOperation: 0, value: INFO}"


def alter(type_, name, config, value):
    return (f"IncrementalAlterConfigs v1 {{resources: [{{resourceType: {type_}, resourceName: {name}, "
            f"configs: [{{name: {config}, configOperation: 0, value: \"{value}\"}}]}}]}}")


# Those that list everything come first, before others have made topics and groups.
LISTS = [
    check("Metadata of all", TOPIC, DESCRIBE, "Metadata v12 {topics: null}", "Metadata v1 {topics: null}"),
    check("DescribeTopicPartitions of all", TOPIC, DESCRIBE, "DescribeTopicPartitions v0 {topics: [], responsePartitionLimit: 2000}"),
    check("ListGroups", CLUSTER, DESCRIBE, "ListGroups v5 {}"),
    check("ListGroups, by group", GROUP, DESCRIBE, "ListGroups v4 {}"),
]

RECORDS_OF_TOPICS = [
    check("Produce", TOPIC, WRITE, f"Produce v9 {{acks: 1, timeoutMs: 5000, topicData: [{{name: @t, partitionData: [{{index: 0, records: {RECORDS}}}]}}, {{name: @gone, partitionData: [{{index: 0, records: {RECORDS}}}]}}]}}"),
    check("Produce by id", TOPIC, WRITE, f"Produce v13 {{acks: 1, timeoutMs: 5000, topicData: [{{topicId: @id, partitionData: [{{index: 0, records: {RECORDS}}}]}}, {{topicId: AAAAAAAAAAAAAAAAAAAAEQ, partitionData: [{{index: 0, records: {RECORDS}}}]}}]}}"),
    check("Produce without an answer", TOPIC, WRITE, f"Produce v9 {{acks: 0, timeoutMs: 5000, topicData: [{{name: @t, partitionData: [{{index: 0, records: {RECORDS}}}]}}]}}"),
    check("Produce in a transaction without an id", TRANSACTIONAL_ID, WRITE, f"Produce v9 {{acks: 1, timeoutMs: 5000, topicData: [{{name: @t, partitionData: [{{index: 0, records: {TRANSACTIONAL}}}]}}]}}", given=[(TOPIC, WRITE)], same_anyhow="no transactional id is named"),
    check("Produce in a transaction", TRANSACTIONAL_ID, WRITE, f"Produce v9 {{transactionalId: @x, acks: 1, timeoutMs: 5000, topicData: [{{name: @t, partitionData: [{{index: 0, records: {TRANSACTIONAL}}}]}}, {{name: @gone, partitionData: [{{index: 0, records: {TRANSACTIONAL}}}]}}]}}", given=[(TOPIC, WRITE)], refusals_only=NO_TRANSACTIONS),
    check("Fetch", TOPIC, READ, "Fetch v12 {replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 100000, topics: [{topic: @t, partitions: [{partition: 0, currentLeaderEpoch: -1, fetchOffset: 0, lastFetchedEpoch: -1, logStartOffset: -1, partitionMaxBytes: 1000}]}, {topic: @gone, partitions: [{partition: 0, currentLeaderEpoch: -1, fetchOffset: 0, lastFetchedEpoch: -1, logStartOffset: -1, partitionMaxBytes: 1000}]}], forgottenTopicsData: []}"),
    check("Fetch by id", TOPIC, READ, "Fetch v13 {replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 100000, topics: [{topicId: @id, partitions: [{partition: 0, currentLeaderEpoch: -1, fetchOffset: 0, lastFetchedEpoch: -1, logStartOffset: -1, partitionMaxBytes: 1000}]}], forgottenTopicsData: []}", "Fetch v13 {replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 100000, topics: [{topicId: AAAAAAAAAAAAAAAAAAAAEQ, partitions: [{partition: 0, currentLeaderEpoch: -1, fetchOffset: 0, lastFetchedEpoch: -1, logStartOffset: -1, partitionMaxBytes: 1000}]}], forgottenTopicsData: []}"),
    # CVE-2018-1288: who says that he is a replica.
    check("Fetch as a replica", CLUSTER, CLUSTER_ACTION, "Fetch v12 {replicaId: 1, maxWaitMs: 0, minBytes: 0, maxBytes: 100000, topics: [{topic: @t, partitions: [{partition: 0, currentLeaderEpoch: -1, fetchOffset: 0, lastFetchedEpoch: -1, logStartOffset: -1, partitionMaxBytes: 1000}]}], forgottenTopicsData: []}"),
    check("ListOffsets", TOPIC, DESCRIBE, "ListOffsets v7 {replicaId: -1, topics: [{name: @t, partitions: [{partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1}]}, {name: @gone, partitions: [{partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1}]}]}"),
    check("OffsetForLeaderEpoch", TOPIC, DESCRIBE, "OffsetForLeaderEpoch v4 {replicaId: -1, topics: [{topic: @t, partitions: [{partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0}]}, {topic: @gone, partitions: [{partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0}]}]}"),
    check("OffsetForLeaderEpoch, as a broker", CLUSTER, CLUSTER_ACTION, "OffsetForLeaderEpoch v4 {replicaId: -1, topics: [{topic: @t, partitions: [{partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0}]}]}"),
    check("DeleteRecords", TOPIC, DELETE, "DeleteRecords v2 {timeoutMs: 5000, topics: [{name: @t, partitions: [{partitionIndex: 0, offset: 0}]}, {name: @gone, partitions: [{partitionIndex: 0, offset: 0}]}]}"),
    check("InitProducerId", CLUSTER, IDEMPOTENT_WRITE, "InitProducerId v4 {transactionalId: null, transactionTimeoutMs: 1000}"),
    check("InitProducerId, by any topic", TOPIC, WRITE, "InitProducerId v4 {transactionalId: null, transactionTimeoutMs: 1000}"),
    check("DescribeProducers", TOPIC, READ, "DescribeProducers v0 {topics: [{name: @t, partitionIndexes: [0]}, {name: @gone, partitionIndexes: [0]}]}"),
]

TOPICS = [
    check("Metadata", TOPIC, DESCRIBE, "Metadata v12 {topics: [{name: @t}, {name: @gone}], allowAutoTopicCreation: false, includeTopicAuthorizedOperations: true}", "Metadata v1 {topics: [{name: @t}]}"),
    check("Metadata by id", TOPIC, DESCRIBE, "Metadata v12 {topics: [{name: null, topicId: @id}, {name: null, topicId: AAAAAAAAAAAAAAAAAAAAEQ}], allowAutoTopicCreation: false}"),
    check("Metadata, what one may do to the cluster", CLUSTER, DESCRIBE, "Metadata v9 {topics: [], includeClusterAuthorizedOperations: true}", given=[(CLUSTER, ALTER_CONFIGS)]),
    check("Metadata that creates, by topic", TOPIC, CREATE, "Metadata v12 {topics: [{name: @new}], allowAutoTopicCreation: true}", given=[(TOPIC, DESCRIBE)]),
    check("Metadata that creates, by cluster", CLUSTER, CREATE, "Metadata v12 {topics: [{name: @new}], allowAutoTopicCreation: true}", given=[(TOPIC, DESCRIBE)]),
    check("Metadata that creates, unseen", TOPIC, CREATE, "Metadata v12 {topics: [{name: @new}], allowAutoTopicCreation: true}", same_anyhow="what cannot be seen is not created"),
    check("DescribeTopicPartitions", TOPIC, DESCRIBE, "DescribeTopicPartitions v0 {topics: [{name: @t}, {name: @gone}], responsePartitionLimit: 10}"),
    check("CreateTopics", TOPIC, CREATE, "CreateTopics v7 {timeoutMs: 5000, topics: [{name: @new, numPartitions: 1, replicationFactor: 1}, {name: @t, numPartitions: 1, replicationFactor: 1}]}"),
    check("CreateTopics, by cluster", CLUSTER, CREATE, "CreateTopics v7 {timeoutMs: 5000, topics: [{name: @new, numPartitions: 1, replicationFactor: 1}, {name: @t, numPartitions: 1, replicationFactor: 1}]}"),
    check("CreateTopics, its configs", TOPIC, DESCRIBE_CONFIGS, "CreateTopics v7 {timeoutMs: 5000, validateOnly: true, topics: [{name: @new, numPartitions: 1, replicationFactor: 1}]}", given=[(CLUSTER, CREATE)]),
    check("CreatePartitions", TOPIC, ALTER, "CreatePartitions v3 {timeoutMs: 5000, topics: [{name: @t, count: 2}, {name: @gone, count: 2}]}"),
    check("DeleteTopics", TOPIC, DELETE, "DeleteTopics v6 {timeoutMs: 5000, topics: [{name: @t}, {name: @gone}]}"),
    check("DeleteTopics, seen", TOPIC, DELETE, "DeleteTopics v6 {timeoutMs: 5000, topics: [{name: @t}, {name: @gone}]}", given=[(TOPIC, DESCRIBE)]),
    check("DeleteTopics by id", TOPIC, DELETE, "DeleteTopics v6 {timeoutMs: 5000, topics: [{name: null, topicId: @id}, {name: null, topicId: AAAAAAAAAAAAAAAAAAAAEQ}]}"),
    check("DeleteTopics by id, seen", TOPIC, DELETE, "DeleteTopics v6 {timeoutMs: 5000, topics: [{name: null, topicId: @id}]}", given=[(TOPIC, DESCRIBE)]),
    check("DeleteTopics, by cluster", CLUSTER, DELETE, "DeleteTopics v5 {timeoutMs: 5000, topicNames: [@t, @gone]}"),
]

GROUPS = [
    check("FindCoordinator", GROUP, DESCRIBE, "FindCoordinator v4 {keyType: 0, coordinatorKeys: [@g]}", "FindCoordinator v3 {keyType: 0, key: @g}"),
    check("FindCoordinator of a transaction", TRANSACTIONAL_ID, DESCRIBE, "FindCoordinator v4 {keyType: 1, coordinatorKeys: [@x]}", refusals_only=NO_TRANSACTIONS),
    check("FindCoordinator of a share partition", CLUSTER, CLUSTER_ACTION, "FindCoordinator v6 {keyType: 2, coordinatorKeys: [\"@g:@id:0\"]}", refusals_only="there are no share groups yet"),
    check("JoinGroup", GROUP, READ, "JoinGroup v5 {groupId: @g, sessionTimeoutMs: 6000, rebalanceTimeoutMs: 6000, memberId: \"\", protocolType: consumer, protocols: [{name: range, metadata: 0x00}]}"),
    check("SyncGroup", GROUP, READ, "SyncGroup v5 {groupId: @g, generationId: 1, memberId: nobody, protocolType: consumer, protocolName: range, assignments: []}"),
    check("Heartbeat", GROUP, READ, "Heartbeat v4 {groupId: @g, generationId: 1, memberId: nobody}"),
    check("LeaveGroup", GROUP, READ, "LeaveGroup v4 {groupId: @g, members: [{memberId: nobody}]}"),
    check("DescribeGroups", GROUP, DESCRIBE, "DescribeGroups v5 {groups: [@g], includeAuthorizedOperations: true}"),
    check("OffsetCommit, the group", GROUP, READ, f"OffsetCommit v8 {{groupId: @g, generationIdOrMemberEpoch: -1, memberId: \"\", topics: [{{name: @t, partitions: [{PARTITION}]}}]}}", given=[(TOPIC, READ)]),
    check("OffsetCommit, the topic", TOPIC, READ, f"OffsetCommit v8 {{groupId: @g, generationIdOrMemberEpoch: -1, memberId: \"\", topics: [{{name: @t, partitions: [{PARTITION}]}}, {{name: @gone, partitions: [{PARTITION}]}}]}}", given=[(GROUP, READ)]),
    check("OffsetCommit by id", TOPIC, READ, f"OffsetCommit v10 {{groupId: @g, generationIdOrMemberEpoch: -1, memberId: \"\", topics: [{{topicId: @id, partitions: [{PARTITION}]}}, {{topicId: AAAAAAAAAAAAAAAAAAAAEQ, partitions: [{PARTITION}]}}]}}", given=[(GROUP, READ)]),
    check("OffsetFetch, the group", GROUP, DESCRIBE, "OffsetFetch v8 {groups: [{groupId: @g, topics: [{name: @t, partitionIndexes: [0]}]}]}", "OffsetFetch v5 {groupId: @g, topics: [{name: @t, partitionIndexes: [0]}]}", given=[(TOPIC, DESCRIBE)]),
    check("OffsetFetch, the topic", TOPIC, DESCRIBE, "OffsetFetch v8 {groups: [{groupId: @g, topics: [{name: @t, partitionIndexes: [0]}, {name: @gone, partitionIndexes: [0]}]}]}", given=[(GROUP, DESCRIBE)]),
    check("OffsetFetch of all", TOPIC, DESCRIBE, f"OffsetCommit v8 {{groupId: @g, generationIdOrMemberEpoch: -1, memberId: \"\", topics: [{{name: @t, partitions: [{PARTITION}]}}]}}", "OffsetFetch v8 {groups: [{groupId: @g, topics: null}]}", given=[(GROUP, READ)]),
    check("OffsetDelete, the group", GROUP, DELETE, "OffsetDelete v0 {groupId: @g, topics: [{name: @t, partitions: [{partitionIndex: 0}]}]}", given=[(TOPIC, READ)]),
    check("OffsetDelete, the topic", TOPIC, READ, f"OffsetCommit v8 {{groupId: @g, generationIdOrMemberEpoch: -1, memberId: \"\", topics: [{{name: @t, partitions: [{PARTITION}]}}]}}", "OffsetDelete v0 {groupId: @g, topics: [{name: @t, partitions: [{partitionIndex: 0}]}, {name: @gone, partitions: [{partitionIndex: 0}]}]}", given=[(GROUP, DELETE), (GROUP, READ)]),
    check("DeleteGroups", GROUP, DELETE, "DeleteGroups v2 {groupsNames: [@g]}"),
    check("InitProducerId of a transaction", TRANSACTIONAL_ID, WRITE, "InitProducerId v4 {transactionalId: \"\", transactionTimeoutMs: 1000}"),
]

CONFIGS = [
    check("DescribeConfigs of a topic", TOPIC, DESCRIBE_CONFIGS, "DescribeConfigs v4 {resources: [{resourceType: 2, resourceName: @t, configurationKeys: [retention.ms]}, {resourceType: 2, resourceName: @gone, configurationKeys: [retention.ms]}]}"),
    check("DescribeConfigs of a group", GROUP, DESCRIBE_CONFIGS, "DescribeConfigs v4 {resources: [{resourceType: 32, resourceName: @g, configurationKeys: [consumer.session.timeout.ms]}]}"),
    check("DescribeConfigs of a broker", CLUSTER, DESCRIBE_CONFIGS, "DescribeConfigs v4 {resources: [{resourceType: 4, resourceName: \"1\", configurationKeys: [num.partitions]}, {resourceType: 4, resourceName: \"7\", configurationKeys: [num.partitions]}]}"),
    check("DescribeConfigs of loggers", CLUSTER, DESCRIBE_CONFIGS, "DescribeConfigs v4 {resources: [{resourceType: 8, resourceName: \"1\", configurationKeys: [none]}]}"),
    check("DescribeConfigs of client metrics", CLUSTER, DESCRIBE_CONFIGS, "DescribeConfigs v4 {resources: [{resourceType: 16, resourceName: @g, configurationKeys: [interval.ms]}]}"),
    check("AlterConfigs of a topic", TOPIC, ALTER_CONFIGS, "AlterConfigs v2 {resources: [{resourceType: 2, resourceName: @t, configs: [{name: retention.ms, value: \"70000\"}]}, {resourceType: 2, resourceName: @gone, configs: []}]}"),
    check("AlterConfigs of a broker", CLUSTER, ALTER_CONFIGS, "AlterConfigs v2 {validateOnly: true, resources: [{resourceType: 4, resourceName: \"1\", configs: []}]}"),
    check("IncrementalAlterConfigs of a topic", TOPIC, ALTER_CONFIGS, alter(2, "@t", "retention.ms", "80000")),
    check("IncrementalAlterConfigs of no topic", TOPIC, ALTER_CONFIGS, alter(2, "@gone", "retention.ms", "80000")),
    check("IncrementalAlterConfigs of a group", GROUP, ALTER_CONFIGS, alter(32, "@g", "consumer.session.timeout.ms", "50000")),
    check("IncrementalAlterConfigs of a broker", CLUSTER, ALTER_CONFIGS, alter(4, '"1"', "log.cleaner.backoff.ms", "16000")),
    check("IncrementalAlterConfigs of client metrics", CLUSTER, ALTER_CONFIGS, alter(16, "@g", "interval.ms", "60000")),
    check("IncrementalAlterConfigs of a logger", CLUSTER, ALTER_CONFIGS, alter(8, '"1"', "root", "INFO")),
    check("ListConfigResources", CLUSTER, DESCRIBE_CONFIGS, "ListConfigResources v1 {resourceTypes: [4]}"),
    check("DescribeClientQuotas", CLUSTER, DESCRIBE_CONFIGS, "DescribeClientQuotas v1 {components: [], strict: true}"),
    check("AlterClientQuotas", CLUSTER, ALTER_CONFIGS, "AlterClientQuotas v1 {validateOnly: true, entries: [{entity: [{entityType: user, entityName: u}], ops: [{key: producer_byte_rate, value: 1000}]}]}"),
    check("DescribeUserScramCredentials", CLUSTER, DESCRIBE, "DescribeUserScramCredentials v0 {users: [{name: u}]}"),
]

OPERATORS = [
    check("DescribeAcls", CLUSTER, DESCRIBE, "DescribeAcls v3 {resourceTypeFilter: 1, resourceNameFilter: null, principalFilter: null, patternTypeFilter: 1, hostFilter: \"@host\", operation: 1, permissionType: 1}", "DescribeAcls v1 {resourceTypeFilter: 7, patternTypeFilter: 1, operation: 1, permissionType: 1}"),
    check("CreateAcls", CLUSTER, ALTER, "CreateAcls v3 {creations: [{resourceType: 2, resourceName: @t, resourcePatternType: 3, principal: \"User:made-@g\", host: \"*\", operation: 3, permissionType: 3}, {resourceType: 2, resourceName: \"\", resourcePatternType: 3, principal: \"User:a\", host: \"*\", operation: 3, permissionType: 3}]}"),
    check("DeleteAcls", CLUSTER, ALTER, "DeleteAcls v3 {filters: [{resourceTypeFilter: 1, resourceNameFilter: null, hostFilter: null, patternTypeFilter: 1, principalFilter: \"User:doomed-@g\", operation: 1, permissionType: 1}]}"),
    check("AlterReplicaLogDirs", CLUSTER, ALTER, "AlterReplicaLogDirs v2 {dirs: [{path: \"/nowhere\", topics: [{name: @t, partitions: [0]}]}]}"),
    check("DescribeLogDirs", CLUSTER, DESCRIBE, "DescribeLogDirs v4 {topics: [{topic: @t, partitions: [0]}]}"),
    check("ElectLeaders", CLUSTER, ALTER, "ElectLeaders v2 {electionType: 0, timeoutMs: 5000, topicPartitions: [{topic: @t, partitions: [0]}]}"),
    check("AlterPartitionReassignments", CLUSTER, ALTER, "AlterPartitionReassignments v0 {timeoutMs: 5000, topics: [{name: @t, partitions: [{partitionIndex: 0, replicas: null}]}]}"),
    check("ListPartitionReassignments", CLUSTER, DESCRIBE, "ListPartitionReassignments v0 {timeoutMs: 5000, topics: null}"),
    check("DescribeQuorum", CLUSTER, DESCRIBE, "DescribeQuorum v1 {topics: [{topicName: __cluster_metadata, partitions: [{partitionIndex: 0}]}]}"),
    check("UpdateFeatures", CLUSTER, ALTER, "UpdateFeatures v1 {timeoutMs: 5000, validateOnly: true, featureUpdates: []}"),
    check("DescribeCluster", CLUSTER, DESCRIBE, "DescribeCluster v1 {includeClusterAuthorizedOperations: true}", given=[(CLUSTER, ALTER_CONFIGS)]),
]


def operations_shown():
    """authorized_operations, an ACL at a time."""
    rows = []
    for operation in (READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE_CONFIGS, ALTER_CONFIGS):
        rows.append(check(f"operations of a topic by {operation}", TOPIC, operation, "Metadata v12 {topics: [{name: @t}], allowAutoTopicCreation: false, includeTopicAuthorizedOperations: true}"))
    for operation in (CREATE, ALTER, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE):
        rows.append(check(f"operations of the cluster by {operation}", CLUSTER, operation, "DescribeCluster v1 {includeClusterAuthorizedOperations: true}", given=[(CLUSTER, DESCRIBE)]))
    for operation in (READ, DELETE, DESCRIBE_CONFIGS, ALTER_CONFIGS):
        rows.append(check(f"operations of a group by {operation}", GROUP, operation, "DescribeGroups v5 {groups: [@g], includeAuthorizedOperations: true}"))
    return rows


CHECKS = LISTS + RECORDS_OF_TOPICS + GROUPS + CONFIGS + OPERATORS + operations_shown() + TOPICS

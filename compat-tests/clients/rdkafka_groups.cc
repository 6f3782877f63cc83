#include "compat-tests/clients/rdkafka_groups.h"

#include <memory>

#include "compat-tests/clients/rdkafka_admin_call.h"

namespace muir::compat {
namespace {

using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, decltype(&rd_kafka_topic_partition_list_destroy)>;

Partitions partition_list(const std::string& topic, const Offsets& offsets) {
  Partitions list{rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())),
                  rd_kafka_topic_partition_list_destroy};
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  }
  return list;
}

Partitions partition_list(const std::string& topic, int partitions) {
  Offsets all;
  for (int i = 0; i < partitions; ++i) all[i] = RD_KAFKA_OFFSET_INVALID;
  return partition_list(topic, all);
}

RdKafka::ErrorCode code(rd_kafka_resp_err_t error) { return static_cast<RdKafka::ErrorCode>(error); }

RdKafka::ErrorCode code(const rd_kafka_error_t* error) {
  return error == nullptr ? RdKafka::ERR_NO_ERROR : code(rd_kafka_error_code(error));
}

// The error of the whole answer, of its only group, or of the first partition that has one.
template <typename Result, typename Groups>
RdKafka::ErrorCode error_of(const AdminEvent& event, const Result* result, Groups groups) {
  if (!event) return RdKafka::ERR__TIMED_OUT;
  if (rd_kafka_event_error(event.get())) return code(rd_kafka_event_error(event.get()));
  std::size_t count = 0;
  const auto* const* all = groups(result, &count);
  if (count != 1) return RdKafka::ERR__BAD_MSG;
  if (const auto* error = rd_kafka_group_result_error(all[0]); error != nullptr) return code(error);
  const auto* list = rd_kafka_group_result_partitions(all[0]);
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    if (list->elems[i].err) return code(list->elems[i].err);
  }
  return RdKafka::ERR_NO_ERROR;
}

GroupMember member_of(const rd_kafka_MemberDescription_t* member) {
  const char* instance = rd_kafka_MemberDescription_group_instance_id(member);
  GroupMember seen{.client_id = rd_kafka_MemberDescription_client_id(member),
                   .instance_id = instance ? instance : "",
                   .host = rd_kafka_MemberDescription_host(member),
                   .partitions = {}};
  const auto* list = rd_kafka_MemberAssignment_partitions(rd_kafka_MemberDescription_assignment(member));
  for (int i = 0; i < list->cnt; ++i) seen.partitions.push_back(list->elems[i].partition);
  return seen;
}

}  // namespace

std::map<std::string, std::string> list_groups() {
  std::map<std::string, std::string> groups;
  const auto event = admin_call(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, [](auto* options, auto* queue) {
    rd_kafka_ListConsumerGroups(admin_client(), options, queue);
  });
  if (!event || rd_kafka_event_error(event.get())) return groups;
  std::size_t count = 0;
  const auto* const* all =
      rd_kafka_ListConsumerGroups_result_valid(rd_kafka_event_ListConsumerGroups_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    groups[rd_kafka_ConsumerGroupListing_group_id(all[i])] =
        rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupListing_state(all[i]));
  }
  return groups;
}

GroupDescription describe_group(const std::string& group) {
  const char* names[] = {group.c_str()};
  const auto event = admin_call(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, [&](auto* options, auto* queue) {
    rd_kafka_DescribeConsumerGroups(admin_client(), names, 1, options, queue);
  });
  GroupDescription seen;
  seen.error = event ? code(rd_kafka_event_error(event.get())) : RdKafka::ERR__TIMED_OUT;
  if (seen.error != RdKafka::ERR_NO_ERROR) return seen;
  std::size_t count = 0;
  const auto* const* all =
      rd_kafka_DescribeConsumerGroups_result_groups(rd_kafka_event_DescribeConsumerGroups_result(event.get()), &count);
  if (count != 1) seen.error = RdKafka::ERR__BAD_MSG;
  if (count != 1) return seen;
  seen.error = code(rd_kafka_ConsumerGroupDescription_error(all[0]));
  seen.state = rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(all[0]));
  const char* assignor = rd_kafka_ConsumerGroupDescription_partition_assignor(all[0]);
  seen.assignor = assignor ? assignor : "";
  for (std::size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(all[0]); ++i) {
    seen.members.push_back(member_of(rd_kafka_ConsumerGroupDescription_member(all[0], i)));
  }
  return seen;
}

RdKafka::ErrorCode delete_group(const std::string& group) {
  rd_kafka_DeleteGroup_t* doomed = rd_kafka_DeleteGroup_new(group.c_str());
  const auto event = admin_call(RD_KAFKA_ADMIN_OP_DELETEGROUPS, [&](auto* options, auto* queue) {
    rd_kafka_DeleteGroups(admin_client(), &doomed, 1, options, queue);
  });
  rd_kafka_DeleteGroup_destroy(doomed);
  return error_of(event, rd_kafka_event_DeleteGroups_result(event.get()), rd_kafka_DeleteGroups_result_groups);
}

Offsets group_offsets(const std::string& group, const std::string& topic, int partitions) {
  const auto list = partition_list(topic, partitions);
  rd_kafka_ListConsumerGroupOffsets_t* asked = rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), list.get());
  const auto event = admin_call(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, [&](auto* options, auto* queue) {
    rd_kafka_ListConsumerGroupOffsets(admin_client(), &asked, 1, options, queue);
  });
  rd_kafka_ListConsumerGroupOffsets_destroy(asked);
  Offsets offsets;
  if (!event || rd_kafka_event_error(event.get())) return offsets;
  std::size_t count = 0;
  const auto* const* all = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(event.get()), &count);
  if (count != 1) return offsets;
  const auto* seen = rd_kafka_group_result_partitions(all[0]);
  for (int i = 0; seen != nullptr && i < seen->cnt; ++i) {
    if (seen->elems[i].offset >= 0) offsets[seen->elems[i].partition] = seen->elems[i].offset;
  }
  return offsets;
}

RdKafka::ErrorCode alter_group_offsets(const std::string& group, const std::string& topic, const Offsets& offsets) {
  const auto list = partition_list(topic, offsets);
  rd_kafka_AlterConsumerGroupOffsets_t* wanted = rd_kafka_AlterConsumerGroupOffsets_new(group.c_str(), list.get());
  const auto event = admin_call(RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, [&](auto* options, auto* queue) {
    rd_kafka_AlterConsumerGroupOffsets(admin_client(), &wanted, 1, options, queue);
  });
  rd_kafka_AlterConsumerGroupOffsets_destroy(wanted);
  return error_of(event, rd_kafka_event_AlterConsumerGroupOffsets_result(event.get()),
                  rd_kafka_AlterConsumerGroupOffsets_result_groups);
}

RdKafka::ErrorCode delete_group_offsets(const std::string& group, const std::string& topic, int partitions) {
  const auto list = partition_list(topic, partitions);
  rd_kafka_DeleteConsumerGroupOffsets_t* doomed = rd_kafka_DeleteConsumerGroupOffsets_new(group.c_str(), list.get());
  const auto event = admin_call(RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS, [&](auto* options, auto* queue) {
    rd_kafka_DeleteConsumerGroupOffsets(admin_client(), &doomed, 1, options, queue);
  });
  rd_kafka_DeleteConsumerGroupOffsets_destroy(doomed);
  return error_of(event, rd_kafka_event_DeleteConsumerGroupOffsets_result(event.get()),
                  rd_kafka_DeleteConsumerGroupOffsets_result_groups);
}

}  // namespace muir::compat

// librdkafka's admin requests about groups, one synchronous function each.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <librdkafka/rdkafkacpp.h>

namespace muir::compat {

// partition -> offset, all of one topic.
using Offsets = std::map<std::int32_t, std::int64_t>;

struct GroupMember {
  std::string client_id;
  std::string instance_id;  // Empty for a dynamic member.
  std::string host;
  std::vector<std::int32_t> partitions;
};

struct GroupDescription {
  RdKafka::ErrorCode error = RdKafka::ERR_NO_ERROR;
  std::string state;
  std::string assignor;
  std::vector<GroupMember> members;
};

// group -> state, of every group that the brokers list.
std::map<std::string, std::string> list_groups();
GroupDescription describe_group(const std::string& group);
RdKafka::ErrorCode delete_group(const std::string& group);

// What the group has committed for partitions [0, partitions) of the topic; an offset that it has not is left out.
Offsets group_offsets(const std::string& group, const std::string& topic, int partitions);
RdKafka::ErrorCode alter_group_offsets(const std::string& group, const std::string& topic, const Offsets& offsets);
RdKafka::ErrorCode delete_group_offsets(const std::string& group, const std::string& topic, int partitions);

}  // namespace muir::compat

// librdkafka's admin requests, one synchronous function each; they exist in its C interface only.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <librdkafka/rdkafkacpp.h>

namespace muir::compat {

RdKafka::ErrorCode create_topic(const std::string& topic, int partitions,
                                const std::map<std::string, std::string>& configs = {});
RdKafka::ErrorCode delete_topic(const std::string& topic);
RdKafka::ErrorCode create_partitions(const std::string& topic, int total);
// Everything before `offset` goes.
RdKafka::ErrorCode delete_records(const std::string& topic, int partition, std::int64_t offset);
// name -> value of every configuration of a topic; empty when it could not be had.
std::map<std::string, std::string> describe_topic(const std::string& topic);
// Returns when each partition answers for its end offset; fails the test when that takes too long.
void await_leaders(const std::string& topic, int partitions);

}  // namespace muir::compat

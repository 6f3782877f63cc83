#pragma once

#include <optional>
#include <set>
#include <vector>

#include "server/handlers/request_mutations.h"
#include "server/handlers/services.h"
#include "server/metadata/topic_name.h"
#include "wire/base/task.h"
#include "wire/base/task_group.h"

namespace muir::server {

// Creates topics that a client asked about and that do not exist (auto.create.topics.enable).  The client is never kept
// waiting: it is told that the topic is unknown, and asks again.
// Owner: the first shard.
class AutoTopicCreation {
 public:
  explicit AutoTopicCreation(Services& services) : services_(services) {}

  // Begins to create those of `topics` that are not being created already.  Names have been validated.  `mutations`:
  // the quota of the client that asks; none: the broker itself wants them.
  Task<void> begin(std::vector<StoredTopic> topics, std::optional<RequestMutations> mutations);

  Task<void> close() { return creating_tasks_.close(); }

 private:
  Task<void> create(std::vector<StoredTopic> topics, std::optional<RequestMutations> mutations);

  Services& services_;
  std::set<std::string> being_created_;
  TaskGroup creating_tasks_;
};

}  // namespace muir::server

#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "server/replica/log_manager.h"

namespace muir::server {

// How far each log of this broker is clean: what is in `cleaner-offset-checkpoint` of every log directory.
// Owner: the LogCleaner; used on its shard only.
class CleanerCheckpoints {
 public:
  // Of a directory's file, as it was found.
  void load(const std::string& dir, const storage::OffsetCheckpoint& found);

  // Below it the log was clean.  An entry of a topic that has since been created anew under its old name is nobody's.
  std::optional<Offset> find(const std::string& dir, const storage::PartitionName& name, const Uuid& topic_id);

  void set(const std::string& dir, const storage::PartitionName& name, const Uuid& topic_id, Offset offset);
  // The log was cut at `offset`: nothing at or above it is clean.
  void truncate(const std::string& dir, const storage::PartitionName& name, Offset offset);

  // What the files are to say: `hosted` are the partitions that exist.
  OffsetsByDir to_write(const std::map<std::string, std::set<storage::PartitionName>>& hosted);

 private:
  struct Entry {
    Offset offset;
    std::optional<Uuid> topic_id;  // Nothing: as the file says it, which knows names only.
  };
  std::map<std::string, std::map<storage::PartitionName, Entry>> by_dir_;
};

}  // namespace muir::server

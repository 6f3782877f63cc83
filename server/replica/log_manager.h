#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/replica/errc.h"
#include "server/replica/log_dir.h"
#include "server/replica/topic_id_partition.h"
#include "server/runtime/pool.h"
#include "storage/log/log.h"
#include "wire/base/clock.h"

namespace muir::server {

// For each log directory, by its path.
using OffsetsByDir = std::unordered_map<std::string, storage::OffsetCheckpoint>;

struct LogManagerSettings {
  struct Dir {
    std::string path;
    Uuid id;  // directory.id of its meta.properties, which whoever starts the process has read and checked.
    bool is_unusable = false;  // Could not even be read: offline from the start, and of unknown id.
  };
  std::vector<Dir> dirs;              // log.dirs
  std::vector<std::string> cordoned;  // cordoned.log.dirs: nothing new goes there (KIP-1066); "*": to none.
  // num.recovery.threads.per.data.dir; 0, which no file can say: all on the caller's thread, for a disk that knows one.
  std::int32_t recovery_threads_per_dir = 2;
};

// What loading has to know of the cluster.  Asked from several threads at once.
struct LogLoadPlan {
  // Whether the metadata assigns this partition of this topic id to this broker; otherwise its directory is a stray.
  std::function<bool(const PartitionKey& key)> is_assigned_here;
  // In which log directory the metadata has this broker's replica.
  std::function<Uuid(const PartitionKey& key)> directory_of;
  std::function<storage::LogConfig(const std::string& topic)> config_of;
  // One line of progress, for a person; calls do not overlap.
  std::function<void(const std::string& dir, const std::string& partition, std::size_t done, std::size_t total)> loaded;
};

// A log that is open, and what the checkpoint said about it.
struct OpenedLog {
  std::unique_ptr<storage::Log> log;
  Offset high_watermark{0};
};

// The log directories of this broker, and which is to take the next partition.
//
// start() and load() block, at start-up; a Pool's thread may run them.  Then it belongs to one shard, the manager's,
// and is used there only.  The logs themselves belong to their partitions' shards.
class LogManager {
 public:
  // Locks every directory.  One that cannot be used is offline from the start.  Fails with log_dir_locked,
  // log_dir_duplicate, and log_dirs_all_failed.
  static Result<std::unique_ptr<LogManager>> start(storage::Disk& disk, LogManagerSettings settings,
                                                   const Clock& clock);

  // The epoch at which this broker stopped, if all directories agree that it stopped cleanly; for its registration
  // (KIP-966).  To be asked before load().
  std::optional<std::int64_t> broker_epoch_of_clean_stop();

  // Opens every log in every directory, each directory's by its own threads.  A directory of which one log cannot be
  // read goes offline; the others go on.  Directories to be deleted are kept for deletion, those of partitions that are
  // not assigned here become strays, as Kafka's.  Of a partition that is in two directories, which a crash can leave
  // amid a move, the longer log stays (ADR 65).  Fails with log_dir_duplicate when the metadata knows neither place,
  // and log_dirs_all_failed.
  Result<void> load(const LogLoadPlan& plan);

  // A log that load() has opened; nothing if there is none, or it was taken.
  std::optional<OpenedLog> take(const PartitionKey& key);

  // The same for a future log: one that was being filled when the broker stopped.
  std::optional<OpenedLog> take_future(const PartitionKey& key);

  // Makes the directories of many new partitions at less cost than create() alone, which is to follow for each.
  struct NewReplica {
    TopicIdPartition id;
    Uuid directory;
    std::optional<Epoch> first_epoch;
  };
  Task<void> prepare(Pool& pool, std::vector<NewReplica> replicas);
  bool has_loaded(const PartitionKey& key) const { return loaded_.contains(key); }  // And take() has not had it.

  // Opens a new log, in `directory` if that is one of ours, else in the one with the fewest partitions that is neither
  // offline nor cordoned.  Fails with kafka_storage_error when it might be in a directory that is offline.
  // `first_epoch`: that of the leader, if this broker is to be it.
  Task<Result<OpenedLog>> create(Pool& pool, TopicIdPartition id, Uuid directory, bool is_new,
                                 storage::LogConfig config, std::optional<Epoch> first_epoch = std::nullopt);
  // Opens an empty future log, "<topic>-<partition>.<32 hex digits>-future", in a directory that is online.
  Task<Result<std::unique_ptr<storage::Log>>> create_future(Pool& pool, TopicIdPartition id, std::string dir,
                                                            storage::LogConfig config);
  // Gives the log in `from`, which was closed with these offsets, its partition's live name and opens it.  Whatever
  // fails, `from` may have its new name already.
  Task<Result<std::unique_ptr<storage::Log>>> promote(Pool& pool, TopicIdPartition id, std::string from,
                                                      storage::LogConfig config, Offset log_start_offset,
                                                      Offset log_end_offset);

  // Where this partition shall be created, should it come here: a move that was asked for too early (KIP-113).
  void prefer(const TopicIdPartition& id, std::string dir);

  // A partition has left the directory of `log_directory`; removed later, if `renamed_to` is not empty.
  void deleted(const std::string& log_directory, const std::string& renamed_to, Instant remove_at);
  // Removes what is due.
  Task<void> remove_deleted(Pool& pool);

  // Nothing more is read or written there.  The last one's failure is log_dirs_all_failed: the broker must stop.
  Result<void> dir_failed(const std::string& dir);

  storage::Disk& disk() { return disk_; }

  // The directory of a log: "<log dir>/<topic>-<partition>".
  static std::string dir_of(const std::string& log_directory);
  std::optional<Uuid> dir_id(const std::string& dir) const;
  std::vector<Uuid> online_dirs() const;
  std::vector<Uuid> cordoned_dirs() const;  // Of those that are online.
  void set_cordoned(std::vector<std::string> cordoned) { settings_.cordoned = std::move(cordoned); }
  struct DirStatus {
    std::string path;
    bool is_online = false;
    bool is_cordoned = false;
  };
  std::vector<DirStatus> dirs() const;  // In the order of log.dirs.
  // The directory of log.dirs that `path`, absolute or as configured, names.
  std::optional<DirStatus> dir_at(const std::string& path) const;
  bool has_offline_dirs() const { return online_dirs().size() < dirs_.size(); }

  // Writes one checkpoint file (offset_checkpoint.h names them) in every directory that is online.
  Task<void> write_checkpoint(std::string_view name, OffsetsByDir offsets);
  // After the last log is closed.  `dirty`: directories where one could not be.
  Task<void> mark_clean(std::int64_t broker_epoch, const std::vector<std::string>& dirty);

 private:
  friend class LogLoading;

  struct Managed {
    LogManagerSettings::Dir dir;
    std::unique_ptr<LogDir> open;  // Nothing: offline.
    std::size_t partitions = 0;
    bool may_be_clean = false;  // It was, or everything in it has been recovered since.
  };
  struct Doomed {
    std::string directory;
    Instant remove_at;
  };

  LogManager(storage::Disk& disk, LogManagerSettings settings, const Clock& clock);
  Managed* choose(const TopicIdPartition& id, const Uuid& directory);
  bool is_cordoned(const Managed& managed) const;
  Managed* find(const std::string& path);
  Managed* find_id(const Uuid& id);  // Only one that is online.

  storage::Disk& disk_;
  LogManagerSettings settings_;
  const Clock& clock_;
  std::vector<Managed> dirs_;
  std::unordered_map<PartitionKey, OpenedLog> loaded_;
  std::unordered_map<PartitionKey, OpenedLog> futures_;                   // Loaded, and not taken.
  std::map<std::pair<std::string, PartitionId>, std::string> preferred_;  // By topic: may be known before its id is.
  std::vector<Doomed> doomed_;
};

}  // namespace muir::server

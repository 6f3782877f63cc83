#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/active_controller/controller_service.h"
#include "server/config/broker_config.h"
#include "server/publishing/metadata_publisher.h"
#include "wire/base/uuid.h"

namespace muir::server {

// This broker in the eyes of the controller: registered, fenced or not, alive, about to stop (KIP-631).
// Owner: the first shard.
class BrokerLifecycle {
 public:
  BrokerLifecycle(const BrokerConfig& config, std::string cluster_id, ControllerService& controller,
                  MetadataPublisher& metadata);

  // Registers this process with the endpoints that clients are to use.  Fails with the controller's refusal, which has
  // been logged.
  Task<Result<void>> register_broker(std::vector<Endpoint> advertised, std::vector<Uuid> log_dirs,
                                     std::optional<std::int64_t> epoch_of_clean_stop);
  Task<Result<void>> register_controller(std::vector<Endpoint> advertised);

  // Heartbeats until the controller lets this broker serve.
  Task<Result<void>> unfence();

  // Heartbeats every broker.heartbeat.interval.ms, until stop().  One task.
  Task<void> keep_alive();

  // Asks the controller to take leadership away, waits until it has; ends keep_alive().
  Task<void> controlled_shutdown();
  void stop();

  // A replica lies in another directory than the metadata says, or soon will: the controller is told (KIP-858).  What
  // is said last of a replica counts.  The Task ends when it knows; false: it refused, or something newer was said.
  void assigned_to_dir(const PartitionKey& key, const Uuid& directory);
  Task<bool> assign_to_dir(PartitionKey key, Uuid directory);

  // The next heartbeat, which comes at once, tells.  If none gets through within log.dir.failure.timeout.ms,
  // `on_untold` is called: others may still believe in replicas that are gone.
  void dir_failed(const Uuid& directory);
  void set_cordoned_dirs(std::vector<Uuid> directories);  // Likewise (KIP-1066).
  std::function<void()> on_untold;

  std::int64_t epoch() const { return epoch_; }

 private:
  struct Beat {
    bool is_fenced = true;
    bool should_shut_down = false;
  };
  struct Assignment {
    Uuid directory;
    Completion<bool>* waiting = nullptr;
  };
  using Assignments = std::map<PartitionKey, Assignment>;

  void assign(const PartitionKey& key, Assignment assignment);
  Task<void> tell_assignments();
  void beat_soon();
  Task<Result<Beat>> beat(bool want_fence, bool want_shutdown);

  const BrokerConfig& config_;
  const std::string cluster_id_;
  ControllerService& controller_;
  MetadataPublisher& metadata_;
  const Uuid incarnation_ = Uuid::random();
  std::int64_t epoch_ = -1;
  Assignments assignments_;  // Not told yet.
  bool is_telling_assignments_ = false;
  std::set<Uuid> offline_dirs_;
  std::vector<Uuid> cordoned_dirs_;
  std::optional<Instant> untold_since_;  // A failed directory, that is.
  Sleep* sleeping_ = nullptr;
  bool is_hasty_ = false;  // The next heartbeat has news.
  bool is_stopping_ = false;
};

}  // namespace muir::server

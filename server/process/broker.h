#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/acl/authorizer.h"
#include "server/active_controller/controller_service.h"
#include "server/audit/audit_log.h"
#include "server/config/broker_config.h"
#include "server/controller/broker_config_schema.h"
#include "server/controller/controller.h"
#include "server/coordinator/group_coordinator.h"
#include "server/fetching/fetcher.h"
#include "server/handlers/auto_topic_creation.h"
#include "server/handlers/producer_ids.h"
#include "server/handlers/services.h"
#include "server/handlers/token_credentials.h"
#include "server/net/server.h"
#include "server/process/broker_lifecycle.h"
#include "server/process/storage_directories.h"
#include "server/publishing/dynamic_broker_config.h"
#include "server/publishing/metadata_cache.h"
#include "server/publishing/metadata_publisher.h"
#include "server/quorum/metadata_quorum.h"
#include "server/replica/log_manager.h"
#include "server/replica/replica_manager.h"
#include "server/replica/threaded_disk.h"
#include "server/runtime/pool.h"
#include "server/runtime/shard.h"
#include "server/throttling/client_quota_manager.h"
#include "server/tls/current_tls.h"
#include "server/tls/tls_reload.h"
#include "storage/disk/open_files.h"
#include "storage/disk/posix_disk.h"

namespace muir::server {

// One process: controller and broker, from configuration to clean stop.  Everything that it is made of stands here, in
// the order in which it may be destroyed from behind.
// Owner: the main thread, which calls start(), waits for a signal, and calls stop().
class Broker {
 public:
  Broker(BrokerConfig config, StorageDirectories directories);
  ~Broker();

  // Ends when clients are served.  On failure a sentence for the operator; stop() must be called all the same.
  ConfigResult<> start();

  // Ends when everything that was acknowledged is on the disk and every thread has ended.
  void stop();

  // Where the first client listener listens: `127.0.0.1:9092`.
  std::string address() const;

  // Called, on some thread, when the broker cannot go on: its last log directory, or the metadata log, has failed.
  std::function<void()> on_fatal;

 private:
  class Run;

  static std::vector<std::unique_ptr<Shard>> make_shards(const BrokerConfig& config);
  ConfigResult<> lock_directories();
  ConfigResult<> open_quorum();
  void make_services();
  ConfigResult<> listen();
  void bound_open_files();
  void run_on(Shard& shard, std::function<Task<void>()> work);
  Task<void> run_quorum();
  Task<void> begin_controller(bool& is_active);
  Task<void> begin_broker(ConfigResult<>& outcome);
  Task<Result<void>> register_nodes();
  Task<void> load_and_serve(ConfigResult<>& outcome);
  Task<void> begin_serving();
  Task<void> end_broker();
  Task<void> end_controller();
  Task<void> reconfigure(DynamicBrokerConfig::ConfigPtr config);
  ReplicaManagerEvents events();
  void give_up(const std::string& why);
  std::vector<Endpoint> advertised(const std::vector<Endpoint>& configured) const;

  const std::shared_ptr<const BrokerConfig> config_;
  const StorageDirectories directories_;
  // Until the LogManager takes its own: nothing is read while another process may write.
  std::vector<std::unique_ptr<storage::DiskLock>> locks_;
  std::unique_ptr<storage::DiskLock> metadata_lock_;  // Where metadata.log.dir is none of log.dirs.
  const Clock& clock_ = system_clock();
  storage::PosixDisk disk_;     // The metadata log's: the controller's thread syncs by itself.
  ThreadedDisk threaded_disk_;  // The partitions'.
  std::vector<std::unique_ptr<storage::OpenFiles>> open_files_;  // By data shard; those of the logs.
  const auth::Authorizer authorizer_;
  AuditLog audit_{clock_};
  BrokerConfigSchema schema_;                   // The controller's.
  std::vector<std::unique_ptr<Shard>> shards_;  // The data shards; the first does what there is one of.
  std::vector<Shard*> data_shards_;
  Shard controller_shard_;
  Pool pool_;
  Pool request_pool_;
  Pool login_pool_;

  std::unique_ptr<MetadataQuorum> quorum_;
  std::unique_ptr<Controller> controller_;
  std::unique_ptr<ControllerService> controller_service_;
  MetadataCache cache_;
  std::unique_ptr<MetadataPublisher> publisher_;
  std::unique_ptr<BrokerLifecycle> lifecycle_;
  std::unique_ptr<LogManager> logs_;
  HostedReplicas hosted_;
  std::unique_ptr<ReplicaManager> replicas_;
  std::unique_ptr<DynamicBrokerConfig> dynamic_config_;
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<GroupCoordinator> groups_;
  std::unique_ptr<ProducerIds> producer_ids_;
  std::unique_ptr<AutoTopicCreation> topic_creation_;
  std::unique_ptr<ClientQuotaManager> quotas_;
  std::unique_ptr<TokenCredentials> token_credentials_;
  CurrentTls tls_;
  TlsReload tls_reload_{tls_, pool_, clock_, config_};
  std::unique_ptr<Services> services_;
  std::unique_ptr<NetServer> net_;
  std::vector<std::pair<Endpoint, std::uint16_t>> bound_;  // Listeners, and the ports that they got.
  bool has_started_ = false;
};

}  // namespace muir::server

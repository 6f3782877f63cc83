#include "server/process/broker.h"

#include <algorithm>
#include <future>
#include <thread>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "server/config/delegation_token_config.h"
#include "server/config/memory_share.h"
#include "server/config/sasl_kerberos.h"
#include "server/process/authorizer_of.h"
#include "server/process/start_refusals.h"
#include "server/process/version.h"
#include "server/quorum/bootstrap_checkpoint.h"
#include "server/runtime/log.h"
#include "storage/log/log_directory.h"

namespace muir::server {
namespace {

constexpr std::size_t kPoolThreads = 4;
constexpr std::size_t kLoginThreads = 2;
constexpr std::size_t kOpenFilesMin = 16;
constexpr int kFenceChecksPerSession = 8;

std::size_t shard_count(const BrokerConfig& config) {
  if (config.muir_shards) return static_cast<std::size_t>(*config.muir_shards);
  return std::max(1u, std::thread::hardware_concurrency() - 1);
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

std::vector<Shard*> pointers(const std::vector<std::unique_ptr<Shard>>& shards) {
  std::vector<Shard*> pointers;
  for (const auto& shard : shards) pointers.push_back(shard.get());
  return pointers;
}

ControllerSettings controller_settings(const BrokerConfig& config, const std::string& cluster_id) {
  ControllerSettings settings;
  settings.node_id = config.node_id;
  settings.cluster_id = cluster_id;
  for (const QuorumAddress& voter : config.controller_quorum_voters) settings.quorum_nodes.emplace_back(voter.id);
  settings.num_partitions = config.num_partitions;
  settings.default_replication_factor = static_cast<std::int16_t>(config.default_replication_factor);
  settings.delete_topic_enable = config.delete_topic_enable;
  settings.broker_session_timeout = config.broker_session_timeout_ms;
  settings.has_own_broker = true;
  settings.delegation_tokens = delegation_token_config(config);
  return settings;
}

// controller.quorum.voters: who votes while the log does not say.
storage::VoterSet static_voters(const BrokerConfig& config) {
  std::vector<storage::Voter> voters;
  for (const QuorumAddress& voter : config.controller_quorum_voters) {
    voters.push_back(
        {{NodeId{voter.id}, {}}, {{config.controller_listener_names.front(), voter.host, voter.port}}, {}});
  }
  return storage::VoterSet{std::move(voters)};
}

MetadataQuorum::Params quorum_params(const BrokerConfig& config, const StorageDirectories& directories) {
  MetadataQuorum::Params params;
  auto& log = params.log;
  log.directory = config.metadata_log_dir + "/__cluster_metadata-0";
  log.segment_bytes = config.metadata_log_segment_bytes;
  log.segment_ms = config.metadata_log_segment_ms.count();
  log.max_retention_bytes = config.metadata_max_retention_bytes;
  log.max_retention_ms = config.metadata_max_retention_ms.count();
  log.max_record_bytes_between_snapshots = config.metadata_log_max_record_bytes_between_snapshots;
  log.max_snapshot_interval = config.metadata_log_max_snapshot_interval_ms;
  log.static_voters = static_voters(config);
  auto& quorum = params.quorum;
  quorum.local = {config.node_id, directories.metadata_directory_id};
  for (const Endpoint& endpoint : config.advertised_controller_listeners) {
    quorum.local_endpoints.push_back({endpoint.listener_name, endpoint.host, endpoint.port});
  }
  quorum.election_timeout = config.controller_quorum_election_timeout_ms;
  quorum.fetch_timeout = config.controller_quorum_fetch_timeout_ms;
  quorum.election_backoff_max = config.controller_quorum_election_backoff_max_ms;
  quorum.request_timeout = config.controller_quorum_request_timeout_ms;
  quorum.retry_backoff = config.controller_quorum_retry_backoff_ms;
  quorum.seed = std::hash<Uuid>{}(Uuid::random());
  return params;
}

ConnectionLimits connection_limits(const BrokerConfig& config) {
  return {.connections_max = config.max_connections,
          .connections_per_ip_max = config.max_connections_per_ip,
          .per_ip_overrides = config.max_connections_per_ip_overrides,
          .creation_rate_max = config.max_connection_creation_rate};
}

// A bound of Kafka's that nobody has set is none there, and here a share of what there is.
RequestMemory::Limits request_memory(const BrokerConfig& config) {
  const std::int64_t all = config.queued_max_request_bytes;
  const std::int64_t bytes_max = all > 0 ? all : request_bytes_max_by_default();
  return {bytes_max, config.muir_queued_principal_request_max_bytes.value_or(std::max<std::int64_t>(1, bytes_max / 4))};
}

NetServer::Options net_options(const BrokerConfig& config) {
  NetServer::Options options;
  options.connection.frame_bytes_max = static_cast<std::size_t>(config.socket_request_max_bytes);
  options.connection.unauthenticated_frame_bytes_max =
      static_cast<std::size_t>(config.muir_unauthenticated_request_max_bytes);
  options.connection.idle_max = config.connections_max_idle_ms;
  options.connection.authentication_max = config.muir_authentication_timeout_ms;
  options.connection.request_progress_max = config.muir_request_progress_timeout_ms;
  options.connection.response_progress_max = config.muir_response_progress_timeout_ms;
  options.count = connection_limits(config);
  options.quota_windows = {config.quota_window_num, config.quota_window_size_seconds * 1000};
  options.requests = request_memory(config);
  options.held_response_bytes_max = config.muir_held_response_max_bytes.value_or(held_response_bytes_max_by_default());
  options.backlog = config.socket_listen_backlog_size;
  options.send_buffer_bytes = config.socket_send_buffer_bytes;
  options.receive_buffer_bytes = config.socket_receive_buffer_bytes;
  return options;
}

ClientQuotaManager::Settings quota_settings(const BrokerConfig& config) {
  return {.client = {config.quota_window_num, config.quota_window_size_seconds * 1000},
          .controller = {config.controller_quota_window_num, config.controller_quota_window_size_seconds * 1000}};
}

GroupCoordinator::Settings group_settings(const BrokerConfig& config) {
  GroupCoordinator::Settings settings;
  settings.groups.session_timeout_min = config.group_min_session_timeout_ms;
  settings.groups.session_timeout_max = config.group_max_session_timeout_ms;
  settings.groups.initial_rebalance_delay = config.group_initial_rebalance_delay_ms;
  settings.groups.group_max_size = config.group_max_size;
  settings.groups.offset_metadata_max = static_cast<std::size_t>(config.offset_metadata_max_bytes);
  settings.groups.offsets_retention = config.offsets_retention_minutes;
  settings.groups.retention_check_interval = config.offsets_retention_check_interval_ms;
  settings.writes.commit_timeout = config.offsets_commit_timeout_ms;
  settings.writes.compression.type = static_cast<wire::CompressionType>(config.offsets_topic_compression_codec);
  settings.num_partitions = config.offsets_topic_num_partitions;
  return settings;
}

}  // namespace

std::vector<std::unique_ptr<Shard>> Broker::make_shards(const BrokerConfig& config) {
  std::vector<std::unique_ptr<Shard>> shards;
  for (std::size_t i = 0; i < shard_count(config); ++i) {
    shards.push_back(
        std::make_unique<Shard>(ShardId{static_cast<std::uint32_t>(i)}, fmt::format("shard-{}", i), system_clock()));
  }
  return shards;
}

Broker::Broker(BrokerConfig config, StorageDirectories directories)
    : config_(std::make_shared<const BrokerConfig>(std::move(config))),
      directories_(std::move(directories)),
      threaded_disk_(disk_, config_->log_dirs),
      authorizer_(authorizer_of(*config_)),
      schema_(*config_),
      shards_(make_shards(*config_)),
      data_shards_(pointers(shards_)),
      controller_shard_(ShardId{static_cast<std::uint32_t>(shards_.size())}, "controller", clock_),
      pool_(kPoolThreads),
      request_pool_(shards_.size(), Pool::Standing::behind_shards),
      login_pool_(kLoginThreads),
      cache_(shards_.size()),
      hosted_(data_shards_) {}

Broker::~Broker() = default;

// Runs `work` as a task of `shard` and waits for it on this thread, which is none.
void Broker::run_on(Shard& shard, std::function<Task<void>()> work) {
  struct Start final : Message {
    Shard* shard = nullptr;
    std::function<Task<void>()>* work = nullptr;
    std::promise<void> done;
    static Task<void> drive(Start& start) {
      co_await (*start.work)();
      start.done.set_value();
    }
    void run() override { shard->tasks().spawn("start or stop", drive(*this)); }
  } start;
  start.shard = &shard;
  start.work = &work;
  shard.send(start);
  start.done.get_future().wait();
}

ConfigResult<> Broker::lock_directories() {
  const auto lock = [this](const std::string& path, std::unique_ptr<storage::DiskLock>& held) -> ConfigResult<> {
    auto locked = storage::lock_log_directory(disk_, path).get();
    if (locked) {
      held = std::move(*locked);
      return {};
    }
    // A directory that fails otherwise is offline from the start: the LogManager finds out.
    if (locked.error() != boost::system::errc::operation_would_block) return {};
    return invalid_config(
        fmt::format("Failed to acquire the lock on {}/.lock: another broker is using the directory", path));
  };
  for (const auto& dir : directories_.dirs) {
    const auto locked = lock(dir.path, locks_.emplace_back());
    if (!locked) return locked;
  }
  if (std::ranges::find(config_->log_dirs, config_->metadata_log_dir) != config_->log_dirs.end()) return {};
  return lock(config_->metadata_log_dir, metadata_lock_);
}

namespace {

Task<void> use_here(storage::OpenFiles& files) {
  files.use_on_this_thread();
  co_return;
}

}  // namespace

// Half of the descriptors that we may have is for the files of logs; the rest is for connections and for slices.
void Broker::bound_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const std::size_t per_shard = std::max<std::size_t>(limit.rlim_cur / 2 / data_shards_.size(), kOpenFilesMin);
  for (Shard* shard : data_shards_) {
    storage::OpenFiles& files = *open_files_.emplace_back(std::make_unique<storage::OpenFiles>(per_shard));
    run_on(*shard, [&files] { return use_here(files); });
  }
}

ConfigResult<> Broker::open_quorum() {
  const auto bootstrap = read_bootstrap_checkpoint(disk_, config_->metadata_log_dir).run_inline();
  if (!bootstrap) {
    return invalid_config(fmt::format("Cannot read bootstrap.checkpoint: {}", bootstrap.error().message()));
  }
  const auto can_begin = check_bootstrap(disk_, config_->metadata_log_dir, *bootstrap);
  if (!can_begin) return can_begin;
  auto quorum = MetadataQuorum::open(disk_, quorum_params(*config_, directories_), clock_);
  if (!quorum)
    return invalid_config(fmt::format("Cannot open the metadata log in {}/__cluster_metadata-0: {}",
                                      config_->metadata_log_dir, quorum.error().message()));
  quorum_ = std::move(*quorum);
  if (const auto& recovery = quorum_->recovery(); recovery.bytes_cut > 0) {
    log_warn("The metadata log ended in the middle of a batch, and was cut", field("file", recovery.cut_file),
             field("position", recovery.cut_position), field("bytes", recovery.bytes_cut));
  }
  quorum_->set_room_listener([dir = config_->metadata_log_dir](bool has_room) {
    if (has_room)
      log_info("The metadata log has room again", field("dir", dir));
    else
      log_error("No space left for the metadata log: changes are refused until there is", field("dir", dir));
  });
  const auto may_run = check_cluster(quorum_->log());
  if (!may_run) return may_run.error();
  controller_ = std::make_unique<Controller>(controller_settings(*config_, directories_.cluster_id), schema_,
                                             Uuid::random, std::hash<Uuid>{}(Uuid::random()));
  ControllerService::Settings settings;
  // Without the file a cluster begins with metadata.version alone, as Kafka's.
  settings.bootstrap =
      *bootstrap ? **bootstrap : feature_level_records({{std::string(kMetadataVersionFeature), kMetadataVersionMax}});
  settings.no_op_interval = config_->metadata_max_idle_interval_ms;
  settings.fence_interval = config_->broker_session_timeout_ms / kFenceChecksPerSession;
  if (config_->auto_leader_rebalance_enable)
    settings.balance_interval = config_->leader_imbalance_check_interval_seconds;
  settings.unclean_interval = config_->unclean_leader_election_interval_ms;
  if (const auto tokens = delegation_token_config(*config_); tokens.secret_key)
    settings.token_sweep_interval = tokens.expiry_check_interval;
  controller_service_ = std::make_unique<ControllerService>(controller_shard_, *quorum_, *controller_, settings);
  publisher_ = std::make_unique<MetadataPublisher>(controller_shard_, data_shards_, cache_);
  return {};
}

ConfigResult<> Broker::listen() {
  if (auto keytabs = check_keytabs(*config_); !keytabs) return keytabs.error();
  auto tls = ListenerTls::load(*config_, clock_);
  if (!tls) return tls.error();
  tls_.set(std::move(*tls));
  net_ = std::make_unique<NetServer>(*services_, data_shards_, net_options(*config_));
  for (const Endpoint& endpoint : config_->listeners) {
    const bool is_controller =
        std::ranges::find(config_->controller_listeners, endpoint) != config_->controller_listeners.end();
    const auto sasl = config_->sasl_of_listener.find(endpoint.listener_name);
    const auto port =
        net_->listen(endpoint, is_controller, sasl == config_->sasl_of_listener.end() ? nullptr : sasl->second);
    if (!port) {
      return invalid_config(fmt::format("Cannot listen on {}://{}:{}: {}", endpoint.listener_name, endpoint.host,
                                        endpoint.port, port.error().message()));
    }
    bound_.emplace_back(endpoint, *port);
  }
  return {};
}

// What others are told: a port that the system chose, and this machine's name for "every interface".
std::vector<Endpoint> Broker::advertised(const std::vector<Endpoint>& configured) const {
  std::vector<Endpoint> endpoints = configured;
  for (Endpoint& endpoint : endpoints) {
    if (endpoint.host.empty() || endpoint.host == "0.0.0.0") endpoint.host = host_name();
    if (endpoint.port != 0) continue;
    const auto bound =
        std::ranges::find(bound_, endpoint.listener_name, [](const auto& b) { return b.first.listener_name; });
    if (bound != bound_.end()) endpoint.port = bound->second;
  }
  return endpoints;
}

std::string Broker::address() const {
  const auto endpoints = advertised(config_->advertised_broker_listeners);
  return endpoints.empty() ? "" : fmt::format("{}:{}", endpoints.front().host, endpoints.front().port);
}

void Broker::give_up(const std::string& why) {
  log_error(why);
  if (on_fatal) on_fatal();
}

ReplicaManagerEvents Broker::events() {
  ReplicaManagerEvents events;
  events.propose_isr = [](const std::shared_ptr<Partition>& partition, const storage::IsrProposal&) {
    // There is no other node that could be in sync.
    log_error("Bug: a single node proposed an ISR", field("partition", partition->id().to_string()));
  };
  events.assigned_to_dir = [this](const PartitionKey& key, const Uuid& directory) {
    lifecycle_->assigned_to_dir(key, directory);
  };
  events.assign_to_dir = [this](PartitionKey key, Uuid directory) { return lifecycle_->assign_to_dir(key, directory); };
  events.dir_failed = [this](const Uuid& directory, bool is_last) {
    lifecycle_->dir_failed(directory);
    if (directory == directories_.metadata_directory_id) {
      give_up(fmt::format("Shutdown broker because the metadata log dir {} has failed", config_->metadata_log_dir));
    } else if (is_last) {
      give_up("Shutdown broker because all log dirs have failed");
    }
  };
  return events;
}

// What is there before the first part that asks for it; the others are added as they are made.
void Broker::make_services() {
  services_.reset(new Services{.config = *config_,
                               .cluster_id = directories_.cluster_id,
                               .clock = clock_,
                               .authorizer = authorizer_,
                               .audit = audit_,
                               .shards = data_shards_,
                               .controller_shard = controller_shard_,
                               .metadata = cache_,
                               .controller = *controller_service_,
                               .publisher = *publisher_,
                               .replicas = hosted_,
                               .tls = tls_,
                               .fetcher = *fetcher_});
  services_->pool = &pool_;
  services_->request_pool = &request_pool_;
  services_->login_pool = &login_pool_;
}

ConfigResult<> Broker::start() {
  const Instant began = clock_.now();
  log_info("Starting", field("version", kVersion), field("node", config_->node_id.value),
           field("cluster", directories_.cluster_id), field("shards", shards_.size()),
           field("log_dirs", fmt::format("{}", fmt::join(config_->log_dirs, ","))));
  if (auto locked = lock_directories(); !locked) return locked.error();
  if (auto opened = open_quorum(); !opened) return opened.error();

  fetcher_ =
      std::make_unique<Fetcher>(hosted_, static_cast<std::size_t>(config_->max_incremental_fetch_session_cache_slots),
                                std::hash<Uuid>{}(Uuid::random()));
  make_services();
  groups_ = std::make_unique<GroupCoordinator>(hosted_, config_->node_id, group_settings(*config_));
  publisher_->subscribe(*groups_);
  services_->groups = groups_.get();
  producer_ids_ = std::make_unique<ProducerIds>(*services_);
  topic_creation_ = std::make_unique<AutoTopicCreation>(*services_);
  services_->producer_ids = producer_ids_.get();
  services_->topic_creation = topic_creation_.get();
  quotas_ =
      std::make_unique<ClientQuotaManager>(data_shards_, pool_, quota_settings(*config_),
                                           [this](IpConnectionRates rates) { net_->set_ip_rates(std::move(rates)); });
  publisher_->subscribe(*quotas_);
  services_->quotas = quotas_.get();
  if (auto tokens = delegation_token_config(*config_); tokens.secret_key) {
    token_credentials_ =
        std::make_unique<TokenCredentials>(std::move(*tokens.secret_key), *data_shards_.front(), login_pool_);
    services_->token_credentials = token_credentials_.get();
  }
  if (auto bound = listen(); !bound) return bound.error();
  lifecycle_ = std::make_unique<BrokerLifecycle>(*config_, directories_.cluster_id, *controller_service_, *publisher_);
  lifecycle_->on_untold = [this] {
    give_up("Shutting down because the controller could not be told of a failed log directory in time");
  };

  controller_shard_.start();
  for (Shard* shard : data_shards_) shard->start();
  has_started_ = true;
  bound_open_files();
  bool is_active = false;
  run_on(controller_shard_, [this, &is_active] { return begin_controller(is_active); });
  if (!is_active) return invalid_config("The metadata log cannot be used: see the log");
  ConfigResult<> outcome;
  run_on(*data_shards_.front(), [this, &outcome] { return begin_broker(outcome); });
  if (!outcome) return outcome.error();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - began);
  std::string listeners;
  for (const auto& [endpoint, port] : bound_) {
    listeners += fmt::format("{}{}://{}:{}", listeners.empty() ? "" : ",", endpoint.listener_name, endpoint.host, port);
  }
  log_info("Kafka Server started", field("node", config_->node_id.value), field("listeners", listeners),
           field("took_ms", took.count()));
  // Last: whoever is served can read in the log that we are there.
  run_on(*data_shards_.front(), [this] { return begin_serving(); });
  return {};
}

Task<void> Broker::run_quorum() {
  const auto ended = co_await quorum_->run();
  if (ended) co_return;
  log_error("The metadata log has failed: stopping", field("error", ended.error().message()));
  controller_service_->stop();  // Whoever waits for an active controller waits in vain.
  if (on_fatal) on_fatal();
}

Task<void> Broker::begin_controller(bool& is_active) {
  quorum_->add_listener(*controller_service_);
  quorum_->add_listener(*publisher_);
  controller_shard_.tasks().spawn("metadata quorum", run_quorum());
  controller_shard_.tasks().spawn("controller's housekeeping", controller_service_->keep_house());
  co_await controller_service_->until_active();
  is_active = controller_service_->is_active();
  services_->active_controller = config_->node_id.value;
  services_->kraft_version = quorum_->kraft_version();
}

Task<Result<void>> Broker::register_nodes() {
  const auto controller =
      co_await lifecycle_->register_controller(advertised(config_->advertised_controller_listeners));
  if (!controller) co_return controller.error();
  std::vector<Uuid> dirs = logs_->online_dirs();
  std::ranges::sort(dirs);
  const auto clean_epoch = co_await pool_.run([this] { return logs_->broker_epoch_of_clean_stop(); });
  co_return co_await lifecycle_->register_broker(advertised(config_->advertised_broker_listeners), std::move(dirs),
                                                 clean_epoch);
}

Task<void> Broker::begin_broker(ConfigResult<>& outcome) {
  LogManagerSettings settings;
  for (const auto& dir : directories_.dirs) settings.dirs.push_back({dir.path, dir.id, dir.is_unusable});
  settings.cordoned = config_->cordoned_log_dirs;
  settings.recovery_threads_per_dir = config_->num_recovery_threads_per_data_dir;
  locks_.clear();
  auto logs = co_await pool_.run([this, &settings] { return LogManager::start(threaded_disk_, settings, clock_); });
  if (!logs) {
    outcome = invalid_config(fmt::format("Cannot open the log directories: {}", logs.error().message()));
    co_return;
  }
  logs_ = std::move(*logs);
  services_->logs = logs_.get();
  lifecycle_->set_cordoned_dirs(logs_->cordoned_dirs());
  const auto registered = co_await register_nodes();
  if (!registered) {
    outcome = invalid_config(fmt::format("Cannot register with the controller: {}", registered.error().message()));
    co_return;
  }
  co_await load_and_serve(outcome);
}

Task<void> Broker::load_and_serve(ConfigResult<>& outcome) {
  Shard& home = *data_shards_.front();
  MetadataPublisher& publisher = *publisher_;
  const MetadataImagePtr image = co_await call(controller_shard_, [&publisher] { return publisher.latest(); });
  replicas_ = std::make_unique<ReplicaManager>(home, hosted_, *logs_, pool_, config_, events());
  services_->replica_manager = replicas_.get();
  const auto loaded = co_await replicas_->load(image);
  if (!loaded) {
    outcome = invalid_config(fmt::format("Cannot load the logs: {}", loaded.error().message()));
    co_return;
  }
  // Registered as online, before anything in them was read.
  const auto online = logs_->online_dirs();
  for (const auto& dir : directories_.dirs)
    if (!dir.is_unusable && std::ranges::find(online, dir.id) == online.end()) lifecycle_->dir_failed(dir.id);
  dynamic_config_ = std::make_unique<DynamicBrokerConfig>(
      config_, [this](DynamicBrokerConfig::ConfigPtr config) { return reconfigure(std::move(config)); });
  publisher_->subscribe(*dynamic_config_);
  home.tasks().spawn("publish metadata", publisher_->run(*replicas_, image));
  replicas_->start();
  const auto unfenced = co_await lifecycle_->unfence();
  if (!unfenced) {
    outcome = invalid_config(fmt::format("The controller did not unfence us: {}", unfenced.error().message()));
    co_return;
  }
  home.tasks().spawn("heartbeats", lifecycle_->keep_alive());
  const auto interval = config_->muir_ssl_files_check_interval_ms;
  if (interval.count() > 0) home.tasks().spawn("watch the files of TLS", tls_reload_.watch(interval));
}

// What can change while the broker runs; the rest of `config` is as it was.
Task<void> Broker::reconfigure(DynamicBrokerConfig::ConfigPtr config) {
  net_->set_limits(connection_limits(*config));
  co_await tls_reload_.reload(config);
  net_->set_sasl_listeners(config->sasl_of_listener);
  co_await replicas_->set_broker_config(std::move(config));
  lifecycle_->set_cordoned_dirs(logs_->cordoned_dirs());
}

Task<void> Broker::begin_serving() {
  net_->start();
  co_return;
}

Task<void> Broker::end_broker() {
  tls_reload_.stop();
  if (groups_) co_await groups_->stop();  // First: members that wait hold up their connections.
  if (net_) co_await net_->stop();
  co_await topic_creation_->close();
  if (replicas_) co_await lifecycle_->controlled_shutdown();
  publisher_->stop();
  if (replicas_) co_await replicas_->stop(lifecycle_->epoch());
}

Task<void> Broker::end_controller() {
  controller_service_->stop();
  quorum_->stop();
  co_return;
}

void Broker::stop() {
  if (!has_started_) return;
  log_info("Shutting down");
  run_on(*data_shards_.front(), [this] { return end_broker(); });
  run_on(controller_shard_, [this] { return end_controller(); });
  for (Shard* shard : data_shards_) shard->stop();
  for (Shard* shard : data_shards_) shard->join();
  controller_shard_.stop();
  controller_shard_.join();
  log_info("Shutdown completed");
}

}  // namespace muir::server

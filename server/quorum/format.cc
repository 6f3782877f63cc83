#include "server/quorum/format.h"

#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "server/quorum/bootstrap_checkpoint.h"
#include "server/quorum/feature_levels.h"
#include "server/quorum/initial_controllers.h"
#include "server/quorum/scram_argument.h"
#include "server/quorum/snapshot_file.h"
#include "storage/log/meta_properties.h"

namespace muir::server {
namespace {

using storage::MetaProperties;
using storage::VoterSet;

constexpr std::string_view kMetadataLogDirectory = "/__cluster_metadata-0";

// What is to be written.
struct Plan {
  FeatureLevels levels;
  std::optional<VoterSet> voters;  // With --standalone and --initial-controllers.
  std::vector<InitialScramUser> users;

  std::vector<OwnedBytes> bootstrap_records() const {
    auto records = feature_level_records(levels);
    for (const InitialScramUser& user : users) records.push_back(user.record());
    return records;
  }
};

// How the log directories were found.
struct Directories {
  std::set<std::string> empty;
  std::set<std::string> unreadable;
  std::map<std::string, MetaProperties> formatted;
};

OrSentence<VoterSet> standalone_voter(const BrokerConfig& config) {
  if (!config.is_controller) return std::string("You can only use --standalone on a controller.");
  if (config.advertised_controller_listeners.empty()) return std::string("No controller listeners found.");
  const Endpoint& listener = config.advertised_controller_listeners.front();
  return VoterSet{{storage::Voter{
      {config.node_id, Uuid::random()},
      {{config.controller_listener_names.front(), listener.host.empty() ? "localhost" : listener.host, listener.port}},
      {0, 1}}}};
}

OrSentence<std::optional<VoterSet>> initial_voters(const BrokerConfig& config, const FormatOptions& options) {
  const bool is_static = !config.controller_quorum_voters.empty();
  if (is_static && (options.initial_controllers || options.standalone))
    return std::string(
        "You cannot specify controller.quorum.voters and format the node with --initial-controllers or --standalone. "
        "If "
        "you want to use dynamic quorum, please remove controller.quorum.voters and specify "
        "controller.quorum.bootstrap.servers instead.");
  if (options.standalone || options.initial_controllers) {
    auto voters = options.standalone ? standalone_voter(config)
                                     : parse_initial_controllers(*options.initial_controllers,
                                                                 config.controller_listener_names.front());
    if (!voters) return voters.error();
    return std::optional{std::move(*voters)};
  }
  if (!options.no_initial_controllers && config.is_controller && !is_static)
    return std::string(
        "Because controller.quorum.voters is not set on this controller, you must specify one of the following: "
        "--standalone, --initial-controllers, or --no-initial-controllers.");
  return std::optional<VoterSet>{};
}

OrSentence<std::vector<InitialScramUser>> initial_users(const std::vector<std::string>& arguments, FeatureLevel level) {
  std::vector<InitialScramUser> users;
  for (const std::string& argument : arguments) {
    auto user = parse_scram_argument(argument);
    if (!user) return user.error();
    users.push_back(std::move(*user));
  }
  if (!users.empty() && level < kScramLevel)
    return std::string("SCRAM is only supported in metadata.version 3.5-IV2 or later.");
  return users;
}

OrSentence<Plan> make_plan(const BrokerConfig& config, const FormatOptions& options) {
  if (!config.is_broker && !config.is_controller)
    return std::string(
        "The kafka configuration file appears to be for a legacy cluster. Formatting is only supported for clusters in "
        "KRaft mode.");
  std::optional<FeatureLevel> release;
  if (options.release_version) {
    const auto parsed = parse_release_version(*options.release_version);
    if (!parsed) return parsed.error();
    release = *parsed;
  }
  FeatureLevels wanted;
  for (const std::string& text : options.features) {
    const auto feature = parse_feature_level(text);
    if (!feature) return feature.error();
    wanted[feature->first] = feature->second;
  }
  auto voters = initial_voters(config, options);
  if (!voters) return voters.error();
  auto levels = effective_feature_levels(release, std::move(wanted), config.controller_quorum_voters.empty());
  if (!levels) return levels.error();
  auto users = initial_users(options.add_scram, levels->at(std::string(kMetadataVersionFeature)));
  if (!users) return users.error();
  return Plan{std::move(*levels), std::move(*voters), std::move(*users)};
}

Directories look_at(storage::Disk& disk, const BrokerConfig& config) {
  std::set<std::string> all(config.log_dirs.begin(), config.log_dirs.end());
  all.insert(config.metadata_log_dir);
  Directories found;
  for (const std::string& directory : all) {
    const auto properties = storage::read_meta_properties(disk, directory).run_inline();
    if (!properties)
      found.unreadable.insert(directory);
    else if (*properties)
      found.formatted.emplace(directory, **properties);
    else
      found.empty.insert(directory);
  }
  return found;
}

bool is_reserved(const Uuid& id) { return id < Uuid::from_halves(0, 100); }

// Everything formatted before is of this cluster and node.
OrSentence<void> verify(const Directories& found, const std::string& cluster_id, NodeId node_id) {
  std::map<Uuid, std::string> seen;
  for (const auto& [directory, properties] : found.formatted) {
    const std::string path = directory + "/meta.properties";
    if (!properties.cluster_id.empty() && properties.cluster_id != cluster_id)
      return fmt::format("Invalid cluster.id in: {}. Expected {}, but read {}", path, cluster_id,
                         properties.cluster_id);
    if (properties.node_id != kNoNode && properties.node_id != node_id)
      return fmt::format(
          "Stored node id {} doesn't match previous node id {} in {}. If you moved your data, make sure your "
          "configured "
          "node id matches. If you intend to create a new node, you should remove all data in your data directories.",
          properties.node_id.value, node_id.value, path);
    if (!properties.directory_id) continue;
    if (is_reserved(*properties.directory_id))
      return fmt::format("Invalid reserved directory ID {} found in {}", properties.directory_id->to_string(),
                         directory);
    const auto [first, is_new] = seen.emplace(*properties.directory_id, directory);
    if (!is_new)
      return fmt::format("Duplicate directory ID Optional[{}] found. It was the ID of {}, but also of {}",
                         properties.directory_id->to_string(), first->second, directory);
  }
  return {};
}

// The keys of users are not for the terminal.
std::string describe_bootstrap(const Plan& plan) {
  const FeatureLevels& levels = plan.levels;
  const FeatureLevel metadata_version = levels.at(std::string(kMetadataVersionFeature));
  const auto record = [](std::string_view name, FeatureLevel level) {
    return fmt::format("ApiMessageAndVersion(FeatureLevelRecord(name='{}', featureLevel={}) at version 0)", name,
                       level);
  };
  std::string records = record(kMetadataVersionFeature, metadata_version);
  for (const auto& [name, level] : levels)
    if (name != kMetadataVersionFeature && name != kKRaftVersionFeature && level > 0)
      records += ", " + record(name, level);
  for (const InitialScramUser& user : plan.users)
    records += fmt::format(
        ", ApiMessageAndVersion(UserScramCredentialRecord(name='{}', mechanism={}, salt=[hidden], storedKey=[hidden], "
        "serverKey=[hidden], iterations={}) at version 0)",
        user.name, static_cast<int>(user.mechanism), user.credential.iterations);
  return fmt::format(
      "Bootstrap metadata: BootstrapMetadata(records=[{}], metadataVersionLevel={}, source=format command)\n", records,
      metadata_version);
}

// What kind of directory it will be, in Kafka's words.
std::string_view kind_of(const std::string& directory, const BrokerConfig& config, const Plan& plan) {
  if (directory != config.metadata_log_dir) return "data directory";
  if (!plan.voters) return "metadata directory";
  return plan.voters->find(config.node_id) != nullptr ? "dynamic metadata voter directory"
                                                      : "dynamic metadata directory";
}

Uuid directory_id_for(const std::string& directory, const BrokerConfig& config, const Plan& plan) {
  const storage::Voter* local = plan.voters ? plan.voters->find(config.node_id) : nullptr;
  if (directory == config.metadata_log_dir && local != nullptr) return local->key.directory_id;
  return Uuid::random();
}

Task<Result<void>> write_voters(storage::Disk& disk, std::string log_dir, VoterSet voters, FeatureLevel kraft_version,
                                std::int64_t now_ms) {
  const std::string directory = log_dir + std::string(kMetadataLogDirectory);
  const auto created = co_await disk.create_directory(directory);
  if (!created) co_return created.error();
  auto batches = build_snapshot({now_ms, kraft_version, std::move(voters), {}}, storage::kBootstrapSnapshotId, now_ms);
  if (!batches) co_return batches.error();
  const auto written = co_await write_snapshot_file(disk, directory, snapshot_file_name(storage::kBootstrapSnapshotId),
                                                    std::move(*batches));
  if (!written) co_return written.error();
  co_return co_await disk.sync_directory(log_dir);
}

Task<Result<void>> format_directory(storage::Disk& disk, std::string directory, MetaProperties properties, Plan plan,
                                    bool holds_voters, std::int64_t now_ms) {
  const auto created = co_await disk.create_directory(directory);
  if (!created) co_return created.error();
  const auto bootstrap = co_await write_bootstrap_checkpoint(disk, directory, plan.bootstrap_records(), now_ms);
  if (!bootstrap) co_return bootstrap.error();
  if (holds_voters) {
    const FeatureLevel kraft_version = plan.levels.at(std::string(kKRaftVersionFeature));
    const auto written = co_await write_voters(disk, directory, *plan.voters, kraft_version, now_ms);
    if (!written) co_return written.error();
  }
  const auto finished = co_await storage::write_meta_properties(disk, directory, properties);
  if (!finished) co_return finished.error();
  co_return co_await disk.sync_directory(storage::parent_directory(directory));
}

CommandOutcome refusal(std::string sentence, std::string out = {}) { return {1, std::move(out), sentence + "\n"}; }

}  // namespace

CommandOutcome format_storage(storage::Disk& disk, const BrokerConfig& config, const FormatOptions& options,
                              const Clock& clock) {
  const auto plan = make_plan(config, options);
  if (!plan) return refusal(plan.error());
  const Directories found = look_at(disk, config);
  if (const auto verified = verify(found, options.cluster_id, config.node_id); !verified)
    return refusal(verified.error());
  if (!options.ignore_formatted && !found.formatted.empty())
    return refusal(
        fmt::format("Log directory {} is already formatted. Use --ignore-formatted to ignore this directory and format "
                    "the others.",
                    found.formatted.begin()->first));

  CommandOutcome outcome;
  for (const std::string& directory : found.unreadable)
    outcome.out += fmt::format("I/O error trying to read log directory {}. Ignoring...\n", directory);
  if (!found.unreadable.empty() && found.empty.empty() && found.formatted.empty())
    return refusal("No available log directories to format.", outcome.out);
  if (found.empty.empty()) {
    outcome.out += "All of the log directories are already formatted.\n";
    return outcome;
  }

  outcome.out += describe_bootstrap(*plan);
  const FeatureLevel metadata_version = plan->levels.at(std::string(kMetadataVersionFeature));
  for (const std::string& directory : found.empty) {
    outcome.out += fmt::format("Formatting {} {} with metadata.version {}.\n", kind_of(directory, config, *plan),
                               directory, metadata_version_name(metadata_version));
    const MetaProperties properties{options.cluster_id, config.node_id, directory_id_for(directory, config, *plan)};
    const bool holds_voters = plan->voters && directory == config.metadata_log_dir;
    const auto formatted =
        format_directory(disk, directory, properties, *plan, holds_voters, clock.wall_ms()).run_inline();
    if (!formatted)
      return refusal(
          fmt::format("Error while writing meta.properties file {}: {}", directory, formatted.error().message()),
          outcome.out);
  }
  return outcome;
}

}  // namespace muir::server

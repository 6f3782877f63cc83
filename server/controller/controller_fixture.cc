#include "server/controller/controller_fixture.h"

#include "wire/base/check.h"

namespace muir::server {
std::vector<OwnedBytes> bootstrap_records() {
  const std::pair<std::string_view, FeatureLevel> levels[] = {
      {kMetadataVersionFeature, 30}, {kElrFeature, 1},
      {kGroupVersionFeature, 1},     {kShareVersionFeature, 1},
      {kStreamsVersionFeature, 1},   {kTransactionVersionFeature, 2}};
  std::vector<OwnedBytes> records;
  for (const auto& [name, level] : levels) {
    wire::FeatureLevelRecord record;
    record.name = name;
    record.feature_level = level;
    records.push_back(frame_of(record));
  }
  return records;
}

ControllerSettings ControllerFixture::settings() {
  ControllerSettings settings;
  settings.node_id = NodeId{1};
  settings.cluster_id = "cluster";
  settings.quorum_nodes = {NodeId{1}};
  settings.num_partitions = 4;
  settings.default_replication_factor = 1;
  return settings;
}

ControllerFixture::ControllerFixture(ControllerSettings settings, std::uint64_t seed)
    : controller(std::move(settings), configs, [this] { return Uuid::from_halves(77, ++uuids_); }, seed) {
  auto activation = controller.activate(context(), bootstrap_records());
  CHECK(activation.has_value());
  append(std::move(activation->records));
}

ControllerRequest ControllerFixture::context(std::int16_t version) const {
  ControllerRequest context;
  context.now = now;
  context.next_offset = end();
  context.api_version = version;
  return context;
}

void ControllerFixture::append(std::vector<OwnedBytes> records, bool is_committed) {
  const std::vector<ByteView> frames(records.begin(), records.end());
  const auto base = end();
  CHECK(controller.apply(frames, base).has_value());
  for (auto& record : records) log.push_back(std::move(record));
  if (is_committed) controller.committed(end());
}

wire::BrokerRegistrationResponse ControllerFixture::register_broker(std::int32_t id, std::uint64_t incarnation,
                                                                    std::int64_t previous_epoch,
                                                                    std::optional<std::string_view> rack) {
  wire::BrokerRegistrationRequest request;
  request.broker_id = id;
  request.cluster_id = "cluster";
  request.incarnation_id = Uuid::from_halves(5, incarnation);
  auto& listener = request.listeners.emplace_back();
  listener.name = "PLAINTEXT";
  listener.host = "localhost";
  listener.port = 9092;
  const auto& supported = ControllerSettings::default_supported_features();
  for (const auto& [name, range] : supported) {
    auto& feature = request.features.emplace_back();
    feature.name = name;
    feature.min_supported_version = range.min;
    feature.max_supported_version = range.max;
  }
  request.rack = rack;
  request.log_dirs = {Uuid::from_halves(9, 1000 + static_cast<std::uint64_t>(id))};
  request.previous_broker_epoch = previous_epoch;
  return run(controller.register_broker(context(4), request));
}

wire::BrokerHeartbeatResponse ControllerFixture::heartbeat(std::int32_t id, bool want_fence, bool want_shut_down) {
  wire::BrokerHeartbeatRequest request;
  request.broker_id = id;
  request.broker_epoch = epoch_of(id);
  request.current_metadata_offset = end().value;
  request.want_fence = want_fence;
  request.want_shut_down = want_shut_down;
  return run(controller.broker_heartbeat(context(2), request));
}

std::int64_t ControllerFixture::epoch_of(std::int32_t id) const {
  const auto* broker = controller.image().cluster.broker(NodeId{id});
  return broker == nullptr ? -1 : broker->epoch;
}

void ControllerFixture::start_broker(std::int32_t id, std::optional<std::string_view> rack) {
  CHECK(register_broker(id, 100 + static_cast<std::uint64_t>(id), -1, rack).error_code == wire::ErrorCode::NONE);
  CHECK(!heartbeat(id, false).is_fenced);
}

void ControllerFixture::create(std::string_view name, const std::vector<std::vector<std::int32_t>>& replicas) {
  wire::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = name;
  topic.num_partitions = -1;
  topic.replication_factor = -1;
  for (const auto& brokers : replicas) {
    auto& assignment = topic.assignments.emplace_back();
    assignment.partition_index = static_cast<std::int32_t>(topic.assignments.size()) - 1;
    assignment.broker_ids = brokers;
  }
  const auto response = run(controller.create_topics(context(7), request));
  CHECK(response.topics[0].error_code == wire::ErrorCode::NONE);
}

const PartitionRegistration& ControllerFixture::partition(std::string_view topic, std::int32_t index) const {
  const auto* found = controller.image().topics.find(StoredTopicView{topic});
  CHECK(found != nullptr && found->partition(PartitionId{index}) != nullptr);
  return *found->partition(PartitionId{index});
}

}  // namespace muir::server

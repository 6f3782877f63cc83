#include "server/controller/controller_state.h"

#include <optional>
#include <utility>

#include "server/controller/topic_rules.h"
#include "server/metadata/errc.h"
#include "server/metadata/record_codec.h"

namespace muir::server {
namespace {

using Type = MetadataRecordType;

void add_colliding_name(ControllerState& state, const std::string& name) {
  if (!has_collision_chars(name)) return;
  state.colliding_names[unify_collision_chars(name)].write().insert(name);
}

void remove_colliding_name(ControllerState& state, const std::string& name) {
  if (!has_collision_chars(name)) return;
  const auto unified = unify_collision_chars(name);
  auto* names = state.colliding_names.find_to_write(unified);
  if (names == nullptr) return;
  names->write().erase(name);
  if ((*names)->empty()) state.colliding_names.erase(unified);
}

// The name of the topic that a RemoveTopic record is about to remove.
std::optional<std::string> name_of_removed(const MetadataImage& image, const RecordHead& head) {
  const auto record = decode_record<wire::RemoveTopicRecord>(head);
  const auto* topic = record ? image.topics.find(record->topic_id) : nullptr;
  if (topic == nullptr) return std::nullopt;
  return topic->name.name;
}

void update_indexes(ControllerState& state, const RecordHead& head, Offset offset) {
  if (head.type == Type::TOPIC_RECORD) {
    const auto record = decode_record<wire::TopicRecord>(head);
    if (record) add_colliding_name(state, std::string(record->name));
  } else if (head.type == Type::REGISTER_BROKER_RECORD) {
    const auto record = decode_record<wire::RegisterBrokerRecord>(head);
    if (record) state.register_broker_offsets.set(NodeId{record->broker_id}, offset);
  } else if (head.type == Type::UNREGISTER_BROKER_RECORD) {
    const auto record = decode_record<wire::UnregisterBrokerRecord>(head);
    if (record) state.register_broker_offsets.erase(NodeId{record->broker_id});
  }
}

}  // namespace

Result<> ControllerState::apply(ByteView frame, Offset offset, MetadataChanges& changes) {
  const auto head = read_record_head(frame);
  if (!head) return head.error();
  switch (head->type) {
    case Type::BEGIN_TRANSACTION_RECORD:
      if (before_transaction) return make_error_code(MetadataErrc::nested_transaction);
      before_transaction = std::make_shared<const ControllerState>(*this);
      break;
    case Type::END_TRANSACTION_RECORD:
      if (!before_transaction) return make_error_code(MetadataErrc::no_transaction);
      before_transaction.reset();
      break;
    case Type::ABORT_TRANSACTION_RECORD: {
      if (!before_transaction) return make_error_code(MetadataErrc::no_transaction);
      const auto before = before_transaction;
      *this = *before;
      break;
    }
    default:
      break;
  }
  const auto applied = apply_image(frame, offset, changes);
  if (!applied) return applied;
  image.last_offset = offset;
  return ok();
}

Result<> ControllerState::apply_image(ByteView frame, Offset offset, MetadataChanges& changes) {
  const auto head = read_record_head(frame);
  if (!head) return head.error();
  std::optional<std::string> removed;
  if (head->type == Type::REMOVE_TOPIC_RECORD) removed = name_of_removed(image, *head);
  const auto applied = image.apply(frame, changes);
  if (!applied) return applied;
  if (removed) remove_colliding_name(*this, *removed);
  update_indexes(*this, *head, offset);
  return ok();
}

}  // namespace muir::server

#include "server/coordinator/group/group_record.h"

#include "wire/base/check.h"
#include "wire/codec/errc.h"
#include "wire/codec/reader.h"
#include "wire/schema/group_metadata_key.h"
#include "wire/schema/offset_commit_key.h"

namespace muir::server {
namespace {

// Kafka 4.3 writes these, whatever the metadata version.
constexpr std::int16_t kGroupMetadataVersion = 3;
constexpr std::int16_t kOffsetCommitVersion = 4;
constexpr std::int16_t kOffsetCommitVersionWithExpiry = 1;

// Until version 1 of the record an offset had the type 0.
constexpr std::int16_t kLegacyOffsetCommit = 0;

template <wire::Message Message>
Result<Message> decode_body(wire::Reader& reader, std::int16_t version) {
  if (!Message::kVersions.contains(version)) return make_error_code(wire::Errc::unsupported_version);
  Message message;
  const auto decoded = wire::decode(Message::table(), reader, version, &message);
  if (!decoded) return decoded.error();
  return message;
}

template <wire::Message Value>
Result<std::optional<Value>> decode_value(std::optional<ByteView> bytes) {
  if (!bytes) return std::optional<Value>();
  wire::Reader reader(*bytes);
  const std::int16_t version = reader.read_int16();
  if (!reader.ok()) return reader.error();
  auto value = decode_body<Value>(reader, version);
  if (!value) return value.error();
  return std::optional<Value>(std::move(*value));
}

// Our own values fit: names came over the wire in the same fields.
template <wire::Message Message>
OwnedBytes encode_versioned(std::int16_t prefix, std::int16_t version, const Message& message) {
  wire::Writer writer;
  writer.write_int16(prefix);
  const auto encoded = wire::encode(Message::table(), writer, version, &message);
  CHECK(encoded);
  const auto bytes = writer.bytes();
  return OwnedBytes(bytes.begin(), bytes.end());
}

template <wire::Message Key>
OwnedBytes encode_key(const Key& key) {
  return encode_versioned(Key::kApiKey, 0, key);
}

}  // namespace

Result<GroupRecord> parse_group_record(ByteView key, std::optional<ByteView> value) {
  wire::Reader reader(key);
  const std::int16_t type = reader.read_int16();
  if (!reader.ok()) return reader.error();
  if (type == wire::OffsetCommitKey::kApiKey || type == kLegacyOffsetCommit) {
    const auto fields = decode_body<wire::OffsetCommitKey>(reader, 0);
    if (!fields) return fields.error();
    auto decoded = decode_value<wire::OffsetCommitValue>(value);
    if (!decoded) return decoded.error();
    return GroupRecord(OffsetCommitRecord{fields->group, fields->topic, fields->partition, std::move(*decoded)});
  }
  if (type == wire::GroupMetadataKey::kApiKey) {
    const auto fields = decode_body<wire::GroupMetadataKey>(reader, 0);
    if (!fields) return fields.error();
    auto decoded = decode_value<wire::GroupMetadataValue>(value);
    if (!decoded) return decoded.error();
    return GroupRecord(GroupMetadataRecord{fields->group, std::move(*decoded)});
  }
  return GroupRecord(OtherGroupRecord{type});
}

CoordinatorRecord group_metadata_record(std::string_view group, const wire::GroupMetadataValue& value) {
  wire::GroupMetadataKey key;
  key.group = group;
  return {encode_key(key), encode_versioned(kGroupMetadataVersion, kGroupMetadataVersion, value)};
}

CoordinatorRecord group_metadata_tombstone(std::string_view group) {
  wire::GroupMetadataKey key;
  key.group = group;
  return {encode_key(key), std::nullopt};
}

CoordinatorRecord offset_commit_record(std::string_view group, std::string_view topic, std::int32_t partition,
                                       const wire::OffsetCommitValue& value) {
  auto record = offset_commit_tombstone(group, topic, partition);
  const auto version = value.expire_timestamp == -1 ? kOffsetCommitVersion : kOffsetCommitVersionWithExpiry;
  record.value = encode_versioned(version, version, value);
  return record;
}

CoordinatorRecord offset_commit_tombstone(std::string_view group, std::string_view topic, std::int32_t partition) {
  wire::OffsetCommitKey key;
  key.group = group;
  key.topic = topic;
  key.partition = partition;
  return {encode_key(key), std::nullopt};
}

}  // namespace muir::server

#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "server/metadata/metadata_image.h"
#include "server/metadata/record_codec.h"
#include "wire/base/check.h"

// For tests: metadata records that make sense one after the other, drawn from a seed.
namespace muir::server {

template <class Record>
OwnedBytes frame_of(const Record& record, std::int16_t version = 0) {
  auto frame = encode_record(record, version);
  CHECK(frame.has_value());
  return std::move(*frame);
}

class RecordStream {
 public:
  explicit RecordStream(std::uint64_t seed) : random_(seed) {}

  // The next record, valid after everything this stream has given so far.
  OwnedBytes next();

  // What applying all of them has led to.
  const MetadataImage& image() const { return image_; }

 private:
  OwnedBytes draw();
  OwnedBytes feature();
  OwnedBytes register_broker();
  OwnedBytes change_broker();
  OwnedBytes unregister_broker();
  OwnedBytes register_controller();
  OwnedBytes topic();
  OwnedBytes partition();
  OwnedBytes change_partition();
  OwnedBytes remove_topic();
  OwnedBytes clear_elr();
  OwnedBytes config();
  OwnedBytes quota();
  OwnedBytes producer_ids();
  OwnedBytes acl();
  OwnedBytes remove_acl();
  OwnedBytes scram();
  OwnedBytes remove_scram();
  OwnedBytes token();
  OwnedBytes remove_token();
  OwnedBytes no_op();

  std::int32_t below(std::int32_t limit) { return static_cast<std::int32_t>(random_() % static_cast<unsigned>(limit)); }
  bool chance(std::int32_t one_in) { return below(one_in) == 0; }
  Uuid uuid() { return Uuid::from_halves(random_(), random_()); }
  std::string word() { return "w" + std::to_string(below(40)); }
  std::vector<std::int32_t> ids(std::int32_t count);
  const TopicImage* some_topic();
  const BrokerRegistration* some_broker();

  std::mt19937_64 random_;
  MetadataImage image_;
  std::string text_;  // What the record being drawn views.
};

}  // namespace muir::server

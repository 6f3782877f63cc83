#pragma once

#include <cstdint>
#include <optional>

#include "topic_files.h"
#include "wire/base/bytes.h"
#include "wire/codec/writer.h"

namespace muir::floor {

// Bytes of a file that stand amid an answer's own: so many of those come behind them.
struct FileRange {
  int fd = -1;
  std::uint64_t position = 0;
  std::uint64_t size_bytes = 0;
  std::size_t tail_bytes = 0;
};

// Where the one batch of a Produce request stands in its frame: the same for every frame of that size, so that only the
// first is decoded.
struct ProduceLayout {
  std::size_t frame_bytes = 0;
  std::size_t partition_at = 0;
  std::size_t batch_at = 0;
  std::size_t batch_bytes = 0;
};

// Answers what `muir bench` asks, and nothing else.  Produce and Fetch as the machine allows: no decoding, no memory
// but what stands here.
class Answers {
 public:
  Answers(std::int32_t port, TopicFiles& files);

  // Appends the answer to `frame`, a request without its size, to `out`; a Fetch sets `within` to the records that
  // belong before the last bytes of it.  False ends the connection.
  bool answer(MutableByteView frame, ProduceLayout& layout, OwnedBytes& out, FileRange& within);

 private:
  bool produce(MutableByteView frame, ProduceLayout& layout, OwnedBytes& out);
  bool fetch(ByteView body, std::int32_t correlation_id, OwnedBytes& out, FileRange& within);
  bool api_versions(std::int32_t correlation_id, OwnedBytes& out);
  bool metadata(std::int32_t correlation_id, OwnedBytes& out);
  bool create_topics(ByteView body, std::int32_t correlation_id, OwnedBytes& out);
  bool list_offsets(ByteView body, std::int32_t correlation_id, OwnedBytes& out);
  bool init_producer_id(std::int32_t correlation_id, OwnedBytes& out);

  std::int32_t port_;
  TopicFiles& files_;
  OwnedBytes produced_;  // An answer to Produce, in which three numbers change.
  std::size_t produced_partition_at_ = 0;
  std::size_t produced_offset_at_ = 0;
  std::int64_t next_producer_id_ = 1;
};

}  // namespace muir::floor

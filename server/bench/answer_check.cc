#include "server/bench/answer_check.h"

#include <fmt/format.h>

#include "wire/codec/reader.h"
#include "wire/record/batch.h"
#include "wire/schema/fetch_response.h"
#include "wire/schema/produce_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

ClientResult<Fetched> check_batches(ByteView bytes, PartitionId partition, Offset asked) {
  Fetched fetched{.next_offset = asked, .bytes = bytes.size()};
  wire::BatchWalker walker(bytes);
  for (bool is_first = true;; is_first = false) {
    const auto step = walker.next();
    if (!step) return client_error(fmt::format("partition {}: {}", partition.value, step.error().message()));
    if (!*step) break;
    const auto batch = wire::BatchView::parse((*step)->bytes);
    if (!batch) return client_error(fmt::format("partition {}: {}", partition.value, batch.error().message()));
    if (!batch->crc_is_valid()) {
      return client_error(fmt::format("partition {}: the batch at offset {} has a wrong CRC", partition.value,
                                      batch->base_offset().value));
    }
    const bool is_next = is_first ? batch->base_offset() <= asked && asked <= batch->last_offset()
                                  : batch->base_offset() == fetched.next_offset;
    if (!is_next) {
      return client_error(fmt::format("partition {}: expected offset {}, got a batch from {} to {}", partition.value,
                                      fetched.next_offset.value, batch->base_offset().value,
                                      batch->last_offset().value));
    }
    fetched.records += batch->end_offset() - fetched.next_offset;
    fetched.next_offset = batch->end_offset();
    fetched.timestamp = batch->max_timestamp();
  }
  if (!bytes.empty() && fetched.next_offset == asked) {
    return client_error(fmt::format("partition {}: {} bytes, and no whole batch", partition.value, bytes.size()));
  }
  return fetched;
}

}  // namespace

ClientResult<Offset> check_produce_answer(ByteView body, std::int16_t version, PartitionId partition) {
  wire::Reader reader(body);
  wire::ProduceResponse response;
  const auto decoded = decode(reader, version, response);
  if (!decoded) return client_error("ProduceResponse: " + decoded.error().message());
  const bool is_one = reader.remaining() == 0 && response.responses.size() == 1 &&
                      response.responses.front().partition_responses.size() == 1;
  if (!is_one) return client_error("ProduceResponse: not one answer to one partition");
  const auto& answer = response.responses.front().partition_responses.front();
  if (answer.index != partition.value) {
    return client_error(fmt::format("ProduceResponse: partition {} instead of {}", answer.index, partition.value));
  }
  if (answer.error_code != ErrorCode::NONE) {
    return client_error(fmt::format("produce to partition {}: {} {}", partition.value, name(answer.error_code),
                                    answer.error_message.value_or("")));
  }
  if (answer.base_offset < 0) return client_error(fmt::format("produce: base offset {}", answer.base_offset));
  return Offset{answer.base_offset};
}

ClientResult<Fetched> check_fetch_answer(ByteView body, std::int16_t version, PartitionId partition, Offset asked) {
  wire::Reader reader(body);
  wire::FetchResponse response;
  const auto decoded = decode(reader, version, response);
  if (!decoded) return client_error("FetchResponse: " + decoded.error().message());
  if (response.error_code != ErrorCode::NONE) {
    return client_error(fmt::format("fetch: {}", name(response.error_code)));
  }
  const bool is_one =
      reader.remaining() == 0 && response.responses.size() == 1 && response.responses.front().partitions.size() == 1;
  if (!is_one) return client_error("FetchResponse: not one answer to one partition");
  const auto& answer = response.responses.front().partitions.front();
  if (answer.partition_index != partition.value) {
    return client_error(
        fmt::format("FetchResponse: partition {} instead of {}", answer.partition_index, partition.value));
  }
  if (answer.error_code != ErrorCode::NONE) {
    return client_error(
        fmt::format("fetch of partition {} at {}: {}", partition.value, asked.value, name(answer.error_code)));
  }
  return check_batches(answer.records.bytes, partition, asked);
}

}  // namespace muir::server

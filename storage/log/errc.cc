#include "storage/log/errc.h"

#include <string>

namespace muir::storage {
namespace {

const char* text(Errc errc) {
  switch (errc) {
    case Errc::offset_out_of_range:
      return "the offset is outside the log";
    case Errc::corrupt_batch:
      return "a record batch is corrupt";
    case Errc::record_too_large:
      return "a record batch is above max.message.bytes";
    case Errc::batch_list_too_large:
      return "the record batches are above segment.bytes";
    case Errc::invalid_record:
      return "a record batch contradicts itself";
    case Errc::invalid_timestamp:
      return "a record's timestamp is outside the allowed range";
    case Errc::unsupported_compression:
      return "the compression type is not allowed here";
    case Errc::out_of_order_sequence:
      return "the sequence numbers of the producer have a gap";
    case Errc::invalid_producer_epoch:
      return "a newer epoch of the producer has been seen";
    case Errc::invalid_txn_state:
      return "the write does not fit the producer's transaction";
    case Errc::transaction_coordinator_fenced:
      return "the marker is of a replaced transaction coordinator";
    case Errc::unexpected_append_offset:
      return "the appended offsets begin before the end of the log";
    case Errc::offsets_out_of_order:
      return "the appended offsets do not increase";
    case Errc::disk_full:
      return "no space is left in the log directory";
    case Errc::log_offline:
      return "the log is offline after a failed write or sync";
    case Errc::unsupported_message_format:
      return "the segment has message format 0 or 1";
    case Errc::corrupt_segment:
      return "a segment of the log is corrupt";
    case Errc::corrupt_index:
      return "an index of the log is corrupt";
    case Errc::corrupt_snapshot:
      return "a producer snapshot is corrupt";
    case Errc::malformed_file:
      return "the file is malformed";
    case Errc::unsupported_file_version:
      return "the file is of an unknown version";
    case Errc::inconsistent_topic_id:
      return "the log directory belongs to another topic id";
    case Errc::inconsistent_cluster_id:
      return "the log directory belongs to another cluster or node";
    case Errc::segments_changed:
      return "the log's segments have changed meanwhile";
    case Errc::cleaner_map_full:
      return "one batch has more keys than log.cleaner.dedupe.buffer.size can hold";
    case Errc::closed:
      return "the log is closed";
  }
  return "unknown log error";
}

class LogCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "muir.log"; }
  std::string message(int value) const override { return text(static_cast<Errc>(value)); }
};

}  // namespace

bool is_damage(const boost::system::error_code& error) noexcept {
  return error == Errc::corrupt_segment || error == Errc::corrupt_batch;
}

const boost::system::error_category& log_category() noexcept {
  static const LogCategory category;
  return category;
}

}  // namespace muir::storage

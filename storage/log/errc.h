#pragma once

#include <type_traits>

#include <boost/system/error_code.hpp>

namespace muir::storage {

// Why the log could not do what it was asked.  Errors of wire/record (RecordErrc) pass through it unchanged.
enum class Errc {
  // The caller asked for something that is not there, or sent what Kafka refuses.
  offset_out_of_range = 1,         // Outside [log_start_offset, log_end_offset].  The client resets its position.
  corrupt_batch,                   // A batch's CRC or structure is wrong.  Nothing of the request was appended.
  record_too_large,                // A batch is above max.message.bytes.
  batch_list_too_large,            // The batches of one append are above segment.bytes.
  invalid_record,                  // A batch contradicts itself, or has a base offset where a client may not set one.
  invalid_timestamp,               // A record's timestamp is outside what message.timestamp.*.max.ms allow.
  unsupported_compression,         // A codec that this version of the request may not carry.
  out_of_order_sequence,           // A gap in an idempotent producer's sequence numbers.
  invalid_producer_epoch,          // A newer producer with the same id has been seen: the sender is a zombie.
  invalid_txn_state,               // A plain write of a producer that has a transaction open, or the reverse.
  transaction_coordinator_fenced,  // A marker of a coordinator that has been replaced.
  unexpected_append_offset,        // A follower was sent batches from before its log_end_offset.
  offsets_out_of_order,            // A follower was sent batches whose offsets do not increase.

  // The world: the log directory, or what is in it.
  disk_full,    // No space.  Nothing of the append is in the log; reads go on; later appends may succeed.
  log_offline,  // A write or sync failed: the log accepts nothing until it is opened again.
  unsupported_message_format,  // A message of format 0 or 1 where nobody may send it, or where it cannot be cleaned.
  corrupt_segment,             // Bytes of a segment that had been recovered, or cleanly closed, are no batches.
  corrupt_index,               // An index contradicts itself or its segment.  It is rebuilt when the log is opened.
  corrupt_snapshot,            // A producer snapshot's CRC or structure is wrong.  It is dropped.
  malformed_file,              // A checkpoint or properties file is not what its format says.
  unsupported_file_version,    // The same, of a later version.
  inconsistent_topic_id,       // partition.metadata names another topic than the one that is being opened.
  inconsistent_cluster_id,     // meta.properties is of another cluster or node.
  segments_changed,            // The segments that were cleaned are not the log's any more.  Their result is dropped.
  cleaner_map_full,            // One batch has more keys than the cleaner's map may hold: the log cannot be cleaned.
  closed,                      // The log was closed, or its partition deleted, while the caller waited.
};

const boost::system::error_category& log_category() noexcept;

inline boost::system::error_code make_error_code(Errc errc) noexcept {
  return {static_cast<int>(errc), log_category()};
}

// Is it said of bytes that were read, which can be no batch, or not the one that was written?
bool is_damage(const boost::system::error_code& error) noexcept;

}  // namespace muir::storage

template <>
struct boost::system::is_error_code_enum<muir::storage::Errc> : std::true_type {};

#pragma once

#include <type_traits>

#include <boost/system/error_code.hpp>

namespace muir::wire {

// Why bytes are not a record batch, or not one that this build can read.
enum class RecordErrc {
  truncated = 1,        // The bytes end before the batch does: a torn tail, or the end of a fetch.  Read more, or stop.
  batch_too_small,      // The length field is below what the format's header needs.  Corrupt: stop.
  batch_too_large,      // The length field is above the caller's limit.  Corrupt, or hostile: stop.
  unknown_magic,        // Magic outside 0..2.  Corrupt: stop.
  old_format,           // Magic 0 or 1 where only v2 can be viewed.  The caller decides: convert, or refuse.
  crc_mismatch,         // The bytes are not those that the producer wrote.  Never append, never serve.
  unknown_compression,  // Compression id 5, 6 or 7.
  bad_varint,           // A varint of more than 5 (varlong: 10) bytes.
  bad_record,           // A record's lengths contradict each other or its size.
  bad_record_count,     // The count is negative, or is not the number of records in the section.
  records_end_early,    // The records section ends within a record.
  trailing_bytes,       // The records section goes on after the last record.
  bad_compressed_data,  // The codec refused the compressed bytes.
  decompressed_too_large,  // The records unfold to more than the caller's limit: a decompression bomb.
  not_rewritable,  // Kafka cannot write such a batch anew either: a negative timestamp, gaps in compressed offsets.
  batch_full,      // The builder has no room: 2^31 - 1 bytes, or that many records.
};

const boost::system::error_category& record_category() noexcept;

inline boost::system::error_code make_error_code(RecordErrc errc) noexcept {
  return {static_cast<int>(errc), record_category()};
}

}  // namespace muir::wire

template <>
struct boost::system::is_error_code_enum<muir::wire::RecordErrc> : std::true_type {};

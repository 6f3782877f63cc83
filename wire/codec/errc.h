#pragma once

#include <boost/system/error_code.hpp>

namespace muir::wire {

// Why bytes are not a message, or a message has no bytes.  A reader of a peer's bytes closes the connection on any of
// them; a writer that meets one has been given a message that its version cannot carry.
enum class Errc {
  truncated = 1,          // The bytes end inside a field, or a count or length claims more than there is.
  malformed_varint,       // More than five (ten for 64 bits) bytes, or the last of them does not fit.
  null_not_allowed,       // Null, in either direction, where this version of the field has no null.
  length_out_of_range,    // A string beyond 32767 bytes, or a count or size beyond what its prefix can say.
  unsupported_version,    // The message has no such version: answer UNSUPPORTED_VERSION where the API can.
  unsupported_field,      // Encoding would lose a value: this version lacks the field and it may not be ignored.
  tag_out_of_order,       // Tagged fields must ascend, each tag at most once (KIP-482).
  tag_not_in_version,     // A tag of this struct, but of other versions.
  tag_size_mismatch,      // A tagged field is longer or shorter than its size prefix says.
  memory_limit,           // The decoded form would be out of all proportion to its bytes.
  frame_size_invalid,     // A frame's size prefix is negative or beyond the limit: close the connection.
  unknown_message,        // No schema has this name, API key or record type.
  unknown_frame_version,  // A metadata record is framed by something newer than version 1.
  json_mismatch,          // The JSON is not the form of this message: a field is missing or has another type.
  trailing_bytes,         // Bytes are left where the message should have ended.
};

const boost::system::error_category& wire_category() noexcept;

inline boost::system::error_code make_error_code(Errc errc) noexcept {
  return {static_cast<int>(errc), wire_category()};
}

}  // namespace muir::wire

template <>
struct boost::system::is_error_code_enum<muir::wire::Errc> : std::true_type {};

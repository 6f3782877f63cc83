#pragma once

#include <type_traits>

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace muir::server {

// Why a metadata record could not be applied.  None of these is answered to a client: the node is older than the log it
// reads, or the log is damaged, and going on would serve a cluster that is not there.  The process stops.
enum class MetadataErrc {
  malformed_record = 1,  // The frame ends too early, goes on too long, or a field breaks its schema.
  unknown_frame,         // The frame version is not the one that we know.
  unknown_record,        // A record type that Kafka 4.3.1 does not have.
  unsupported_version,   // A known record in a version, or a feature at a level, above ours.
  unknown_topic,         // The record changes a topic or partition that the image does not hold.
  unknown_broker,        // The record changes a broker that is not registered with that epoch.
  duplicate_topic,       // A second topic of that name or id.
  invalid_value,         // A field holds a value outside its range, or two fields contradict each other.
  no_transaction,        // EndTransaction or AbortTransaction without BeginTransaction.
  nested_transaction,    // BeginTransaction within a metadata transaction.
};

const boost::system::error_category& metadata_category() noexcept;

inline boost::system::error_code make_error_code(MetadataErrc errc) noexcept {
  return {static_cast<int>(errc), metadata_category()};
}

}  // namespace muir::server

template <>
struct boost::system::is_error_code_enum<muir::server::MetadataErrc> : std::true_type {};

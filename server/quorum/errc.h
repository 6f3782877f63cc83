#pragma once

#include <type_traits>

#include <boost/system/error_code.hpp>

namespace muir::server {

// Why the metadata log could not be opened, or did not take what it was given.
enum class QuorumErrc {
  // What is on the disk.  Start-up stops: guessing could give a vote twice, or lose committed metadata.
  malformed_quorum_state = 1,  // quorum-state is not the JSON object that it should be.
  unsupported_quorum_state,    // Its data_version is of a later Kafka.
  malformed_control_record,    // A control batch's key or value is not what its type says.
  unsupported_kraft_version,   // kraft.version above 1, or voters in a log that says 0.
  malformed_snapshot,          // No header, no footer, something between that is no batch, or a batch with a bad CRC.
  missing_snapshot,            // The log begins above 0, but no snapshot says what was before.
  malformed_meta_properties,   // meta.properties lacks a key, or has a value that cannot be.
  malformed_record_frame,      // The value of a metadata record does not begin with frame version 1.

  // What this version cannot do yet.
  not_the_only_voter,  // The quorum has other voters.  Start-up stops: they would wait for us in vain.

  // What the caller asked for.
  not_leader,        // Only the leader appends.  The caller resigned, or never led: drop what it was doing.
  batch_too_large,   // Records that must stay together do not fit 8 MiB.  Split them, or use a metadata transaction.
  too_many_records,  // The append queue is full.  Try again when some of it is committed.
  log_failed,        // A write or sync failed.  Nothing is appended any more; the process must stop and start again.
  invalid_snapshot,  // A snapshot above the high watermark, within a batch, or one that is there already.
};

const boost::system::error_category& quorum_category() noexcept;

inline boost::system::error_code make_error_code(QuorumErrc errc) noexcept {
  return {static_cast<int>(errc), quorum_category()};
}

}  // namespace muir::server

template <>
struct boost::system::is_error_code_enum<muir::server::QuorumErrc> : std::true_type {};

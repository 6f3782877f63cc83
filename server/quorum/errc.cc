#include "server/quorum/errc.h"

#include <string>

namespace muir::server {
namespace {

class QuorumCategory : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "quorum"; }
  std::string message(int value) const override {
    switch (static_cast<QuorumErrc>(value)) {
      case QuorumErrc::malformed_quorum_state:
        return "quorum-state is malformed";
      case QuorumErrc::unsupported_quorum_state:
        return "quorum-state has an unsupported data_version";
      case QuorumErrc::malformed_control_record:
        return "malformed control record in the metadata log";
      case QuorumErrc::unsupported_kraft_version:
        return "unsupported kraft.version";
      case QuorumErrc::malformed_snapshot:
        return "malformed metadata snapshot";
      case QuorumErrc::missing_snapshot:
        return "the metadata log starts above offset 0, but there is no snapshot";
      case QuorumErrc::malformed_meta_properties:
        return "malformed meta.properties";
      case QuorumErrc::malformed_record_frame:
        return "malformed metadata record frame";
      case QuorumErrc::not_the_only_voter:
        return "the metadata quorum has other voters than this node, which this version does not support";
      case QuorumErrc::not_leader:
        return "not the leader of the metadata quorum";
      case QuorumErrc::batch_too_large:
        return "records do not fit one batch of the metadata log";
      case QuorumErrc::too_many_records:
        return "too many appends to the metadata log are waiting";
      case QuorumErrc::log_failed:
        return "the metadata log has failed";
      case QuorumErrc::invalid_snapshot:
        return "invalid metadata snapshot id";
    }
    return "unknown error of the metadata quorum";
  }
};

}  // namespace

const boost::system::error_category& quorum_category() noexcept {
  static const QuorumCategory category;
  return category;
}

}  // namespace muir::server

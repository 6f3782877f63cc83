#include "server/metadata/errc.h"

#include <string>

namespace muir::server {
namespace {

const char* text_of(MetadataErrc errc) {
  switch (errc) {
    case MetadataErrc::malformed_record:
      return "malformed metadata record";
    case MetadataErrc::unknown_frame:
      return "metadata record with an unknown frame version";
    case MetadataErrc::unknown_record:
      return "unknown metadata record type";
    case MetadataErrc::unsupported_version:
      return "metadata record or feature at a version that this node does not know";
    case MetadataErrc::unknown_topic:
      return "metadata record for a topic or partition that does not exist";
    case MetadataErrc::unknown_broker:
      return "metadata record for a broker that is not registered with that epoch";
    case MetadataErrc::duplicate_topic:
      return "metadata record for a topic that exists already";
    case MetadataErrc::invalid_value:
      return "metadata record with a value out of range";
    case MetadataErrc::no_transaction:
      return "end of a metadata transaction that never began";
    case MetadataErrc::nested_transaction:
      return "metadata transaction within a metadata transaction";
  }
  return "unknown metadata error";
}

class MetadataCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "muir.metadata"; }
  std::string message(int value) const override { return text_of(static_cast<MetadataErrc>(value)); }
};

}  // namespace

const boost::system::error_category& metadata_category() noexcept {
  static const MetadataCategory category;
  return category;
}

}  // namespace muir::server

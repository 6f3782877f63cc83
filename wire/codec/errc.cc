#include "wire/codec/errc.h"

#include <string>

namespace muir::wire {
namespace {

const char* text(Errc errc) {
  switch (errc) {
    case Errc::truncated:
      return "bytes end inside a field";
    case Errc::malformed_varint:
      return "malformed varint";
    case Errc::null_not_allowed:
      return "null where the version has none";
    case Errc::length_out_of_range:
      return "length out of range";
    case Errc::unsupported_version:
      return "unsupported version";
    case Errc::unsupported_field:
      return "a field is set that the version lacks";
    case Errc::tag_out_of_order:
      return "tagged fields out of order";
    case Errc::tag_not_in_version:
      return "tagged field of another version";
    case Errc::tag_size_mismatch:
      return "tagged field differs from its size";
    case Errc::memory_limit:
      return "message decodes to too much memory";
    case Errc::frame_size_invalid:
      return "frame size invalid";
    case Errc::unknown_message:
      return "unknown message";
    case Errc::unknown_frame_version:
      return "unknown record frame version";
    case Errc::json_mismatch:
      return "JSON is not of this message";
    case Errc::trailing_bytes:
      return "bytes left over after the message";
  }
  return "unknown wire error";
}

class WireCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "wire"; }
  std::string message(int value) const override { return text(static_cast<Errc>(value)); }
};

}  // namespace

const boost::system::error_category& wire_category() noexcept {
  static const WireCategory category;
  return category;
}

}  // namespace muir::wire

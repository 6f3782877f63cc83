#include "server/net/errc.h"

#include <string>

namespace muir::server {
namespace {

class NetCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "net"; }
  std::string message(int value) const override {
    switch (static_cast<NetErrc>(value)) {
      case NetErrc::would_block:
        return "would block";
      case NetErrc::closed_by_peer:
        return "closed by peer";
      case NetErrc::closed_by_us:
        return "closed by us";
      case NetErrc::frame_size_invalid:
        return "frame size is negative or above the limit";
      case NetErrc::frame_unmappable:
        return "no address space for a frame";
      case NetErrc::file_ended:
        return "file is shorter than the slice to be sent";
      case NetErrc::request_malformed:
        return "request that no schema accepts";
      case NetErrc::idle:
        return "idle for too long";
      case NetErrc::slow:
        return "too slow in sending a request or taking an answer";
      case NetErrc::unauthenticated:
        return "not authenticated in time";
    }
    return "unknown";
  }
};

}  // namespace

Error make_error_code(NetErrc errc) {
  static const NetCategory category;
  return {static_cast<int>(errc), category};
}

}  // namespace muir::server

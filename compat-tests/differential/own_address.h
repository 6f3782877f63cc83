#pragma once

#include <deque>

#include "wire/base/bytes.h"
#include "wire/codec/table.h"

namespace muir::compat {

// Puts the recorder's port into the answers that carry addresses, wherever a schema says that a field is a host or a
// port.  Other frames stay as they are.
class OwnAddress {
 public:
  void request(ByteView frame);
  OwnedBytes response(OwnedBytes frame, int port);

 private:
  struct Asked {
    std::int32_t correlation_id;
    const wire::MessageTable* response;
    std::int16_t version;
    std::int16_t header_version;
  };
  std::deque<Asked> asked_;
};

}  // namespace muir::compat

#pragma once

#include <chrono>
#include <cstdint>

#include "wire/base/clock.h"

namespace muir::server {

// Whether a peer goes on with what it has begun: to send a request, or to take an answer.  In each span of `span_max`
// it has to move at least kBytesMin of it, or the rest.  Told now and then how things stand, it is exact as far as that
// goes.
class PeerPace {
 public:
  static constexpr std::uint64_t kBytesMin = 16 * 1024;

  // Of request or answer number `number`, `bytes` have moved; 0: the peer has nothing to do.  `span_max` zero: no
  // bound.
  bool is_too_slow(std::uint64_t number, std::uint64_t bytes, Instant now, std::chrono::milliseconds span_max) {
    if (number == 0 || number != number_ || bytes >= bytes_ + kBytesMin) {
      number_ = number;
      bytes_ = bytes;
      since_ = now;
      return false;
    }
    return span_max.count() > 0 && now - since_ >= span_max;
  }

  // When is_too_slow() is to be asked next, at the latest, if the peer has something to do.
  Instant due(std::chrono::milliseconds span_max) const {
    return number_ == 0 || span_max.count() <= 0 ? Instant::max() : since_ + span_max;
  }

 private:
  std::uint64_t number_ = 0;
  std::uint64_t bytes_ = 0;
  Instant since_{};
};

}  // namespace muir::server

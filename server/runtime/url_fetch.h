#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <boost/system/result.hpp>

#include "wire/base/bytes.h"

namespace muir::server {

// What a URL of the operator's file holds: file:, http: or https: (the system's certificates, the host's name checked).
// No redirect is followed, so that the answer cannot lead anywhere else; at most `bytes_max` are taken, and no longer
// than `patience`.  Fails with a sentence.  Blocks: on a thread of the pool.
boost::system::result<OwnedBytes, std::string> fetch_url(const std::string& url, std::size_t bytes_max,
                                                         std::chrono::seconds patience);

}  // namespace muir::server

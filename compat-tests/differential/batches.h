#pragma once

#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "wire/base/bytes.h"

// Record batches as a trace writes and shows them:
//   {codec: gzip, producerId: 5, producerEpoch: 0, baseSequence: 0, records: [{key: k, value: v, headers: {h: x}}]}
// What is left out has its default.  `raw` changes the finished header: {magic, attributes, lastOffsetDelta,
// baseTimestamp, maxTimestamp, producerId, producerEpoch, baseSequence, count, length}; the CRC is then right again
// unless `raw` has `crc`.
namespace muir::compat {

// The bytes of `json`: a batch, an array of batches, a text or `$hex`.  None, and a complaint, if it is none of these.
std::optional<OwnedBytes> write_batches(const boost::json::value& json, std::string& complaint);

// An array of batches; what cannot be read as one stands in it as text.
boost::json::value read_batches(ByteView bytes);

}  // namespace muir::compat

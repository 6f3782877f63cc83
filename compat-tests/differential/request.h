#pragma once

#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "wire/base/bytes.h"
#include "wire/codec/table.h"

namespace muir::compat {

// The bytes of a message of which a trace gives some fields, by their names in camelCase; the others have their
// defaults.  Fields of bytes may be text, 0x..., or a message, which then has its version in front, as the metadata of
// the consumer protocol has; records are batches.  None, and a complaint, for a field that the version does not have, a
// value that does not fit, and what does not encode.
std::optional<OwnedBytes> write_message(const wire::MessageTable& table, std::int16_t version,
                                        const boost::json::value& fields, std::string& complaint);

// Text, `$hex` or `$message`.
std::optional<OwnedBytes> write_bytes(const boost::json::value& value, std::string& complaint);

}  // namespace muir::compat

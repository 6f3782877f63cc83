#pragma once

#include <cstdint>

#include "wire/base/bytes.h"

namespace muir::wire {

// CRC-32C (Castagnoli, reflected, as iSCSI and record batches use it).  `crc` is that of the bytes before, so that
// crc32c(b, crc32c(a)) is the checksum of a followed by b.  Runs on the processor's CRC instruction where there is one.
std::uint32_t crc32c(ByteView bytes, std::uint32_t crc = 0);

// The same by table, for processors without the instruction.
std::uint32_t crc32c_portable(ByteView bytes, std::uint32_t crc = 0);

}  // namespace muir::wire

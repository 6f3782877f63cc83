#pragma once

#include <cstddef>
#include <memory>

#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/record/errc.h"

namespace muir::wire {

// One codec's way from compressed to plain bytes.  Reused from batch to batch; never reads behind `compressed`.
class DecompressionStream {
 public:
  virtual ~DecompressionStream() = default;

  // Begins anew.  `compressed` outlives the reading; a codec that unfolds whole blocks refuses one above `bytes_max`.
  virtual void begin(ByteView compressed, std::size_t bytes_max) = 0;

  // Fills the front of `out`, which is not empty; 0 only at the end of the stream.
  virtual Result<std::size_t> read(MutableByteView out) = 0;
};

std::unique_ptr<DecompressionStream> make_stored_stream();  // Type none: hands the bytes on.
std::unique_ptr<DecompressionStream> make_gzip_stream();
std::unique_ptr<DecompressionStream> make_snappy_stream();
std::unique_ptr<DecompressionStream> make_lz4_stream();
std::unique_ptr<DecompressionStream> make_zstd_stream();

// The other way, at once: appends `plain` to `out`.
Result<> gzip_compress(ByteView plain, int level, OwnedBytes& out);
Result<> snappy_compress(ByteView plain, OwnedBytes& out);
Result<> lz4_compress(ByteView plain, int level, OwnedBytes& out);
Result<> zstd_compress(ByteView plain, int level, OwnedBytes& out);

}  // namespace muir::wire

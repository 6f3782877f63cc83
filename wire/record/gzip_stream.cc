#include <algorithm>
#include <limits>

#include <zlib.h>

#include "wire/base/check.h"
#include "wire/record/decompression_stream.h"

namespace muir::wire {
namespace {

constexpr int kGzipWindowBits = 15 + 16;     // The largest window, in a gzip wrapping.
constexpr std::size_t kMemberBytesMin = 20;  // Header, an empty deflate block, trailer.

uInt clamp_to_uint(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

Bytef* input(ByteView bytes) { return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data())); }

class GzipStream final : public DecompressionStream {
 public:
  GzipStream() { CHECK(inflateInit2(&stream_, kGzipWindowBits) == Z_OK); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream() override { inflateEnd(&stream_); }

  void begin(ByteView compressed, std::size_t) override {
    rest_ = compressed;
    ended_ = false;
    CHECK(inflateReset(&stream_) == Z_OK);
  }

  Result<std::size_t> read(MutableByteView out) override {
    while (!ended_) {
      const uInt in_size = clamp_to_uint(rest_.size()), out_size = clamp_to_uint(out.size());
      stream_.next_in = input(rest_);
      stream_.avail_in = in_size;
      stream_.next_out = reinterpret_cast<Bytef*>(out.data());
      stream_.avail_out = out_size;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      rest_ = rest_.subspan(in_size - stream_.avail_in);
      const std::size_t produced = out_size - stream_.avail_out;
      if (status == Z_STREAM_END) {
        end_member();
      } else if (status != Z_OK) {
        return RecordErrc::bad_compressed_data;  // Garbage, a wrong checksum, or (Z_BUF_ERROR) an early end.
      }
      if (produced > 0) return produced;
    }
    return std::size_t{0};
  }

 private:
  // A stream may be several gzip members; what is no member behind the last one is ignored, as Java's reader does.
  void end_member() {
    const bool another = rest_.size() >= kMemberBytesMin && rest_[0] == std::byte{0x1f} &&
                         rest_[1] == std::byte{0x8b} && rest_[2] == std::byte{Z_DEFLATED};
    ended_ = !another;
    if (another) CHECK(inflateReset(&stream_) == Z_OK);
  }

  z_stream stream_{};
  ByteView rest_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<DecompressionStream> make_gzip_stream() { return std::make_unique<GzipStream>(); }

Result<> gzip_compress(ByteView plain, int level, OwnedBytes& out) {
  if (plain.size() > std::numeric_limits<uInt>::max()) return RecordErrc::batch_full;
  z_stream stream{};
  CHECK(deflateInit2(&stream, level, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  const std::size_t before = out.size();
  out.resize(before + deflateBound(&stream, plain.size()));
  stream.next_in = input(plain);
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
  stream.avail_out = clamp_to_uint(out.size() - before);
  const int status = deflate(&stream, Z_FINISH);
  out.resize(before + stream.total_out);
  deflateEnd(&stream);
  return status == Z_STREAM_END ? ok() : Result<>(RecordErrc::batch_full);
}

}  // namespace muir::wire

#include "wire/record/compression.h"

#include <algorithm>
#include <cstring>

#include "wire/base/check.h"

namespace muir::wire {
namespace {

constexpr int kGzipLevelDefault = -1;
constexpr int kLz4LevelDefault = 9;
constexpr int kZstdLevelDefault = 3;

class StoredStream final : public DecompressionStream {
 public:
  void begin(ByteView compressed, std::size_t) override { rest_ = compressed; }
  Result<std::size_t> read(MutableByteView out) override {
    const std::size_t size = std::min(out.size(), rest_.size());
    if (size > 0) std::memcpy(out.data(), rest_.data(), size);
    rest_ = rest_.subspan(size);
    return size;
  }

 private:
  ByteView rest_;
};

std::unique_ptr<DecompressionStream> make_stream(CompressionType type) {
  switch (type) {
    case CompressionType::none:
      return make_stored_stream();
    case CompressionType::gzip:
      return make_gzip_stream();
    case CompressionType::snappy:
      return make_snappy_stream();
    case CompressionType::lz4:
      return make_lz4_stream();
    case CompressionType::zstd:
      return make_zstd_stream();
  }
  CHECK(false);
  return nullptr;
}

}  // namespace

std::unique_ptr<DecompressionStream> make_stored_stream() { return std::make_unique<StoredStream>(); }

DecompressionStream& Decompressor::stream_for(CompressionType type) {
  const auto index = static_cast<std::size_t>(type);
  CHECK(index < std::size(streams_));  // Whoever has a batch asks compression_is_known() first.
  if (!streams_[index]) streams_[index] = make_stream(type);
  return *streams_[index];
}

void Decompressor::begin(CompressionType type, ByteView compressed, std::size_t bytes_max) {
  stream_ = &stream_for(type);
  stream_->begin(compressed, bytes_max);
  left_ = bytes_max;
}

Result<std::size_t> Decompressor::read(MutableByteView out) {
  CHECK(stream_ && !out.empty());
  std::byte beyond{};
  const bool at_limit = left_ == 0;  // Only the end may come now.
  const auto size = stream_->read(at_limit ? MutableByteView(&beyond, 1) : out.first(std::min(out.size(), left_)));
  if (!size) return size.error();
  if (at_limit && *size > 0) return RecordErrc::decompressed_too_large;
  left_ -= *size;
  return *size;
}

Result<ByteView> Decompressor::read_all(CompressionType type, ByteView compressed, std::size_t bytes_max) {
  if (type == CompressionType::none) return compressed;
  begin(type, compressed, bytes_max);
  if (buffer_.size() > kBufferKeptMax) OwnedBytes().swap(buffer_);
  filled_ = 0;
  for (;;) {
    if (filled_ == buffer_.size()) buffer_.resize(std::max<std::size_t>(buffer_.size() * 2, 64 * 1024));
    const auto size = read(MutableByteView(buffer_).subspan(filled_));
    if (!size) return size.error();
    if (*size == 0) return ByteView(buffer_).first(filled_);
    filled_ += *size;
  }
}

Result<> compress(Compression compression, ByteView records, OwnedBytes& out) {
  switch (compression.type) {
    case CompressionType::none:
      out.insert(out.end(), records.begin(), records.end());
      return ok();
    case CompressionType::gzip:
      return gzip_compress(records, compression.level.value_or(kGzipLevelDefault), out);
    case CompressionType::snappy:
      return snappy_compress(records, out);
    case CompressionType::lz4:
      return lz4_compress(records, compression.level.value_or(kLz4LevelDefault), out);
    case CompressionType::zstd:
      return zstd_compress(records, compression.level.value_or(kZstdLevelDefault), out);
  }
  return RecordErrc::unknown_compression;
}

}  // namespace muir::wire

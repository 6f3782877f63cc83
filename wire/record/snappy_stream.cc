#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include <snappy.h>

#include "wire/record/decompression_stream.h"

namespace muir::wire {
namespace {

constexpr std::size_t kBlockBytes = 32 * 1024;  // Of plain bytes, as snappy-java's writer cuts them.
constexpr std::size_t kExpansionMax = 64;       // No element of the format yields more bytes from one.

// How a stream of snappy-java begins: a magic, then its version and the oldest one that can read it.
constexpr std::array<std::byte, 8> kMagic = {std::byte{0x82}, std::byte{'S'}, std::byte{'N'}, std::byte{'A'},
                                             std::byte{'P'},  std::byte{'P'}, std::byte{'Y'}, std::byte{0}};
constexpr std::int32_t kMagicHead = static_cast<std::int32_t>(0x82534e41);
constexpr std::size_t kHeaderBytes = 16;
constexpr std::int32_t kVersion = 1;

bool starts_with_magic(ByteView bytes) { return std::ranges::equal(bytes.first(kMagic.size()), kMagic); }

// Reads the stream of snappy-java: a header, then blocks with their size in front.  Without that header the bytes are
// one bare block, as librdkafka and other clients once wrote.  Streams may follow each other, and an end within a size
// is an end, as snappy-java has it.
class SnappyStream final : public DecompressionStream {
 public:
  void begin(ByteView compressed, std::size_t bytes_max) override {
    rest_ = compressed;
    block_ = {};
    bytes_max_ = bytes_max;
    state_ = State::header;
  }

  Result<std::size_t> read(MutableByteView out) override {
    if (state_ == State::header) {
      const auto header = read_header();
      if (!header) return header.error();
    }
    while (block_.empty() && state_ != State::ended) {
      const auto block = read_block();
      if (!block) return block.error();
    }
    const std::size_t size = std::min(out.size(), block_.size());
    if (size > 0) std::memcpy(out.data(), block_.data(), size);
    block_ = block_.subspan(size);
    return size;
  }

 private:
  enum class State { header, blocks, ended };

  Result<> read_header() {
    if (rest_.empty()) return RecordErrc::bad_compressed_data;
    if (rest_.size() < kHeaderBytes || !starts_with_magic(rest_)) {
      state_ = State::ended;
      return unfold(rest_);
    }
    state_ = State::blocks;
    return skip_header();
  }

  // Whatever versions the header names: Kafka's reader takes them all.
  Result<> skip_header() {
    rest_ = rest_.subspan(kHeaderBytes);
    return ok();
  }

  Result<> read_block() {
    if (rest_.size() < 4) {
      state_ = State::ended;
      return ok();
    }
    const auto size = load_big_endian<std::int32_t>(rest_.data());
    if (size == kMagicHead) return next_stream();
    rest_ = rest_.subspan(4);
    if (size < 0 || rest_.size() < static_cast<std::size_t>(size)) return RecordErrc::bad_compressed_data;
    const ByteView stored = rest_.first(static_cast<std::size_t>(size));
    rest_ = rest_.subspan(stored.size());
    return unfold(stored);
  }

  Result<> next_stream() {
    if (rest_.size() < kHeaderBytes) return RecordErrc::bad_compressed_data;
    if (starts_with_magic(rest_)) return skip_header();
    state_ = State::ended;
    return ok();
  }

  Result<> unfold(ByteView stored) {
    const auto* from = reinterpret_cast<const char*>(stored.data());
    std::size_t size = 0;
    if (!snappy::GetUncompressedLength(from, stored.size(), &size)) return RecordErrc::bad_compressed_data;
    if (size / kExpansionMax > stored.size()) return RecordErrc::bad_compressed_data;
    if (size > bytes_max_) return RecordErrc::decompressed_too_large;
    if (buffer_.size() < size || buffer_.size() > kBufferKeptMax) buffer_ = OwnedBytes(size);
    if (!snappy::RawUncompress(from, stored.size(), reinterpret_cast<char*>(buffer_.data())))
      return RecordErrc::bad_compressed_data;
    block_ = ByteView(buffer_).first(size);
    return ok();
  }

  static constexpr std::size_t kBufferKeptMax = std::size_t{4} << 20;

  ByteView rest_;
  ByteView block_;  // What of the last block was not yet handed out.
  OwnedBytes buffer_;
  std::size_t bytes_max_ = 0;
  State state_ = State::header;
};

void append_int(OwnedBytes& out, std::int32_t value) {
  out.resize(out.size() + 4);
  store_big_endian(out.data() + out.size() - 4, value);
}

}  // namespace

std::unique_ptr<DecompressionStream> make_snappy_stream() { return std::make_unique<SnappyStream>(); }

Result<> snappy_compress(ByteView plain, OwnedBytes& out) {
  out.insert(out.end(), kMagic.begin(), kMagic.end());
  append_int(out, kVersion);
  append_int(out, kVersion);
  for (; !plain.empty(); plain = plain.subspan(std::min(plain.size(), kBlockBytes))) {
    const ByteView block = plain.first(std::min(plain.size(), kBlockBytes));
    const std::size_t at = out.size();
    out.resize(at + 4 + snappy::MaxCompressedLength(block.size()));
    std::size_t size = 0;
    snappy::RawCompress(reinterpret_cast<const char*>(block.data()), block.size(),
                        reinterpret_cast<char*>(out.data() + at + 4), &size);
    out.resize(at + 4 + size);
    store_big_endian(out.data() + at, static_cast<std::int32_t>(size));
  }
  return ok();
}

}  // namespace muir::wire

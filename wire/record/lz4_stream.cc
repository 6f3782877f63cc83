#include <algorithm>
#include <cstring>

#include <lz4.h>
#include <lz4hc.h>

#include "wire/record/decompression_stream.h"
#include "wire/record/xxhash32.h"

namespace muir::wire {
namespace {

constexpr std::uint32_t kMagic = 0x184d2204;
constexpr std::uint32_t kStoredBit = 0x80000000;  // In a block's size: its bytes are not compressed.
constexpr std::size_t kBlockBytes = 64 * 1024;    // Of the frames that we write, as Kafka's.
constexpr std::byte kFlagsWritten{0x60};          // Version 1, independent blocks, no checksums, no content size.
constexpr std::byte kBlockSizeWritten{0x40};      // 64 KiB.
constexpr int kFastLevel = 9;                     // Kafka's default level means the fast compressor, not LZ4HC's 9.

std::uint32_t load_little_endian(const std::byte* at) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | std::to_integer<std::uint32_t>(at[i]);
  return value;
}

void store_little_endian(std::byte* at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<std::byte>(value >> (8 * i));
}

void append_little_endian(OwnedBytes& out, std::uint32_t value) {
  out.resize(out.size() + 4);
  store_little_endian(out.data() + out.size() - 4, value);
}

std::byte header_checksum(ByteView descriptor) { return static_cast<std::byte>(xxhash32(descriptor) >> 8); }

// Reads what Kafka's own frame reader does, and refuses the rest like it: blocks must be independent, block checksums
// are checked, the content checksum and the content size are not, what follows the end mark is ignored.
class Lz4Stream final : public DecompressionStream {
 public:
  explicit Lz4Stream(bool checks_header) : checks_header_(checks_header) {}

  void begin(ByteView compressed, std::size_t) override {
    rest_ = compressed;
    block_ = {};
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
    if (rest_.size() < 7 || load_little_endian(rest_.data()) != kMagic) return RecordErrc::bad_compressed_data;
    const auto flags = std::to_integer<unsigned>(rest_[4]), sizes = std::to_integer<unsigned>(rest_[5]);
    const bool supported = (flags & 0xe3) == 0x60 && (sizes & 0x8f) == 0 && (sizes >> 4) >= 4;
    if (!supported) return RecordErrc::bad_compressed_data;
    block_checksums_ = flags & 0x10;
    content_checksum_ = flags & 0x04;
    block_bytes_max_ = std::size_t{1} << (2 * (sizes >> 4) + 8);

    const std::size_t descriptor_size = flags & 0x08 ? 10 : 2;
    if (rest_.size() < 4 + descriptor_size + 1) return RecordErrc::bad_compressed_data;
    const ByteView descriptor = rest_.subspan(4, descriptor_size);
    if (checks_header_ && rest_[4 + descriptor_size] != header_checksum(descriptor))
      return RecordErrc::bad_compressed_data;
    rest_ = rest_.subspan(4 + descriptor_size + 1);
    state_ = State::blocks;
    return ok();
  }

  Result<> read_block() {
    if (rest_.size() < 4) return RecordErrc::bad_compressed_data;
    const std::uint32_t word = load_little_endian(rest_.data());
    const std::size_t size = word & ~kStoredBit;
    rest_ = rest_.subspan(4);
    if (size == 0) return end();

    const std::size_t with_checksum = size + (block_checksums_ ? 4 : 0);
    if (size > block_bytes_max_ || rest_.size() < with_checksum) return RecordErrc::bad_compressed_data;
    const ByteView stored = rest_.first(size);
    if (block_checksums_ && xxhash32(stored) != load_little_endian(rest_.data() + size))
      return RecordErrc::bad_compressed_data;
    rest_ = rest_.subspan(with_checksum);
    return word & kStoredBit ? (block_ = stored, ok()) : unfold(stored);
  }

  Result<> unfold(ByteView stored) {
    if (buffer_.size() < block_bytes_max_) buffer_.resize(block_bytes_max_);
    const int size =
        LZ4_decompress_safe(reinterpret_cast<const char*>(stored.data()), reinterpret_cast<char*>(buffer_.data()),
                            static_cast<int>(stored.size()), static_cast<int>(block_bytes_max_));
    if (size < 0) return RecordErrc::bad_compressed_data;
    block_ = ByteView(buffer_).first(static_cast<std::size_t>(size));
    return ok();
  }

  Result<> end() {
    if (content_checksum_ && rest_.size() < 4) return RecordErrc::bad_compressed_data;
    state_ = State::ended;
    return ok();
  }

  bool checks_header_;
  ByteView rest_;
  ByteView block_;     // What of the last block was not yet handed out.
  OwnedBytes buffer_;  // At most 4 MiB, the largest block of the format.
  State state_ = State::header;
  std::size_t block_bytes_max_ = 0;
  bool block_checksums_ = false;
  bool content_checksum_ = false;
};

int compress_block(ByteView plain, int level, MutableByteView out) {
  const auto* from = reinterpret_cast<const char*>(plain.data());
  auto* to = reinterpret_cast<char*>(out.data());
  const int size = static_cast<int>(plain.size()), room = static_cast<int>(out.size());
  return level == kFastLevel ? LZ4_compress_default(from, to, size, room)
                             : LZ4_compress_HC(from, to, size, room, level);
}

}  // namespace

std::unique_ptr<DecompressionStream> make_lz4_stream() { return std::make_unique<Lz4Stream>(true); }
std::unique_ptr<DecompressionStream> make_old_lz4_stream() { return std::make_unique<Lz4Stream>(false); }

Result<> lz4_compress(ByteView plain, int level, OwnedBytes& out) {
  append_little_endian(out, kMagic);
  const std::byte descriptor[] = {kFlagsWritten, kBlockSizeWritten};
  out.insert(out.end(), std::begin(descriptor), std::end(descriptor));
  out.push_back(header_checksum(descriptor));

  for (; !plain.empty(); plain = plain.subspan(std::min(plain.size(), kBlockBytes))) {
    const ByteView block = plain.first(std::min(plain.size(), kBlockBytes));
    const std::size_t at = out.size();
    out.resize(at + 4 + static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(block.size()))));
    const int size = compress_block(block, level, MutableByteView(out).subspan(at + 4));
    const bool stored = size <= 0 || static_cast<std::size_t>(size) >= block.size();
    const auto kept = stored ? block.size() : static_cast<std::size_t>(size);
    out.resize(at + 4 + kept);
    store_little_endian(out.data() + at, static_cast<std::uint32_t>(kept) | (stored ? kStoredBit : 0));
    if (stored) std::memcpy(out.data() + at + 4, block.data(), kept);
  }
  append_little_endian(out, 0);  // The end mark.
  return ok();
}

}  // namespace muir::wire

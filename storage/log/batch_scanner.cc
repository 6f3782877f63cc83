#include "storage/log/batch_scanner.h"

#include <algorithm>

#include "storage/log/old_message_header.h"
#include "wire/record/crc32c.h"
#include "wire/record/legacy_batch.h"

namespace muir::storage {
namespace {

// Behind what the CRC of a batch does not cover: at the attributes; in formats 0 and 1 at the magic.
std::uint32_t crc_begins(bool is_old) { return is_old ? wire::kBatchMagicAt : 21; }

std::uint32_t crc_of(bool is_old, ByteView bytes, std::uint32_t before = 0) {
  return is_old ? wire::legacy_crc(bytes, before) : wire::crc32c(bytes, before);
}

Result<BatchHeader> header_of(ByteView start, const wire::BatchFrame& frame) {
  const std::size_t bytes_min = frame.is_v2() ? wire::kBatchHeaderBytes : frame.magic == 1 ? wire::kV1BytesMin : 0;
  if (frame.size_bytes < bytes_min) return Errc::corrupt_segment;
  return frame.is_v2() ? BatchHeader::parse(start, static_cast<std::uint32_t>(frame.size_bytes))
                       : header_of_old_message(start, frame);
}

}  // namespace

// At least the header of the batch at position_ is in the chunk, or everything up to end_.
Result<std::optional<ScannedBatch>> BatchScanner::parse() const {
  const std::size_t left = end_ - position_;
  // A torn tail ends the walk: not even the magic is there, or not all of the batch.
  if (left <= wire::kBatchFrameBytes) return std::optional<ScannedBatch>{};
  const ByteView start = view(position_, std::min(left, wire::kBatchHeaderBytes));
  const auto frame = wire::BatchFrame::read(start);
  if (!frame) return Errc::corrupt_segment;
  if (frame->size_bytes > left) return std::optional<ScannedBatch>{};
  const auto header = header_of(start, *frame);
  if (!header) return header.error();
  return std::optional(ScannedBatch{*header, position_});
}

Result<std::optional<ScannedBatch>> BatchScanner::advance() {
  auto batch = parse();
  if (batch && *batch) {
    current_ = **batch;
    position_ = current_.end_position();
  }
  return batch;
}

Io<std::optional<ScannedBatch>> BatchScanner::next() {
  if (end_ - position_ <= wire::kBatchFrameBytes) return std::optional<ScannedBatch>{};
  const std::size_t wanted = std::min<std::size_t>(end_ - position_, wire::kBatchHeaderBytes);
  if (!has(position_, wanted)) return fill_then_advance();
  return advance();
}

Task<Result<std::optional<ScannedBatch>>> BatchScanner::fill_then_advance() {
  const auto filled = co_await fill(position_, std::max(chunk_bytes_, wire::kBatchHeaderBytes));
  if (!filled) co_return filled.error();
  co_return advance();
}

Task<Result<void>> BatchScanner::fill(std::uint32_t position, std::size_t size_bytes) {
  const std::size_t wanted = std::min<std::size_t>(size_bytes, end_ - position);
  if (verified_ != nullptr) {
    const auto forgotten =
        co_await forget_evicted(*file_, position, position + static_cast<std::uint32_t>(wanted), end_, *verified_);
    if (!forgotten) co_return forgotten;
  }
  chunk_.resize(wanted);
  chunk_position_ = position;
  const auto read = co_await file_->read(position, chunk_);
  if (!read) co_return read.error();
  // The file is shorter than the segment believes.
  if (*read != wanted) co_return Errc::corrupt_segment;
  co_return ok();
}

Io<ByteView> BatchScanner::bytes() {
  if (!has(current_.position, current_.header.size_bytes)) return fill_then_bytes();
  return view(current_.position, current_.header.size_bytes);
}

Task<Result<ByteView>> BatchScanner::fill_then_bytes() {
  const auto filled = co_await fill(current_.position, std::max<std::size_t>(chunk_bytes_, current_.header.size_bytes));
  if (!filled) co_return filled.error();
  co_return view(current_.position, current_.header.size_bytes);
}

Result<void> BatchScanner::compare_crc(std::uint32_t crc) const {
  if (crc != current_.header.crc) return Errc::corrupt_batch;
  return ok();
}

Io<> BatchScanner::check_crc() {
  if (!has(current_.position, current_.header.size_bytes)) return check_crc_by_pieces();
  const ByteView batch = view(current_.position, current_.header.size_bytes);
  const bool is_old = is_old_message(batch);
  return compare_crc(crc_of(is_old, batch.subspan(crc_begins(is_old))));
}

Task<Result<void>> BatchScanner::check_crc_by_pieces() {
  if (!has(current_.position, wire::kBatchFrameBytes)) {
    const auto filled = co_await fill(current_.position, chunk_bytes_);
    if (!filled) co_return filled.error();
  }
  const bool is_old = is_old_message(view(current_.position, wire::kBatchFrameBytes));
  std::uint32_t crc = 0;
  std::uint32_t at = current_.position + crc_begins(is_old);
  while (at < current_.end_position()) {
    const std::size_t piece = std::min<std::size_t>(chunk_bytes_, current_.end_position() - at);
    if (!has(at, piece)) {
      const auto filled = co_await fill(at, chunk_bytes_);
      if (!filled) co_return filled.error();
    }
    crc = crc_of(is_old, view(at, piece), crc);
    at += static_cast<std::uint32_t>(piece);
  }
  co_return compare_crc(crc);
}

Task<Result<void>> forget_evicted(File& file, std::uint32_t begin, std::uint32_t end, std::uint32_t file_end,
                                  VerifiedRanges& verified) {
  const auto ahead_end =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(file_end, std::uint64_t{end} + kReadAheadBytes));
  const auto all = co_await file.is_resident(begin, ahead_end - begin);
  if (!all) co_return all.error();
  if (*all) co_return ok();  // As good as always, and one question.
  const auto here = co_await file.is_resident(begin, end - begin);
  if (!here) co_return here.error();
  if (!*here) verified.remove(begin, end);
  if (end >= ahead_end) co_return ok();
  const auto ahead = co_await file.is_resident(end, ahead_end - end);
  if (!ahead) co_return ahead.error();
  if (!*ahead) verified.remove(end, ahead_end);
  co_return ok();
}

}  // namespace muir::storage

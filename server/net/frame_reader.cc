#include "server/net/frame_reader.h"

#include <algorithm>
#include <cstring>

#include "server/net/errc.h"
#include "server/runtime/long_work.h"

namespace muir::server {
namespace {

// From this size on a read ends where a frame does: one more read costs less than moving the beginning of its
// successor to memory where it has room.
constexpr std::size_t kReadAloneBytes = 16 * 1024;

// A larger frame is read piece by piece: NextPiece.
constexpr std::size_t kReadAtOnceFrameBytes = BufferPool::kChunkBytes;
constexpr std::size_t kPieceBytes = 256 * 1024;

// Of one read while memory is short: so little may each connection go past the bound.
constexpr std::size_t kReadBytesWhenShort = 16 * 1024;

}  // namespace

// Whether a whole frame is here; learns its size as soon as four bytes are.
Result<bool> FrameReader::measure() {
  wanted_ = kSizeBytes;
  if (pending() < kSizeBytes) return false;
  declared_size_ = load_big_endian<std::int32_t>(memory_.data() + begin_);
  if (declared_size_ < 0 || static_cast<std::size_t>(declared_size_) > frame_bytes_max_) {
    return NetErrc::frame_size_invalid;
  }
  wanted_ = kSizeBytes + static_cast<std::size_t>(declared_size_);
  return pending() >= wanted_;
}

bool FrameReader::has_frame() const {
  if (pending() < kSizeBytes) return false;
  const auto size = load_big_endian<std::int32_t>(memory_.data() + begin_);
  return size >= 0 && pending() - kSizeBytes >= static_cast<std::size_t>(size);
}

// Sees to it that the rest of the frame fits behind end_.
Result<> FrameReader::make_room() {
  if (memory_ && memory_.capacity() - begin_ >= wanted_ && end_ < memory_.capacity()) return ok();
  const std::size_t bytes = std::max(wanted_, expected_);
  BufferRef larger = bytes <= BufferPool::kChunkBytes ? pool_.chunk() : pool_.mapping(bytes);
  if (!larger) return NetErrc::frame_unmappable;
  if (pending() > 0) std::memcpy(larger.data(), memory_.data() + begin_, pending());
  end_ = pending();
  begin_ = 0;
  memory_ = std::move(larger);
  return ok();
}

// Where reading stops: behind a large frame, so that its successor begins in memory of its own and never has to move.
std::size_t FrameReader::read_limit() const {
  const std::size_t frame = std::max(wanted_, expected_);
  const std::size_t limit = frame > kReadAloneBytes ? std::min(begin_ + frame, memory_.capacity()) : memory_.capacity();
  return std::min(limit, end_ + (budget_.has_plenty() ? kPieceBytes : kReadBytesWhenShort));
}

bool FrameReader::rest() {
  if (pending() > 0) return false;
  memory_ = {};
  begin_ = end_ = 0;
  return true;
}

Task<Result<>> FrameReader::read_more() {
  if (rest()) has_read_all_ = !is_news_;
  is_news_ = false;
  for (;;) {
    if (has_read_all_) {
      auto readable = co_await transport_.wait_readable();
      if (!readable) co_return readable.error();
    }
    if (wanted_ > kReadAtOnceFrameBytes) {
      co_await NextPiece();
      if (is_closed_) co_return NetErrc::closed_by_us;
    }
    // Nothing is waited for between this and the read: what one takes the next must see.
    if (!budget_.admits(lease_, account_)) {
      const auto admitted = co_await wait_for_memory();
      if (!admitted) co_return admitted.error();
    }
    const auto room = make_room();
    if (!room) co_return room.error();
    const std::size_t space = read_limit() - end_;
    const auto count = transport_.try_read({memory_.data() + end_, space});
    has_read_all_ = !count || *count < space;
    if (count) {
      end_ += *count;
      budget_.charge(lease_, account_, static_cast<std::int64_t>(*count));
      co_return ok();
    }
    if (count.error() != NetErrc::would_block) co_return count.error();
  }
}

// Back-pressure: while memory is used up this connection is not read, and its peer's writes stall.
Task<Result<>> FrameReader::wait_for_memory() {
  if (is_closed_) co_return NetErrc::closed_by_us;
  RequestMemory::Wait admitted(budget_, lease_, account_);
  waiting_ = &admitted;
  const bool is_admitted = co_await admitted;
  waiting_ = nullptr;
  ++turns_;
  if (!is_admitted) co_return NetErrc::closed_by_us;
  co_return ok();
}

void FrameReader::close() {
  is_closed_ = true;
  if (waiting_ != nullptr) waiting_->cancel();
}

Task<Result<Frame>> FrameReader::next() {
  for (;;) {
    const auto whole = measure();
    if (!whole) co_return whole.error();
    if (*whole) {
      Frame frame{memory_,
                  {memory_.data() + begin_ + kSizeBytes, wanted_ - kSizeBytes},
                  lease_.split(static_cast<std::int64_t>(wanted_))};
      begin_ += wanted_;
      expected_ = wanted_ > kReadAloneBytes && budget_.has_plenty() ? wanted_ : 0;
      wanted_ = kSizeBytes;
      ++turns_;
      co_return frame;
    }
    const auto more = co_await read_more();
    if (!more) co_return more.error();
  }
}

}  // namespace muir::server

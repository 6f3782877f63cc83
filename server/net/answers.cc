#include "server/net/answers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/net/errc.h"

namespace muir::server {
namespace {

constexpr std::size_t kSizeBytes = 4;
constexpr std::uint64_t kWindowBytes = 512 << 10;  // So much of a slice is made resident at once.

iovec to_iovec(ByteView bytes) { return {const_cast<std::byte*>(bytes.data()), bytes.size()}; }

}  // namespace

void Answers::push(Finish finish) {
  waiting_.push_back(std::move(finish));
  ++unwritten_;
  if (work_ != nullptr) std::exchange(work_, nullptr)->complete(true);
}

void Answers::close() {
  is_closed_ = true;
  if (work_ != nullptr) std::exchange(work_, nullptr)->complete(true);
}

Task<void> Answers::run() {
  for (;;) {
    if (waiting_.empty()) {
      if (is_closed_) co_return;
      Completion<bool> work;
      work_ = &work;
      co_await work;
      continue;
    }
    Finish finish = std::move(waiting_.front());
    waiting_.pop_front();
    co_await finish_one(std::move(finish));
    if (failure_) transport_.close();
    one_left();
  }
}

// When this has ended nothing of the request is left, its share of the memory budget neither: the next may need that.
Task<void> Answers::finish_one(Finish finish) {
  // Even after a failure each is awaited: what it began has to end.
  const auto answer = co_await finish;
  if (!answer && !failure_) failure_ = answer.error();
  if (failure_ || answer->is_silent) co_return;
  const auto written = co_await write(*answer);
  if (!written) failure_ = written.error();
}

void Answers::one_left() {
  --unwritten_;
  if (space_ != nullptr && unwritten_ <= space_wanted_) std::exchange(space_, nullptr)->complete(true);
}

Task<Result<>> Answers::wait_until(std::size_t waiting_max) {
  if (unwritten_ > waiting_max) {
    Completion<bool> space;
    space_ = &space;
    space_wanted_ = waiting_max;
    co_await space;
  }
  if (failure_) co_return failure_;
  co_return ok();
}

Task<Result<>> Answers::drained() { return wait_until(0); }
Task<Result<>> Answers::has_room() { return wait_until(kWaitingMax - 1); }

Task<Result<>> Answers::write(const Answer& answer) {
  is_writing_ = true;
  bytes_written_ = 0;
  const auto written = co_await write_pieces(answer, static_cast<std::int32_t>(answer.writer.size()));
  is_writing_ = false;
  co_return written;
}

// The size, then memory and slices in turn.
Task<Result<>> Answers::write_pieces(const Answer& answer, std::int32_t size) {
  std::array<std::byte, kSizeBytes> size_bytes;
  store_big_endian(size_bytes.data(), size);
  const ByteView bytes = answer.writer.bytes();
  std::size_t written = 0;
  bool is_first = true;
  for (std::size_t i = 0; i <= answer.writer.externals().size(); ++i) {
    const bool is_last = i == answer.writer.externals().size();
    const std::size_t until = is_last ? bytes.size() : answer.writer.externals()[i].position;
    std::array<iovec, 2> pieces{to_iovec(size_bytes), to_iovec(bytes.subspan(written, until - written))};
    const auto memory = co_await write_memory(std::span(pieces).subspan(is_first ? 0 : 1));
    if (!memory) co_return memory.error();
    is_first = false;
    written = until;
    if (is_last) break;
    const auto slice = co_await write_slice(answer.slices[answer.writer.externals()[i].token]);
    if (!slice) co_return slice.error();
  }
  co_return ok();
}

Task<Result<>> Answers::write_memory(std::span<iovec> pieces) {
  while (!pieces.empty()) {
    if (pieces.front().iov_len == 0) {
      pieces = pieces.subspan(1);
      continue;
    }
    const auto count = transport_.try_write(pieces);
    if (!count) {
      if (count.error() != NetErrc::would_block) co_return count.error();
      const auto writable = co_await transport_.wait_writable();
      if (!writable) co_return writable.error();
      continue;
    }
    bytes_written_ += *count;
    std::size_t left = *count;
    while (left > 0) {
      iovec& piece = pieces.front();
      const std::size_t taken = std::min(left, piece.iov_len);
      piece.iov_base = static_cast<std::byte*>(piece.iov_base) + taken;
      piece.iov_len -= taken;
      left -= taken;
      if (piece.iov_len == 0) pieces = pieces.subspan(1);
    }
  }
  co_return ok();
}

Task<Result<>> Answers::write_slice(const storage::FileSlice& slice) {
  const int fd = slice.file->native_handle();
  std::uint64_t resident = 0;
  for (std::uint64_t sent = 0; sent < slice.size_bytes;) {
    if (sent == resident) {
      // Or sendfile would wait for the disk, and with it everybody on this shard.
      resident = std::min(sent + kWindowBytes, slice.size_bytes);
      const auto read = co_await slice.file->make_resident(slice.position + sent, resident - sent);
      if (!read) co_return read.error();
    }
    const auto count = transport_.try_send_file(fd, static_cast<std::int64_t>(slice.position + sent), resident - sent);
    if (count) {
      sent += *count;
      bytes_written_ += *count;
      continue;
    }
    if (count.error() != NetErrc::would_block) co_return count.error();
    const auto writable = co_await transport_.wait_writable();
    if (!writable) co_return writable.error();
  }
  co_return ok();
}

}  // namespace muir::server

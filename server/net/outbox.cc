#include "server/net/outbox.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "server/net/errc.h"

namespace muir::server {
namespace {

constexpr std::uint64_t kWindowBytes = 512 << 10;  // So much of a slice is made resident at once.

iovec to_iovec(ByteView bytes) { return {const_cast<std::byte*>(bytes.data()), bytes.size()}; }

}  // namespace

std::size_t Outbox::Outgoing::memory_until(std::size_t external) const {
  return has_external(external) ? kSizeBytes + answer.writer.externals()[external].position : memory_bytes();
}

const storage::FileSlice& Outbox::Outgoing::slice(std::size_t external) const {
  return answer.slices[answer.writer.externals()[external].token];
}

void Outbox::push(Answer answer) {
  if (answers_.empty()) bytes_sent_ = 0;
  auto outgoing = std::make_unique<Outgoing>(std::move(answer));
  store_big_endian(outgoing->size.data(), static_cast<std::int32_t>(outgoing->answer.writer.size()));
  memory_bytes_ += outgoing->memory_bytes();
  answers_.push_back(*outgoing.release());  // Owned by the list: drop_first() takes it out again.
}

void Outbox::drop_first() {
  const std::unique_ptr<Outgoing> first(&answers_.front());
  memory_bytes_ -= first->memory_bytes();
  answers_.pop_front();
}

std::size_t Outbox::clear() {
  cursor_ = {};
  std::size_t count = 0;
  for (; !answers_.empty(); ++count) drop_first();
  return count;
}

// Memory from the cursor on, up to the first slice or `room` bytes: two pieces an answer.
std::size_t Outbox::gather(std::span<iovec> pieces, std::size_t room) const {
  std::size_t used = 0;
  Cursor at = cursor_;
  for (const Outgoing& outgoing : answers_) {
    if (used + 2 > pieces.size() || room == 0) break;
    const std::size_t until = outgoing.memory_until(at.external);
    if (at.memory < kSizeBytes) pieces[used++] = to_iovec(ByteView(outgoing.size).subspan(at.memory));
    const std::size_t from = std::max(at.memory, kSizeBytes);
    const ByteView body = outgoing.answer.writer.bytes();
    const std::size_t size = std::min(until - from, room);
    if (size > 0) pieces[used++] = to_iovec(body.subspan(from - kSizeBytes, size));
    room -= size;
    if (outgoing.has_external(at.external)) break;
    at = {};
  }
  return used;
}

// The answers at the front of which nothing is left; the cursor moves to the one behind them.
std::size_t Outbox::drop_sent() {
  std::size_t sent = 0;
  for (; !answers_.empty(); ++sent) {
    const Outgoing& first = answers_.front();
    if (first.has_external(cursor_.external) || cursor_.memory < first.memory_bytes()) break;
    cursor_ = {};
    drop_first();
  }
  return sent;
}

Result<std::size_t> Outbox::send_memory(Transport& transport) {
  std::array<iovec, kPiecesMax> pieces;
  const std::size_t used = gather(pieces, kPieceBytes);
  const auto taken = transport.try_write(std::span(pieces).first(used));
  if (!taken) return taken.error();
  bytes_sent_ += *taken;
  std::size_t whole = 0;
  for (std::size_t left = *taken;;) {
    const std::size_t step = std::min(left, answers_.front().memory_until(cursor_.external) - cursor_.memory);
    left -= step;
    cursor_.memory += step;
    if (left == 0) return whole;
    // Memory of a later answer has been taken, so that this one has left.
    cursor_ = {};
    drop_first();
    ++whole;
  }
}

bool Outbox::is_at_slice() const {
  const Outgoing& first = answers_.front();
  return first.has_external(cursor_.external) && cursor_.memory == first.memory_until(cursor_.external);
}

// Or sendfile would wait for the disk, and with it everybody on this shard.
std::optional<storage::FileSlice> Outbox::unread_range() const {
  if (answers_.empty() || !is_at_slice() || cursor_.slice < cursor_.read) return std::nullopt;
  const storage::FileSlice& slice = answers_.front().slice(cursor_.external);
  if (cursor_.read == slice.size_bytes) return std::nullopt;
  return storage::FileSlice{slice.file, slice.position + cursor_.read,
                            std::min(kWindowBytes, slice.size_bytes - cursor_.read)};
}

void Outbox::range_was_read() {
  if (const auto range = unread_range()) cursor_.read += range->size_bytes;
}

Result<std::size_t> Outbox::send_slice(Transport& transport) {
  const storage::FileSlice& slice = answers_.front().slice(cursor_.external);
  if (cursor_.slice < cursor_.read) {
    const auto taken =
        transport.try_send_file(slice.file->native_handle(), static_cast<std::int64_t>(slice.position + cursor_.slice),
                                cursor_.read - cursor_.slice);
    if (!taken) return taken.error();
    bytes_sent_ += *taken;
    cursor_.slice += *taken;
  }
  if (cursor_.slice == slice.size_bytes) cursor_ = {.memory = cursor_.memory, .external = cursor_.external + 1};
  return std::size_t{0};
}

Result<std::size_t> Outbox::send(Transport& transport) {
  std::size_t left = 0;
  const std::uint64_t enough = bytes_sent_ + kPieceBytes;
  was_interrupted_ = false;
  while (!answers_.empty() && !unread_range()) {
    was_interrupted_ = bytes_sent_ >= enough;
    if (was_interrupted_) break;
    const auto sent = is_at_slice() ? send_slice(transport) : send_memory(transport);
    if (!sent && sent.error() == NetErrc::would_block) return left;
    if (!sent) return sent.error();
    left += *sent + drop_sent();
  }
  return left;
}

}  // namespace muir::server

#include "server/bench/load_connection.h"

#include <cstring>

#include <fmt/format.h>

#include "server/client/request_frame.h"

namespace muir::server {
namespace {

constexpr std::size_t kSizeBytes = 4;

// With the size in front; how many bytes are to be known first while it is not complete.
ClientResult<std::size_t> bytes_wanted(ByteView unread) {
  if (unread.size() < kSizeBytes) return kSizeBytes;
  const auto size = load_big_endian<std::int32_t>(unread.data());
  if (size < 0 || static_cast<std::size_t>(size) > kAnswerBytesMax) {
    return client_error(fmt::format("an answer begins with the size {}: it may be at most {}", size, kAnswerBytesMax));
  }
  return kSizeBytes + static_cast<std::size_t>(size);
}

}  // namespace

ClientResult<> LoadConnection::flush() {
  while (!unsent_.empty()) {
    const auto sent = stream_.send(unsent_);
    if (!sent) return sent.error();
    if (*sent == 0) return {};
    unsent_ = unsent_.subspan(*sent);
  }
  return {};
}

ClientResult<> LoadConnection::send_due(bool closed_loop) {
  for (;;) {
    const auto flushed = flush();
    if (!flushed) return flushed.error();
    const bool has_room = in_flight_.size() < static_cast<std::size_t>(in_flight_max_);
    if (!unsent_.empty() || !has_room || (!closed_loop && due_.empty())) return {};
    unsent_ = lane_->next_request(next_correlation_id_);
    if (unsent_.empty()) return {};
    ++next_correlation_id_;
    ++sent_requests_;
    const Instant due = closed_loop ? system_clock().now() : due_.front();
    if (!closed_loop) due_.pop_front();
    in_flight_.push_back(due);
  }
}

ClientResult<std::size_t> LoadConnection::read_into(MutableByteView into) {
  const auto received = stream_.receive(into);
  if (received) may_have_more_ = *received == into.size();
  return received;
}

// Whether anything came.
ClientResult<bool> LoadConnection::read_more() {
  if (!may_have_more_) return false;
  if (part_size_ == 0) {
    const auto count = read_into(scratch_);
    if (!count) return count.error();
    unread_ = ByteView(scratch_).first(*count);
    return *count > 0;
  }
  const auto wanted = bytes_wanted(ByteView(part_).first(part_size_));
  if (!wanted) return wanted.error();
  if (part_.size() < *wanted) part_.resize(*wanted);
  const auto count = read_into(MutableByteView(part_).subspan(part_size_, *wanted - part_size_));
  if (!count) return count.error();
  part_size_ += *count;
  return *count > 0;
}

// The next whole answer; nothing when the socket has no more.
ClientResult<std::optional<ByteView>> LoadConnection::next_frame() {
  for (;;) {
    const ByteView unread = part_size_ > 0 ? ByteView(part_).first(part_size_) : unread_;
    const auto wanted = bytes_wanted(unread);
    if (!wanted) return wanted.error();
    if (*wanted > kSizeBytes && unread.size() >= *wanted) {
      if (part_size_ == 0) unread_ = unread_.subspan(*wanted);
      part_size_ = 0;
      return std::optional(unread.subspan(kSizeBytes, *wanted - kSizeBytes));
    }
    if (part_size_ == 0 && !unread_.empty()) {
      part_.assign(unread_.begin(), unread_.end());
      part_size_ = unread_.size();
      unread_ = {};
    }
    const auto more = read_more();
    if (!more) return more.error();
    if (!*more) return std::optional<ByteView>();
  }
}

ClientResult<LoadConnection::Answered> LoadConnection::judge(ByteView frame) {
  if (in_flight_.empty()) return client_error("an answer came to no request");
  const auto body = read_response_header(frame, lane_->api_key(), lane_->version(), oldest_correlation_id_);
  if (!body) return body.error();
  ++oldest_correlation_id_;
  const auto progress = lane_->answered(*body);
  if (!progress) return progress.error();
  const Instant due = in_flight_.front();
  in_flight_.pop_front();
  return Answered{due, *progress};
}

}  // namespace muir::server

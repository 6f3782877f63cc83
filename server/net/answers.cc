#include "server/net/answers.h"

#include <algorithm>
#include <utility>

#include "server/net/errc.h"

namespace muir::server {

Answers::~Answers() {
  if (shard_ != nullptr) shard_->forget(*this);
  held_.hold(*this, 0);
}

void Answers::push(Finish finish) {
  shard_ = Shard::current();
  waiting_.push_back(std::move(finish));
  ++unwritten_;
  if (!is_finishing_) tasks_.spawn("finish requests", finish_in_order());
}

Task<void> Answers::close() { return tasks_.close(); }

Task<void> Answers::finish_in_order() {
  is_finishing_ = true;
  while (!waiting_.empty()) {
    Finish finish = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    // Even after a failure each is awaited: what it began has to end.
    auto answer = co_await finish;
    // Nothing of the request is left, its share of the memory budget neither: the next may need that.
    finish = {};
    finished(std::move(answer));
  }
  is_finishing_ = false;
}

void Answers::finished(Result<Answer> answer) {
  if (answer && !answer->is_silent && !ending_) {
    if (outbox_.is_empty()) ++writes_;
    outbox_.push(std::move(*answer));
    return shard_->at_turn_end(*this);
  }
  if (!answer && !ending_) ending_ = answer.error();
  have_left(1);
}

void Answers::turn_ended() {
  if (is_sending_) return note_held();
  const std::size_t left = send();
  if (outbox_.is_empty()) return have_left(left);
  tasks_.spawn("send answers", send_rest(left));  // Which may be the end of the connection, and of this.
}

// How many answers need not be waited for any more, because they have left or never will.
std::size_t Answers::send() {
  CpuAccount::enter(payer_);
  const auto left = outbox_.send(transport_);
  if (left) return *left;
  fail(left.error());
  return outbox_.clear();
}

// The first failure is the one that counts.
void Answers::fail(Error error) {
  if (!ending_) ending_ = error;
  failure_ = ending_;
  transport_.close();
}

// What could not be sent at once: it is large, the disk has to bring it, or the peer to take it.
Task<void> Answers::send_rest(std::size_t left) {
  is_sending_ = true;
  have_left(left);
  std::uint64_t paused_at = 0;
  while (!outbox_.is_empty()) {
    paused_at = std::min(paused_at, outbox_.bytes_sent());  // Which begins anew if all has left and more has come.
    if (outbox_.bytes_sent() - paused_at >= Outbox::kPieceBytes) {
      co_await NextPiece();
      paused_at = outbox_.bytes_sent();
    }
    Result<> sendable = ok();
    if (!outbox_.was_interrupted()) {
      note_held();
      sendable = co_await until_sendable();
    }
    if (!sendable) fail(sendable.error());
    have_left(sendable ? send() : outbox_.clear());
  }
  held_.hold(*this, 0);
  is_sending_ = false;
}

Task<Result<>> Answers::until_sendable() {
  const auto cold = outbox_.unread_range();
  if (!cold) co_return co_await transport_.wait_writable();
  const auto resident = co_await cold->file->make_resident(cold->position, cold->size_bytes);
  outbox_.range_was_read();
  co_return resident;
}

void Answers::give_up() { fail(NetErrc::slow); }

// Only while it is the peer who is waited for, or the disk.
void Answers::note_held() { held_.hold(*this, static_cast<std::int64_t>(outbox_.memory_bytes())); }

// The last thing that a caller does: it resumes the reader, who may end the connection.
void Answers::have_left(std::size_t count) {
  unwritten_ -= count;
  if (ending_ && !failure_ && outbox_.is_empty()) fail(ending_);
  if (space_ != nullptr && unwritten_ <= space_wanted_) std::exchange(space_, nullptr)->complete(true);
}

Task<Result<>> Answers::wait_until(std::size_t waiting_max) {
  for (;;) {
    space_wanted_ = ending_ ? 0 : waiting_max;  // After a failure no request may begin.
    if (unwritten_ <= space_wanted_) break;
    Completion<bool> space;
    space_ = &space;
    co_await space;
  }
  if (failure_) co_return failure_;
  co_return ok();
}

Task<Result<>> Answers::drained() { return wait_until(0); }
Task<Result<>> Answers::has_room() { return wait_until(kWaitingMax - 1); }

}  // namespace muir::server

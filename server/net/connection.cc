#include "server/net/connection.h"

#include <algorithm>

#include "server/fetching/fetch_cancellation.h"
#include "server/net/errc.h"
#include "server/net/pipeline.h"
#include "server/runtime/log.h"
#include "server/runtime/log_pace.h"
#include "server/throttling/client_throttle.h"

namespace muir::server {
namespace {

// A line an attempt, as long as they do not come by the thousand.
void note_refusal(const Session& session, std::string_view why, std::string_view reason) {
  static thread_local LogPace pace;
  std::uint64_t left_out = 0;
  if (!pace.admits(Shard::current()->clock().now(), &left_out)) return;
  log_info("Failed authentication", field("client", session.client()), field("listener", session.listener_name),
           field("why", why), field("reason", reason), field("not_logged_before", left_out));
}

void note_slowness(const Session& session, std::string_view what) {
  static thread_local LogPace pace;
  std::uint64_t left_out = 0;
  if (!pace.admits(Shard::current()->clock().now(), &left_out)) return;
  log_info("Closing connection: the client is too slow", field("in", what), field("client", session.client()),
           field("listener", session.listener_name), field("not_logged_before", left_out));
}

// Strangers share one account: there is nothing yet to tell them apart by.
std::string account_name(const Session& session) {
  return session.is_authenticated ? session.principal.to_string() : std::string();
}

}  // namespace

Connection::Connection(const BeginRequest& begin_request, Session session, std::unique_ptr<Transport> transport,
                       Memory memory, Limits limits)
    : begin_request_(begin_request),
      session_(std::move(session)),
      transport_(std::move(transport)),
      limits_(limits),
      request_memory_(memory.requests),
      frames_(*transport_, memory.pool, memory.requests, memory.requests.account_of(account_name(session_)),
              session_.is_authenticated ? limits.frame_bytes_max : limits.unauthenticated_frame_bytes_max),
      answers_(*transport_, memory.answers) {}

void Connection::close(Error why) {
  if (!why_closed_) why_closed_ = why;
  session_.is_closed = true;
  if (session_.waiting_fetch) session_.waiting_fetch->cancel();
  transport_->close();
  frames_.close();
  if (muted_ != nullptr) Shard::current()->timers().arm(*muted_, last_active_);  // It ends in a later turn.
}

void Connection::note_activity() { last_active_ = Shard::current()->clock().now(); }

void Connection::arm_timer() {
  Instant deadline = session_.is_authenticated ? Instant::max() : known_by_;
  if (limits_.idle_max.count() >= 0) deadline = std::min(deadline, last_active_ + limits_.idle_max);
  for (const auto span : {limits_.request_progress_max, limits_.response_progress_max})
    if (span.count() > 0) deadline = std::min(deadline, Shard::current()->clock().now() + span);
  deadline =
      std::min({deadline, sending_.due(limits_.request_progress_max), taking_.due(limits_.response_progress_max)});
  if (deadline < Instant::max()) Shard::current()->timers().arm(*this, deadline);
}

// Idle is who sends nothing, and takes nothing of what we have for it.  A client whose request is being worked on waits
// for us; bytes of a large frame or answer are activity too, as of the time when this looks.
void Connection::fired() {
  const Instant now = Shard::current()->clock().now();
  if (!session_.is_authenticated && now >= known_by_) {
    note_refusal(session_, "not authenticated in time", {});
    return close(NetErrc::unauthenticated);
  }
  if (is_too_slow(now)) return close(NetErrc::slow);
  const bool waits_for_us = !is_reading_ && !answers_.is_writing();
  const std::uint64_t bytes = answers_.is_writing() ? answers_.bytes_written() : frames_.pending();
  const bool has_moved = std::exchange(bytes_seen_, bytes) != bytes && bytes > 0;
  if (waits_for_us || has_moved) note_activity();
  if (limits_.idle_max.count() >= 0 && now >= last_active_ + limits_.idle_max) return close(NetErrc::idle);
  arm_timer();
}

// Looked at at least once in each span: who is too slow has one of them, and less than two.
bool Connection::is_too_slow(Instant now) {
  const bool is_sending = is_reading_ && frames_.pending() > 0 && !frames_.waits_for_memory();
  if (sending_.is_too_slow(is_sending ? frames_.turns() : 0, frames_.pending(), now, limits_.request_progress_max)) {
    note_slowness(session_, "sending a request");
    return true;
  }
  const std::uint64_t taken = answers_.is_writing() ? answers_.writes() : 0;
  if (taking_.is_too_slow(taken, answers_.bytes_written(), now, limits_.response_progress_max)) {
    note_slowness(session_, "taking an answer");
    return true;
  }
  return false;
}

void Connection::client_is_known() {
  frames_.set_frame_bytes_max(limits_.frame_bytes_max);
  frames_.set_account(request_memory_.account_of(account_name(session_)));
}

// Who the client is, as far as the transport can prove it.  Where SASL is spoken, it is SASL that says so.
Task<Result<>> Connection::shake_hands() {
  auto proved = co_await transport_->handshake();
  if (!proved) {
    const bool has_left = proved.error() == NetErrc::closed_by_peer || proved.error() == NetErrc::closed_by_us;
    if (!has_left) note_refusal(session_, proved.error().message(), transport_->failure());
    co_return proved.error();
  }
  if (speaks_sasl(session_.security_protocol)) co_return ok();
  session_.become(std::move(*proved));
  session_.is_authenticated = true;
  client_is_known();
  co_return ok();
}

// A connection spends most of its life in the first wait of the loop, so nothing that only a busy one needs stands in
// this frame.
Task<Error> Connection::run() {
  note_activity();
  if (limits_.authentication_max.count() > 0) known_by_ = last_active_ + limits_.authentication_max;
  arm_timer();
  Result<> served = ok();
  if (!session_.is_authenticated) served = co_await shake_hands();
  while (served) {
    is_reading_ = true;
    served = co_await transport_->wait_readable();
    if (!served) break;
    CpuAccount::enter(payer_of(session_.throttle));
    frames_.heard();
    if (is_muted()) served = co_await until_unmuted();
    if (served) served = co_await serve_what_comes();
  }
  co_await end(served.error());
  co_return why_closed_;
}

// Until nothing of a request is here.
Task<Result<>> Connection::serve_what_comes() {
  do {
    is_reading_ = true;
    auto frame = co_await frames_.next();
    is_reading_ = false;
    if (!frame) co_return read_failed(frame.error());
    note_activity();
    const bool was_known = session_.is_authenticated;
    const auto served = co_await serve(std::move(*frame));
    note_activity();
    if (!served) co_return served.error();
    if (session_.is_closed) co_return NetErrc::closed_by_us;
    if (is_muted()) {
      const auto unmuted = co_await until_unmuted();
      if (!unmuted) co_return unmuted.error();
    }
    if (session_.is_authenticated && !was_known) client_is_known();
  } while (!frames_.rest());
  co_return ok();
}

bool Connection::is_muted() const {
  return session_.muted_until > Instant{} && session_.muted_until > Shard::current()->clock().now();
}

// A client that does not wait, although it was told to, finds that nobody listens.
Task<Result<>> Connection::until_unmuted() {
  is_reading_ = false;
  while (is_muted() && !session_.is_closed) {
    Sleep sleep(Shard::current()->timers(), session_.muted_until);
    muted_ = &sleep;
    co_await sleep;
    muted_ = nullptr;
  }
  note_activity();
  if (session_.is_closed) co_return NetErrc::closed_by_us;
  co_return ok();
}

Error Connection::read_failed(Error error) const {
  if (error == NetErrc::frame_size_invalid) {
    log_warn("Closing connection: frame size is not acceptable", field("size", frames_.declared_size()),
             field("client", session_.client()), field("listener", session_.listener_name));
  }
  return error;
}

Task<void> Connection::end(Error why) {
  if (why == NetErrc::slow && !why_closed_) note_slowness(session_, "taking answers");
  close(why);
  co_await answers_.close();
  co_await watching_.close();
  cancel();
}

// From receipt to answer, or for a Produce to the moment when the next may begin.
Task<Result<>> Connection::serve(Frame frame) {
  const bool overlaps = may_overlap(frame);
  // No ?: here: gcc 12 mishandles co_await in it.
  if (!overlaps) {
    const auto drained = co_await answers_.drained();
    if (!drained) co_return drained.error();
  } else if (!answers_.takes_more()) {
    const auto room = co_await answers_.has_room();
    if (!room) co_return room.error();
  }
  auto begun = co_await begin_request_(session_, std::move(frame));
  if (!begun) co_return begun.error();
  answers_.set_payer(payer_of(session_.throttle));
  answers_.push(std::move(*begun));
  if (overlaps) co_return ok();
  co_return co_await wait_for_answer();
}

// While a request waits, perhaps for minutes, nobody reads: so somebody watches whether the client is still there.
Task<Result<>> Connection::wait_for_answer() {
  if (answers_.is_finishing() && watching_.size() == 0) watching_.spawn("watch peer", watch_peer());
  co_return co_await answers_.drained();
}

// The first readiness may be that of bytes which have been read since; the second is not.
Task<void> Connection::watch_peer() {
  for (int i = 0; i < 2; ++i) {
    const auto readable = co_await transport_->wait_readable();
    if (!readable || is_reading_) co_return;
    if (transport_->is_closed_by_peer()) co_return close(NetErrc::closed_by_peer);
  }
}

}  // namespace muir::server

#pragma once

#include <functional>
#include <memory>

#include <boost/intrusive/list.hpp>

#include "server/handlers/session.h"
#include "server/net/answers.h"
#include "server/net/frame_reader.h"
#include "server/net/held_answers.h"
#include "server/net/peer_pace.h"
#include "server/net/transport.h"
#include "server/runtime/shard.h"

namespace muir::server {

// How a request begins: begin_request() of pipeline.h, with the services of the process.
using BeginRequest = std::function<Task<Result<Finish>>(Session&, Frame)>;

// One client.  Reads its requests until it leaves, misbehaves, idles out or the process stops.
// One request at a time, as Kafka; only a Produce may still be waiting for its replicas while the next one begins.
// While nothing comes from the client, it is this object, its transport, and three small frames of coroutines: below
// 2 KiB (ADR 077).
// Owner: its shard.
class Connection final : public boost::intrusive::list_base_hook<>, private Timer {
 public:
  struct Limits {
    std::size_t frame_bytes_max = 0;                    // socket.request.max.bytes
    std::size_t unauthenticated_frame_bytes_max = 0;    // Before the client has said who it is.
    std::chrono::milliseconds idle_max{};               // connections.max.idle.ms; negative: never.
    std::chrono::milliseconds authentication_max{};     // From the first byte to a known client; zero: no bound.
    std::chrono::milliseconds request_progress_max{};   // PeerPace of who sends a request; zero: no bound.
    std::chrono::milliseconds response_progress_max{};  // The same of who takes an answer.
  };

  // What the connections of a shard share; outlives them.
  struct Memory {
    BufferPool& pool;
    RequestMemory& requests;
    HeldAnswers& answers;
  };

  // `begin_request` outlives the connection.
  Connection(const BeginRequest& begin_request, Session session, std::unique_ptr<Transport> transport, Memory memory,
             Limits limits);

  // Ends when the connection is closed and nothing of it waits any more.  The error says why it ended.
  Task<Error> run();

  // Makes run() end soon: no further request is read.
  void close(Error why);

  const Session& session() const { return session_; }

 private:
  Task<Result<>> shake_hands();
  Task<Result<>> serve_what_comes();
  Task<Result<>> serve(Frame frame);
  bool is_muted() const;
  Task<Result<>> until_unmuted();
  Task<void> end(Error why);
  Error read_failed(Error error) const;
  Task<Result<>> wait_for_answer();
  Task<void> watch_peer();
  void fired() override;
  void arm_timer();
  void note_activity();
  bool is_too_slow(Instant now);
  void client_is_known();

  const BeginRequest& begin_request_;
  Session session_;
  std::unique_ptr<Transport> transport_;
  const Limits limits_;
  RequestMemory& request_memory_;
  FrameReader frames_;
  Answers answers_;
  Instant last_active_{};
  Instant known_by_ = Instant::max();  // Until then the client has to have said who it is.
  std::uint64_t bytes_seen_ = 0;       // Of a frame or an answer on its way, when the idle timer last looked.
  PeerPace sending_;
  PeerPace taking_;
  TaskGroup watching_;
  Sleep* muted_ = nullptr;   // Until a quota allows more to be read.
  bool is_reading_ = false;  // The next frame is waited for.
  Error why_closed_;
};

}  // namespace muir::server

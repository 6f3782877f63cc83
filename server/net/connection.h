#pragma once

#include <functional>
#include <memory>

#include "server/handlers/session.h"
#include "server/net/answers.h"
#include "server/net/frame_reader.h"
#include "server/net/transport.h"
#include "server/runtime/shard.h"

namespace muir::server {

// How a request begins: begin_request() of pipeline.h, with the services of the process.
using BeginRequest = std::function<Task<Result<Finish>>(Session&, Frame)>;

// One client.  Reads its requests until it leaves, misbehaves, idles out or the process stops.
// One request at a time, as Kafka; only a Produce may still be waiting for its replicas while the next one begins.
// Owner: its shard.
class Connection {
 public:
  struct Limits {
    std::size_t frame_bytes_max = 0;                  // socket.request.max.bytes
    std::size_t unauthenticated_frame_bytes_max = 0;  // Before the client has said who it is.
    std::chrono::milliseconds idle_max{};             // connections.max.idle.ms; negative: never.
  };

  // `begin_request` and the pool and budget outlive the connection.
  Connection(const BeginRequest& begin_request, Session session, std::unique_ptr<Transport> transport, BufferPool& pool,
             MemoryBudget& budget, Limits limits);

  // Ends when the connection is closed and nothing of it waits any more.  The error says why it ended.
  Task<Error> run();

  // Makes run() end soon: no further request is read.
  void close(Error why);

  const Session& session() const { return session_; }

 private:
  class IdleTimer final : public Timer {
   public:
    explicit IdleTimer(Connection& connection) : connection_(connection) {}
    void fired() override { connection_.idle_timer_fired(); }

   private:
    Connection& connection_;
  };

  Task<Error> read_requests();
  Task<Result<>> serve(Frame frame);
  Task<Result<>> wait_for_answer();
  Task<void> watch_peer();
  void idle_timer_fired();
  void note_activity();

  const BeginRequest& begin_request_;
  Session session_;
  std::unique_ptr<Transport> transport_;
  const Limits limits_;
  FrameReader frames_;
  Answers answers_;
  IdleTimer idle_timer_{*this};
  Instant last_active_{};
  std::uint64_t bytes_seen_ = 0;  // Of a frame or an answer on its way, when the idle timer last looked.
  TaskGroup watching_;
  bool is_reading_ = false;  // The next frame is waited for.
  Error why_closed_;
};

}  // namespace muir::server

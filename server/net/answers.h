#pragma once

#include <deque>

#include "server/handlers/api_table.h"
#include "server/net/transport.h"
#include "wire/base/task.h"

namespace muir::server {

// The answers that a connection owes, in the order of its requests.  Each is waited for and written before the next.
// Owner: a Connection, on its shard.
class Answers {
 public:
  // How many Produce requests may wait for their replicas at once on one connection.
  static constexpr std::size_t kWaitingMax = 32;

  explicit Answers(Transport& transport) : transport_(transport) {}

  void push(Finish finish);

  // Everything pushed so far has been written, or writing has failed.
  Task<Result<>> drained();

  bool is_drained() const { return unwritten_ == 0; }

  // An answer is ready and the peer has not taken it all; this much of it has gone.
  bool is_writing() const { return is_writing_; }
  std::uint64_t bytes_written() const { return bytes_written_; }

  // There is room for one more.
  Task<Result<>> has_room();

  // Writes answers until close() and the last of them.  Runs as one task beside the reader.
  Task<void> run();

  // No more will be pushed.
  void close();

 private:
  Task<void> finish_one(Finish finish);
  Task<Result<>> write(const Answer& answer);
  Task<Result<>> write_pieces(const Answer& answer, std::int32_t size);
  Task<Result<>> write_memory(std::span<iovec> pieces);
  Task<Result<>> write_slice(const storage::FileSlice& slice);
  Task<Result<>> wait_until(std::size_t waiting_max);
  void one_left();

  Transport& transport_;
  std::deque<Finish> waiting_;
  Completion<bool>* work_ = nullptr;   // What run() waits for.
  Completion<bool>* space_ = nullptr;  // What the reader waits for,
  std::size_t space_wanted_ = 0;       // until so many are left.
  std::size_t unwritten_ = 0;
  bool is_writing_ = false;
  std::uint64_t bytes_written_ = 0;  // Of the answer being written.
  bool is_closed_ = false;
  Error failure_;
};

}  // namespace muir::server

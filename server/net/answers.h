#pragma once

#include <vector>

#include "server/handlers/api_table.h"
#include "server/net/held_answers.h"
#include "server/net/outbox.h"
#include "server/net/transport.h"
#include "server/runtime/shard.h"
#include "wire/base/task.h"
#include "wire/base/task_group.h"

namespace muir::server {

// The answers that a connection owes, in the order of its requests.  Those that are ready leave together at the end of
// the loop turn: one call to the system for all, and one wake-up of the client.  No coroutine runs while none is owed.
// Owner: a Connection, on its shard.
class Answers final : private TurnEnd, private HeldAnswers::Holder {
 public:
  // How many Produce requests may wait for their replicas at once on one connection.
  static constexpr std::size_t kWaitingMax = 32;

  Answers(Transport& transport, HeldAnswers& held) : transport_(transport), held_(held) {}
  ~Answers();

  void push(Finish finish);

  // Who pays for sending from now on, or nobody.  Outlives this.
  void set_payer(CpuAccount* payer) { payer_ = payer; }

  // Everything pushed so far has been written, or writing has failed.
  Task<Result<>> drained();

  bool is_drained() const { return unwritten_ == 0; }

  // A request is still worked on; else what is left waits for the end of the turn, or for the peer.
  bool is_finishing() const { return is_finishing_; }

  // An answer is ready and the peer has not taken it all; this much of it has gone.
  bool is_writing() const { return !outbox_.is_empty(); }
  std::uint64_t bytes_written() const { return outbox_.bytes_sent(); }

  // Counts up each time that there is something to write again, and bytes_written() begins anew.
  std::uint64_t writes() const { return writes_; }

  // There is room for one more: waits for it, or says at once that it need not.
  Task<Result<>> has_room();
  bool takes_more() const { return unwritten_ < kWaitingMax && !ending_; }

  // No more will be pushed: ends when the last has been finished and written, or given up.
  Task<void> close();

 private:
  Task<void> finish_in_order();
  void finished(Result<Answer> answer);
  void turn_ended() override;
  void give_up() override;
  void note_held();
  std::size_t send();
  Task<void> send_rest(std::size_t left);
  Task<Result<>> until_sendable();
  void fail(Error error);
  Task<Result<>> wait_until(std::size_t waiting_max);
  void have_left(std::size_t count);

  Transport& transport_;
  HeldAnswers& held_;
  CpuAccount* payer_ = nullptr;
  Shard* shard_ = nullptr;       // Since the first push().
  std::vector<Finish> waiting_;  // Few: a queue that holds no memory while a connection is idle.
  Outbox outbox_;
  TaskGroup tasks_;                    // finish_in_order() and send_rest(), while there is something for them to do.
  Completion<bool>* space_ = nullptr;  // What the reader waits for,
  std::size_t space_wanted_ = 0;       // until so many are left.
  std::size_t unwritten_ = 0;
  std::uint64_t writes_ = 0;
  bool is_finishing_ = false;
  bool is_sending_ = false;
  Error ending_;   // A request failed: what is in the outbox leaves, nothing that comes later does.
  Error failure_;  // Nothing leaves any more.
};

}  // namespace muir::server

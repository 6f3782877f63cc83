#pragma once

#include <cstdint>
#include <optional>

#include "server/coordinator/state_machine/effects.h"
#include "wire/base/bytes.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"

namespace muir::server {

// A record as it stands in the log.
struct ReplayedRecord {
  Offset offset;
  ProducerId producer_id = kNoProducerId;  // Whose transaction it belongs to; -1: to none.
  ByteView key;
  std::optional<ByteView> value;
};

// The state behind one partition of an internal topic: a coordinator's.  Commands are methods of the machine itself;
// this is what the runtime needs of every machine.  Pure: no I/O, no clock of its own.
//
//   decide(command) -> Effects    the machine's own methods
//   append                        the runtime's
//   replay(record)                the only way in which durable state changes, live and at load
//   stored()                      when the records are committed, or will never be
//
// Its durable part is what replay() of the whole log yields; its soft part (sessions, timers, who waits) begins anew
// with loaded().  Owner: its StateMachinePartition, on the partition's shard.
class StateMachine {
 public:
  virtual ~StateMachine() = default;

  // `is_live`: the machine itself decided the record just now, and its soft part knows already.
  // False when the record cannot be read: it is skipped, as Kafka does, and the operator is told.
  virtual bool replay(const ReplayedRecord& record, bool is_live) = 0;

  // A transaction that wrote here has ended.
  virtual void replay_end_of_transaction(ProducerId producer, bool is_commit) = 0;

  // The whole log has been replayed: from now on commands come.
  virtual void loaded(Moment now, Effects& effects) = 0;

  // The partition has gone elsewhere: everybody who waits is sent away.
  virtual void unloaded(Effects& effects) = 0;

  // When tick() has something to do; nothing: not before another command.
  virtual std::optional<Instant> next_deadline() const = 0;
  virtual void tick(Moment now, Effects& effects) = 0;
};

}  // namespace muir::server

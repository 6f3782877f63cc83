#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "wire/base/bytes.h"
#include "wire/base/clock.h"
#include "wire/codec/error_code.h"

namespace muir::server {

// A record of an internal topic: a typed key, and a typed value or a tombstone.
struct CoordinatorRecord {
  OwnedBytes key;
  std::optional<OwnedBytes> value;

  bool operator==(const CoordinatorRecord&) const = default;
};

// When something happens: `instant` for time-outs, `wall_ms` for what is written down.
struct Moment {
  Instant instant;
  std::int64_t wall_ms = 0;
};

// What a state machine wants done after one command or one timer.  Records go into the log as they are, in one batch
// unless `is_atomic` says otherwise; answers leave after the machine has finished, never while it works.
struct Effects {
  // Told once: nothing when the records are committed, else what a client is to hear.
  using Stored = std::function<void(std::optional<wire::ErrorCode> failure, Moment now, Effects& effects)>;

  std::vector<CoordinatorRecord> records;
  bool is_atomic = true;
  Stored stored;
  std::vector<std::function<void()>> answers;

  // Calls `reply` with `result` when the machine has finished.
  template <class Reply, class Result>
  void answer(Reply reply, Result result) {
    if (!reply) return;
    answers.push_back([reply = std::move(reply), result = std::move(result)]() mutable { reply(std::move(result)); });
  }
};

}  // namespace muir::server

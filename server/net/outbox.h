#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <boost/intrusive/slist.hpp>
#include <sys/uio.h>

#include "server/handlers/request_context.h"
#include "server/net/transport.h"
#include "wire/base/pooled.h"
#include "wire/base/result.h"

namespace muir::server {

// Answers that are ready, and how much of them the peer has taken.  All their memory up to the next file slice leaves
// with one call to the system, however many answers that is.
// Holds no memory while it is empty.  Owner: an Answers.
class Outbox {
 public:
  Outbox() = default;
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  ~Outbox() { clear(); }

  void push(Answer answer);

  bool is_empty() const { return answers_.empty(); }

  // Of all answers that stand here, and those that have just left.
  std::uint64_t bytes_sent() const { return bytes_sent_; }

  // What the answers that stand here take of memory; slices of files take none.
  std::size_t memory_bytes() const { return memory_bytes_; }

  // So much of memory is sent at once, or what is resident of a file: see NextPiece.
  static constexpr std::size_t kPieceBytes = 64 << 10;

  // Sends what can be sent now, a piece at most.  Returns how many answers have left; the rest, if anything is left,
  // waits for the next piece if this was_interrupted(), else until unread_range() has been read, or, if there is none,
  // until the transport is writable.  Fails with the transport's error.
  Result<std::size_t> send(Transport& transport);
  bool was_interrupted() const { return was_interrupted_; }

  // The part of a file that is to be made resident before anything more is sent (ADR 068); then range_was_read().
  std::optional<storage::FileSlice> unread_range() const;
  void range_was_read();

  // Forgets everything; returns how many answers that was.
  std::size_t clear();

 private:
  static constexpr std::size_t kSizeBytes = 4;
  static constexpr std::size_t kPiecesMax = 64;

  struct Outgoing : Pooled, boost::intrusive::slist_base_hook<> {
    explicit Outgoing(Answer a) : answer(std::move(a)) {}

    std::array<std::byte, kSizeBytes> size;
    Answer answer;

    std::size_t memory_bytes() const { return kSizeBytes + answer.writer.bytes().size(); }
    std::size_t memory_until(std::size_t external) const;
    bool has_external(std::size_t external) const { return external < answer.writer.externals().size(); }
    const storage::FileSlice& slice(std::size_t external) const;
  };

  // What has been sent of an answer: its size and memory are one row of bytes, with slices in between.
  struct Cursor {
    std::size_t memory = 0;
    std::size_t external = 0;  // The next slice,
    std::uint64_t slice = 0;   // how much of it,
    std::uint64_t read = 0;    // and how much is known to be in memory.
  };

  bool is_at_slice() const;
  std::size_t gather(std::span<iovec> pieces, std::size_t room) const;
  Result<std::size_t> send_memory(Transport& transport);
  Result<std::size_t> send_slice(Transport& transport);
  std::size_t drop_sent();
  void drop_first();

  using Queue = boost::intrusive::slist<Outgoing, boost::intrusive::cache_last<true>,
                                        boost::intrusive::constant_time_size<false>>;
  Queue answers_;
  Cursor cursor_;  // Of the first answer.
  std::uint64_t bytes_sent_ = 0;
  std::size_t memory_bytes_ = 0;
  bool was_interrupted_ = false;
};

}  // namespace muir::server

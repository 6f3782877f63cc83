#pragma once

#include <cstddef>

#include "server/net/buffer.h"
#include "server/net/request_memory.h"
#include "server/net/transport.h"
#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/base/task.h"

namespace muir::server {

// One request as it came: the bytes behind its four-byte size, and the memory that they stand in.
struct Frame {
  BufferRef memory;
  ByteView bytes;
  RequestMemory::Lease lease;
};

// Cuts a connection's bytes into frames.  Many frames come with one read; none is copied unless it began at the very
// end of a chunk; a large frame gets a mapping of its own, of its declared size, only once it has been declared within
// `frame_bytes_max`; it becomes memory, and is charged, as bytes arrive.  Behind a large frame another of its size is
// expected, and read straight to where it will stay.  An idle connection holds no buffer. Owner: a Connection.
class FrameReader {
 public:
  FrameReader(Transport& transport, BufferPool& pool, RequestMemory& budget, RequestMemory::AccountRef account,
              std::size_t frame_bytes_max)
      : transport_(transport),
        pool_(pool),
        budget_(budget),
        account_(std::move(account)),
        frame_bytes_max_(frame_bytes_max) {}

  // The next frame.  NetErrc::frame_size_invalid and frame_unmappable are the peer's fault, the rest is the
  // transport's.
  Task<Result<Frame>> next();

  // Gives the memory back if nothing of a frame is here, and says so.  Then next() waits for the transport; a caller
  // who would rather do that itself, holding less than next() does, says heard() afterwards.
  bool rest();
  void heard() { is_news_ = true; }

  // A whole frame is here already: next() will not wait.
  bool has_frame() const;

  // How much of a frame has come that is not whole yet.
  std::size_t pending() const { return end_ - begin_; }

  // It is us who do not read, because memory is short: the peer can do nothing.
  bool waits_for_memory() const { return waiting_ != nullptr; }

  // Counts up with each frame, and each time that we have kept the peer waiting.
  std::uint64_t turns() const { return turns_; }

  // The transport has been closed: next() fails even if it waits for memory, which others may hold for long.
  void close();

  // For the next frames: the limit and whose they are depend on the phase of the connection.
  void set_frame_bytes_max(std::size_t bytes) { frame_bytes_max_ = bytes; }
  void set_account(RequestMemory::AccountRef account) { account_ = std::move(account); }

  // The limit that a declared size broke, for the log line.
  std::int32_t declared_size() const { return declared_size_; }

 private:
  static constexpr std::size_t kSizeBytes = 4;

  Result<bool> measure();
  Result<> make_room();
  std::size_t read_limit() const;
  Task<Result<>> read_more();
  Task<Result<>> wait_for_memory();

  Transport& transport_;
  BufferPool& pool_;
  RequestMemory& budget_;
  RequestMemory::AccountRef account_;
  RequestMemory::Lease lease_;              // Of what has arrived and belongs to no frame yet.
  RequestMemory::Wait* waiting_ = nullptr;  // Null unless memory is waited for.
  std::uint64_t turns_ = 1;
  std::size_t frame_bytes_max_;
  BufferRef memory_;
  std::size_t begin_ = 0;  // Bytes [begin_, end_) of memory_ have arrived and belong to no frame yet.
  std::size_t end_ = 0;
  std::size_t wanted_ = kSizeBytes;  // How many of them the frame being read needs, its size included.
  std::size_t expected_ = 0;  // The size of the last frame, its size included, if its successors are read one by one.
  std::int32_t declared_size_ = 0;
  bool has_read_all_ = false;  // The last read yielded less than there was room for: another would yield nothing.
  bool is_news_ = false;       // The transport is known to be readable.
  bool is_closed_ = false;
};

}  // namespace muir::server

#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "wire/base/bytes.h"

namespace muir::server {

class BufferPool;

// A counted reference to memory that request frames stand in.  The memory goes back when the last reference has gone.
// Used on one shard only: the count is not atomic.
class BufferRef {
 public:
  BufferRef() = default;
  BufferRef(const BufferRef& other);
  BufferRef(BufferRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  BufferRef& operator=(BufferRef other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~BufferRef();

  explicit operator bool() const { return block_ != nullptr; }
  std::byte* data() const;
  std::size_t capacity() const;
  bool is_shared() const;  // Somebody else refers to the same memory.

 private:
  friend class BufferPool;
  struct Block;
  explicit BufferRef(Block* block) : block_(block) {}
  Block* block_ = nullptr;
};

// The memory of one shard's connections.  Chunks hold many small frames, or the beginning of a large one; a large frame
// gets a mapping of its declared size, which becomes memory only as its bytes arrive.  A few mappings are kept, so that
// a stream of large requests does not fault the same pages in again.
// Owner: a shard; outlives every BufferRef.
class BufferPool {
 public:
  static constexpr std::size_t kChunkBytes = 64 * 1024;
  static constexpr std::size_t kKeptChunks = 64;
  static constexpr std::size_t kKeptMappings = 64;
  static constexpr std::size_t kKeptMappingBytesMax = 16 * 1024 * 1024;  // Of one mapping,
  static constexpr std::size_t kKeptBytesMax = 16 * 1024 * 1024;         // and of all of them.

  BufferPool() = default;
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool();

  BufferRef chunk();

  // At least `bytes` of address space; an empty reference if the system has none left.
  BufferRef mapping(std::size_t bytes);

  std::size_t in_use() const { return in_use_; }
  std::size_t kept_chunks() const { return chunks_.size(); }

 private:
  friend class BufferRef;
  void give_back(BufferRef::Block* block);
  BufferRef::Block* take_kept(std::size_t bytes);
  void keep(BufferRef::Block* block);

  std::vector<BufferRef::Block*> chunks_;
  std::vector<BufferRef::Block*> mappings_;  // Oldest first.
  std::size_t kept_bytes_ = 0;               // Of mappings_.
  std::size_t in_use_ = 0;
};

}  // namespace muir::server

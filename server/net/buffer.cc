#include "server/net/buffer.h"

#include <algorithm>
#include <cstdlib>

#include <sys/mman.h>

#include "wire/base/check.h"

namespace muir::server {

struct BufferRef::Block {
  BufferPool* pool;
  std::byte* data;
  std::size_t capacity;
  std::size_t references;
  bool is_mapping;

  void free() {
    if (is_mapping) {
      ::munmap(data, capacity);
    } else {
      std::free(data);
    }
    delete this;
  }
};

BufferRef::BufferRef(const BufferRef& other) : block_(other.block_) {
  if (block_ != nullptr) ++block_->references;
}

BufferRef::~BufferRef() {
  if (block_ != nullptr && --block_->references == 0) block_->pool->give_back(block_);
}

std::byte* BufferRef::data() const { return block_->data; }
std::size_t BufferRef::capacity() const { return block_->capacity; }
bool BufferRef::is_shared() const { return block_->references > 1; }

BufferPool::~BufferPool() {
  CHECK(in_use_ == 0);
  for (BufferRef::Block* block : chunks_) block->free();
  for (BufferRef::Block* block : mappings_) block->free();
}

BufferRef BufferPool::chunk() {
  ++in_use_;
  if (!chunks_.empty()) {
    BufferRef::Block* block = chunks_.back();
    chunks_.pop_back();
    block->references = 1;
    return BufferRef(block);
  }
  auto* data = static_cast<std::byte*>(std::malloc(kChunkBytes));
  CHECK(data != nullptr);
  return BufferRef(new BufferRef::Block{this, data, kChunkBytes, 1, false});
}

// The smallest that will do, unless it is so large that a request which needs it would miss it.
BufferRef::Block* BufferPool::take_kept(std::size_t bytes) {
  auto best = mappings_.end();
  for (auto kept = mappings_.begin(); kept != mappings_.end(); ++kept) {
    const std::size_t capacity = (*kept)->capacity;
    if (capacity < bytes || capacity / 2 > bytes) continue;
    if (best == mappings_.end() || capacity < (*best)->capacity) best = kept;
  }
  if (best == mappings_.end()) return nullptr;
  BufferRef::Block* block = *best;
  mappings_.erase(best);
  kept_bytes_ -= block->capacity;
  return block;
}

BufferRef BufferPool::mapping(std::size_t bytes) {
  if (BufferRef::Block* const block = take_kept(bytes)) {
    ++in_use_;
    block->references = 1;
    return BufferRef(block);
  }
  // Rounded up, so that requests which differ a little can use each other's.
  const std::size_t capacity = (bytes + kChunkBytes - 1) / kChunkBytes * kChunkBytes;
  void* data = ::mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) return {};
  ++in_use_;
  return BufferRef(new BufferRef::Block{this, static_cast<std::byte*>(data), capacity, 1, true});
}

void BufferPool::keep(BufferRef::Block* block) {
  mappings_.push_back(block);
  kept_bytes_ += block->capacity;
  while (mappings_.size() > kKeptMappings || kept_bytes_ > kKeptBytesMax) {
    kept_bytes_ -= mappings_.front()->capacity;
    mappings_.front()->free();
    mappings_.erase(mappings_.begin());
  }
}

void BufferPool::give_back(BufferRef::Block* block) {
  --in_use_;
  if (!block->is_mapping && chunks_.size() < kKeptChunks) return chunks_.push_back(block);
  if (!block->is_mapping || block->capacity > kKeptMappingBytesMax) return block->free();
  keep(block);
}

}  // namespace muir::server

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

BufferRef BufferPool::mapping(std::size_t bytes) {
  const auto kept = std::ranges::find_if(mappings_, [&](const auto* block) { return block->capacity >= bytes; });
  if (kept != mappings_.end()) {
    BufferRef::Block* block = *kept;
    mappings_.erase(kept);
    ++in_use_;
    block->references = 1;
    return BufferRef(block);
  }
  void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) return {};
  ++in_use_;
  return BufferRef(new BufferRef::Block{this, static_cast<std::byte*>(data), bytes, 1, true});
}

void BufferPool::give_back(BufferRef::Block* block) {
  --in_use_;
  if (!block->is_mapping && chunks_.size() < kKeptChunks) return chunks_.push_back(block);
  if (!block->is_mapping || block->capacity > kKeptMappingBytesMax) return block->free();
  if (mappings_.size() == kKeptMappings) {
    mappings_.front()->free();
    mappings_.erase(mappings_.begin());
  }
  mappings_.push_back(block);
}

}  // namespace muir::server

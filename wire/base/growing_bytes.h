#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>

namespace muir {

// Memory for bytes that are appended.  It grows in place where the heap can; what its user has not written is undefined
// and not touched, so that a large message costs no more pages than it has.
class GrowingBytes {
 public:
  GrowingBytes() = default;
  GrowingBytes(GrowingBytes&& from) noexcept
      : data_(std::exchange(from.data_, nullptr)), capacity_(std::exchange(from.capacity_, 0)) {}
  GrowingBytes& operator=(GrowingBytes&& from) noexcept {
    std::swap(data_, from.data_);
    std::swap(capacity_, from.capacity_);
    return *this;
  }
  ~GrowingBytes() { std::free(data_); }

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  std::size_t capacity() const { return capacity_; }

  // Keeps what was written.  Throws std::bad_alloc.
  void grow_to(std::size_t capacity) {
    void* const grown = std::realloc(data_, capacity);
    if (grown == nullptr) throw std::bad_alloc();
    data_ = static_cast<std::byte*>(grown);
    capacity_ = capacity;
  }

 private:
  std::byte* data_ = nullptr;
  std::size_t capacity_ = 0;
};

}  // namespace muir

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "wire/base/ids.h"

namespace muir::storage {

// Where batches that were just written, or come next for a reader, begin: saves the index lookup and the scan for
// consumers at the tail and for those that read on.  A batch boundary never moves; truncation clears the cache.
class PositionCache {
 public:
  void remember(Offset batch_base_offset, Offset segment_base_offset, std::uint32_t position) {
    if (!marks_) marks_ = std::make_unique<Marks>();
    (*marks_)[next_++ % marks_->size()] = {batch_base_offset, segment_base_offset, position};
  }

  std::optional<std::uint32_t> find(Offset batch_base_offset, Offset segment_base_offset) const {
    if (!marks_) return std::nullopt;
    for (const Mark& mark : *marks_)
      if (mark.offset == batch_base_offset && mark.segment == segment_base_offset) return mark.position;
    return std::nullopt;
  }

  void clear() {
    marks_.reset();
    ++clearings_;
  }

  // Equal numbers: nothing has been truncated in between, and a position that was found then still holds.
  std::uint32_t clearings() const { return clearings_; }

 private:
  struct Mark {
    Offset offset = kNoOffset;
    Offset segment = kNoOffset;
    std::uint32_t position = 0;
  };
  using Marks = std::array<Mark, 32>;
  std::unique_ptr<Marks> marks_;  // Nothing in a log that nobody uses.
  std::size_t next_ = 0;
  std::uint32_t clearings_ = 0;
};

}  // namespace muir::storage

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "wire/base/bytes.h"

namespace muir::wire {

// The tagged fields of a struct that no schema of ours knows (KIP-482), kept so that they are written back as they
// came. One pointer wide, because every struct has it and hardly any has one.
class UnknownTags {
 public:
  struct Tag {
    std::uint32_t tag;
    ByteView content;  // Views the frame that was decoded.
  };

  UnknownTags() = default;
  UnknownTags(const UnknownTags& other);
  UnknownTags(UnknownTags&&) noexcept = default;
  UnknownTags& operator=(const UnknownTags& other);
  UnknownTags& operator=(UnknownTags&&) noexcept = default;
  ~UnknownTags() = default;

  bool empty() const { return !tags_; }
  std::span<const Tag> tags() const { return tags_ ? std::span<const Tag>(*tags_) : std::span<const Tag>(); }

  // `tag` must be greater than those added before.
  void add(std::uint32_t tag, ByteView content);

  bool operator==(const UnknownTags& other) const;

 private:
  std::unique_ptr<std::vector<Tag>> tags_;  // Null or not empty.
};

}  // namespace muir::wire

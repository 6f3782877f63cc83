#include "wire/codec/unknown_tags.h"

#include <algorithm>

namespace muir::wire {

UnknownTags::UnknownTags(const UnknownTags& other)
    : tags_(other.tags_ ? std::make_unique<std::vector<Tag>>(*other.tags_) : nullptr) {}

UnknownTags& UnknownTags::operator=(const UnknownTags& other) {
  if (this != &other) tags_ = other.tags_ ? std::make_unique<std::vector<Tag>>(*other.tags_) : nullptr;
  return *this;
}

void UnknownTags::add(std::uint32_t tag, ByteView content) {
  if (!tags_) tags_ = std::make_unique<std::vector<Tag>>();
  tags_->push_back({tag, content});
}

bool UnknownTags::operator==(const UnknownTags& other) const {
  return std::ranges::equal(tags(), other.tags(), [](const Tag& a, const Tag& b) {
    return a.tag == b.tag && std::ranges::equal(a.content, b.content);
  });
}

}  // namespace muir::wire

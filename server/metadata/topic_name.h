#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace muir::server {

// A topic's name as it is stored: in the metadata log, in the image and in directory names.  What a client sees may be
// another name, its tenant's; a std::string_view from a request therefore becomes one of these only through
// `ctx.tenant()`, and the constructors are explicit so that no handler forgets.
struct StoredTopicView {
  std::string_view name;

  StoredTopicView() = default;
  explicit StoredTopicView(std::string_view n) : name(n) {}
  auto operator<=>(const StoredTopicView&) const = default;
};

// The same, owned.
struct StoredTopic {
  std::string name;

  StoredTopic() = default;
  explicit StoredTopic(std::string_view n) : name(n) {}
  explicit StoredTopic(StoredTopicView view) : name(view.name) {}

  StoredTopicView view() const { return StoredTopicView{name}; }
  operator StoredTopicView() const { return view(); }

  friend auto operator<=>(const StoredTopic& a, const StoredTopic& b) { return a.name <=> b.name; }
  friend bool operator==(const StoredTopic& a, const StoredTopic& b) { return a.name == b.name; }
  friend bool operator<(const StoredTopic& a, StoredTopicView b) { return a.name < b.name; }
  friend bool operator<(StoredTopicView a, const StoredTopic& b) { return a.name < b.name; }
};

}  // namespace muir::server

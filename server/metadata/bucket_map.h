#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "wire/base/cow.h"

namespace muir::server {

// An ordered map whose copies share what they have in common: entries lie in sorted buckets, and a change copies one
// bucket and the list of buckets, never the other entries.  Copying the map costs one reference.  Threads: as Cow.
// Key needs `<` with whatever it is looked up by, so that a view finds an owned key without an allocation.
template <class Key, class Value>
class BucketMap {
 public:
  using Entry = std::pair<Key, Value>;
  static constexpr std::size_t kBucketEntriesMax = 64;

 private:
  using Bucket = std::vector<Entry>;
  using Buckets = std::vector<Cow<Bucket>>;  // None is empty; keys ascend within and across them.

 public:
  // Forward, in key order; valid while the map it came from is neither changed nor destroyed.
  class Iterator {
   public:
    using value_type = Entry;
    using reference = const Entry&;
    using pointer = const Entry*;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::forward_iterator_tag;

    Iterator() = default;
    Iterator(const Buckets* buckets, std::size_t bucket, std::size_t entry)
        : buckets_(buckets), bucket_(bucket), entry_(entry) {}
    reference operator*() const { return (*(*buckets_)[bucket_])[entry_]; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      if (++entry_ == (*buckets_)[bucket_]->size()) ++bucket_, entry_ = 0;
      return *this;
    }
    Iterator operator++(int) {
      const auto before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const Buckets* buckets_ = nullptr;
    std::size_t bucket_ = 0;
    std::size_t entry_ = 0;
  };

  Iterator begin() const { return {&*buckets_, 0, 0}; }
  Iterator end() const { return {&*buckets_, buckets_->size(), 0}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // The entry with the greatest key.  There is one.
  const Entry& last() const { return buckets_->back()->back(); }

  // The first entry whose key is not below `key`.
  template <class K>
  Iterator lower_bound(const K& key) const {
    const auto bucket = bucket_of(key);
    if (bucket == buckets_->size()) return end();
    const auto& entries = *(*buckets_)[bucket];
    const auto at = position_in(entries, key);
    return at == entries.size() ? Iterator{&*buckets_, bucket + 1, 0} : Iterator{&*buckets_, bucket, at};
  }

  // nullptr if absent.  Good until the map is changed.
  template <class K>
  const Value* find(const K& key) const {
    const auto at = lower_bound(key);
    return at == end() || key < at->first ? nullptr : &at->second;
  }

  template <class K>
  bool contains(const K& key) const {
    return find(key) != nullptr;
  }

  // The value to change in place, unshared from every copy of this map; nullptr if absent.
  template <class K>
  Value* find_to_write(const K& key) {
    if (!contains(key)) return nullptr;
    auto& entries = buckets_.write()[bucket_of(key)].write();
    return &entries[position_in(entries, key)].second;
  }

  // As find_to_write, after putting a default value where there was none.
  Value& operator[](const Key& key) {
    if (!contains(key)) set(key, Value{});
    return *find_to_write(key);
  }

  void set(Key key, Value value) {
    auto& buckets = buckets_.write();
    if (buckets.empty()) {
      buckets.emplace_back(Bucket{Entry{std::move(key), std::move(value)}});
      size_ = 1;
      return;
    }
    const auto index = std::min(bucket_of(key), buckets.size() - 1);
    auto& entries = buckets[index].write();
    const auto at = position_in(entries, key);
    if (at < entries.size() && !(key < entries[at].first)) {
      entries[at].second = std::move(value);
      return;
    }
    entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(at), Entry{std::move(key), std::move(value)});
    ++size_;
    if (entries.size() > kBucketEntriesMax) split(buckets, index);
  }

  template <class K>
  bool erase(const K& key) {
    if (!contains(key)) return false;
    auto& buckets = buckets_.write();
    const auto index = bucket_of(key);
    auto& entries = buckets[index].write();
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(position_in(entries, key)));
    if (entries.empty()) buckets.erase(buckets.begin() + static_cast<std::ptrdiff_t>(index));
    --size_;
    return true;
  }

  friend bool operator==(const BucketMap& a, const BucketMap& b) {
    return a.size_ == b.size_ && (a.buckets_.is_same_object(b.buckets_) || std::equal(a.begin(), a.end(), b.begin()));
  }

  // How many buckets this map and `other` hold in common: what sharing is measured by.
  std::size_t buckets_shared_with(const BucketMap& other) const {
    return static_cast<std::size_t>(std::count_if(buckets_->begin(), buckets_->end(), [&](const auto& mine) {
      return std::any_of(other.buckets_->begin(), other.buckets_->end(),
                         [&](const auto& theirs) { return mine.is_same_object(theirs); });
    }));
  }
  std::size_t bucket_count() const { return buckets_->size(); }

 private:
  // The first bucket whose last key is not below `key`: the one that holds it or would; bucket_count() if none.
  template <class K>
  std::size_t bucket_of(const K& key) const {
    const auto& buckets = *buckets_;
    const auto at = std::lower_bound(buckets.begin(), buckets.end(), key,
                                     [](const auto& bucket, const K& k) { return bucket->back().first < k; });
    return static_cast<std::size_t>(at - buckets.begin());
  }

  template <class K>
  static std::size_t position_in(const Bucket& entries, const K& key) {
    const auto at = std::lower_bound(entries.begin(), entries.end(), key,
                                     [](const Entry& entry, const K& k) { return entry.first < k; });
    return static_cast<std::size_t>(at - entries.begin());
  }

  static void split(Buckets& buckets, std::size_t index) {
    auto& entries = buckets[index].write();
    const auto middle = entries.begin() + static_cast<std::ptrdiff_t>(entries.size() / 2);
    Bucket upper(std::make_move_iterator(middle), std::make_move_iterator(entries.end()));
    entries.erase(middle, entries.end());
    buckets.insert(buckets.begin() + static_cast<std::ptrdiff_t>(index) + 1, Cow<Bucket>(std::move(upper)));
  }

  Cow<Buckets> buckets_;
  std::size_t size_ = 0;
};

}  // namespace muir::server

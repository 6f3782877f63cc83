#pragma once

#include <atomic>
#include <utility>

namespace muir {

// A value that is shared until somebody writes to it.  Copying a Cow costs one reference; `write()` hands out the value
// itself when nobody else holds it and a copy of it otherwise.  Reading is safe from any number of threads that each
// hold a Cow of their own; one Cow object is used by one thread at a time.  An empty Cow reads as a default T.
template <class T>
class Cow {
 public:
  Cow() = default;
  explicit Cow(T value) : node_(new Node(std::move(value))) {}
  Cow(const Cow& other) noexcept : node_(other.node_) { acquire(); }
  Cow(Cow&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Cow& operator=(Cow other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~Cow() { release(); }

  const T& operator*() const { return node_ != nullptr ? node_->value : nothing(); }
  const T* operator->() const { return &**this; }

  // The value to change.  What other Cows share stays as it is.  The reference is good until this Cow is copied.
  T& write() {
    if (node_ == nullptr) {
      node_ = new Node(T{});
    } else if (node_->holders.load(std::memory_order_acquire) != 1) {
      Cow own(node_->value);
      std::swap(node_, own.node_);
    }
    return node_->value;
  }

  // Whether nobody else holds the value; another thread may still be letting go of it.
  bool is_sole_holder() const { return node_ != nullptr && node_->holders.load(std::memory_order_acquire) == 1; }
  bool is_same_object(const Cow& other) const { return node_ == other.node_; }
  friend bool operator==(const Cow& a, const Cow& b) { return a.node_ == b.node_ || *a == *b; }

 private:
  struct Node {
    explicit Node(T v) : value(std::move(v)) {}
    std::atomic<int> holders{1};
    T value;
  };

  static const T& nothing() {
    static const T empty{};
    return empty;
  }
  void acquire() noexcept {
    if (node_ != nullptr) node_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    if (node_ != nullptr && node_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) delete node_;
  }

  Node* node_ = nullptr;
};

}  // namespace muir

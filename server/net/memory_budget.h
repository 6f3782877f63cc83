#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace muir::server {

// `queued.max.request.bytes`: how much memory the requests of all connections may take together.  As in Kafka a request
// begins as long as anything is left, so one request may overdraw it; past that, connections are not read from.
// Used from every shard.
class MemoryBudget {
 public:
  // `bytes_max` <= 0: no bound.
  explicit MemoryBudget(std::int64_t bytes_max) : is_bounded_(bytes_max > 0), left_(bytes_max) {}

  // A part of the budget; given back when it is destroyed.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Lease() {
      if (budget_ != nullptr) budget_->left_.fetch_add(bytes_, std::memory_order_relaxed);
    }
    explicit operator bool() const { return budget_ != nullptr; }

   private:
    friend class MemoryBudget;
    Lease(MemoryBudget* budget, std::int64_t bytes) : budget_(budget), bytes_(bytes) {}
    MemoryBudget* budget_ = nullptr;
    std::int64_t bytes_ = 0;
  };

  bool is_bounded() const { return is_bounded_; }
  std::int64_t left() const { return left_.load(std::memory_order_relaxed); }

  // An empty lease when nothing is left: try again later.
  Lease try_take(std::int64_t bytes) {
    std::int64_t left = left_.load(std::memory_order_relaxed);
    while (left > 0) {
      if (left_.compare_exchange_weak(left, left - bytes, std::memory_order_relaxed)) return Lease(this, bytes);
    }
    return {};
  }

 private:
  const bool is_bounded_;
  std::atomic<std::int64_t> left_;
};

}  // namespace muir::server

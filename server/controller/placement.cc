#include "server/controller/placement.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace muir::server {
namespace {

std::size_t draw(std::mt19937_64& random, std::size_t below) {
  return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
}

// Brokers of one rack in one state, handed out in turn.  A round gives each broker at most once; each new round begins
// one further on.
class Carousel {
 public:
  void add(NodeId id) { brokers_.push_back(id); }

  void begin_anywhere(std::mt19937_64& random) {
    if (brokers_.empty()) return;
    std::sort(brokers_.begin(), brokers_.end());
    offset_ = draw(random, brokers_.size());
  }

  void shuffle(std::mt19937_64& random) { std::shuffle(brokers_.begin(), brokers_.end(), random); }

  std::optional<NodeId> next(std::uint64_t round) {
    if (brokers_.empty()) return std::nullopt;
    if (round_ != round) {
      round_ = round;
      given_ = 0;
      offset_ = (offset_ + 1) % brokers_.size();
    }
    if (given_ >= brokers_.size()) return std::nullopt;
    return brokers_[(given_++ + offset_) % brokers_.size()];
  }

 private:
  std::vector<NodeId> brokers_;
  std::size_t given_ = 0;
  std::size_t offset_ = 0;
  std::uint64_t round_ = 0;
};

struct Rack {
  Carousel unfenced;
  Carousel fenced;

  std::optional<NodeId> next(std::uint64_t round) {
    const auto id = unfenced.next(round);
    return id ? id : fenced.next(round);
  }
};

class Stripes {
 public:
  Stripes(const std::vector<UsableBroker>& brokers, std::mt19937_64& random) : random_(random) {
    std::map<std::optional<std::string>, Rack> by_name;
    for (const auto& broker : brokers) {
      auto& rack = by_name[broker.rack];
      (broker.is_fenced ? rack.fenced : rack.unfenced).add(broker.id);
      unfenced_count_ += broker.is_fenced ? 0 : 1;
    }
    for (auto& [name, rack] : by_name) racks_.push_back(std::move(rack));
    for (auto& rack : racks_) rack.unfenced.begin_anywhere(random), rack.fenced.begin_anywhere(random);
    if (!racks_.empty()) offset_ = draw(random, racks_.size());
  }

  std::size_t unfenced_count() const { return unfenced_count_; }

  // Needs an unfenced broker, and no fewer brokers than `count`.
  Replicas next(std::int32_t count) {
    // After as many partitions as there are brokers the stripes would repeat themselves.
    if (round_ == unfenced_count_ && unfenced_count_ > 1) shuffle();
    offset_ %= racks_.size();
    Replicas replicas;
    auto leader_rack = std::optional(offset_);
    for (;; leader_rack = (*leader_rack + 1) % racks_.size()) {
      const auto leader = racks_[*leader_rack].unfenced.next(round_);
      if (!leader) continue;
      replicas.push_back(*leader);
      break;
    }
    auto rack = offset_;
    while (replicas.size() < static_cast<std::size_t>(count)) {
      std::optional<NodeId> follower;
      if (leader_rack == rack) {
        leader_rack.reset();  // It has given the leader in this lap.
      } else {
        follower = racks_[rack].next(round_);
      }
      if (follower) replicas.push_back(*follower);
      rack = (rack + 1) % racks_.size();
    }
    ++round_;
    ++offset_;
    return replicas;
  }

 private:
  void shuffle() {
    std::shuffle(racks_.begin(), racks_.end(), random_);
    for (auto& rack : racks_) rack.unfenced.shuffle(random_), rack.fenced.shuffle(random_);
    round_ = 0;
  }

  std::mt19937_64& random_;
  std::vector<Rack> racks_;
  std::size_t unfenced_count_ = 0;
  std::size_t offset_ = 0;
  std::uint64_t round_ = 0;
};

}  // namespace

Placement place_replicas(const std::vector<UsableBroker>& brokers, std::int32_t partitions, std::int32_t replicas,
                         std::mt19937_64& random) {
  const auto refuse = [](std::string message) { return Placement{{}, PlacementProblem{std::move(message)}}; };
  if (replicas <= 0)
    return refuse(fmt::format("Invalid replication factor {}: the replication factor must be positive.", replicas));
  Stripes stripes(brokers, random);
  if (stripes.unfenced_count() == 0)
    return refuse("All brokers are currently fenced, or have all their log directories cordoned.");
  if (static_cast<std::size_t>(replicas) > brokers.size()) {
    return refuse(
        fmt::format("The target replication factor of {} cannot be reached because only {} broker(s) are "
                    "registered or some brokers have all their log directories cordoned.",
                    replicas, brokers.size()));
  }
  Placement placement;
  for (std::int32_t i = 0; i < partitions; ++i) placement.partitions.push_back(stripes.next(replicas));
  return placement;
}

}  // namespace muir::server

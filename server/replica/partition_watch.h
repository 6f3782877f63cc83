#pragma once

#include <boost/intrusive/list.hpp>

namespace muir::server {

// Told when a partition has moved: its end, its watermarks, its leader, its life.  At most once a loop turn, and never
// while the partition is in the middle of something.
// Owner: whoever waits; on the partition's shard.  Destroying it ends the watch.
class PartitionWatch
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual void partition_moved() = 0;

 protected:
  ~PartitionWatch() = default;
};

// Those who watch one partition.
class PartitionWatches {
 public:
  void add(PartitionWatch& watch) { watches_.push_back(watch); }

  // Each is told once; it may go, or others may, while they are told.
  void tell() {
    List now;
    now.swap(watches_);
    while (!now.empty()) {
      PartitionWatch& watch = now.front();
      now.pop_front();
      watches_.push_back(watch);
      watch.partition_moved();
    }
  }

  bool empty() const { return watches_.empty(); }

 private:
  using List = boost::intrusive::list<PartitionWatch, boost::intrusive::constant_time_size<false>>;
  List watches_;
};

}  // namespace muir::server

#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "server/metadata/metadata_loader.h"
#include "server/publishing/metadata_cache.h"
#include "server/quorum/metadata_listener.h"
#include "server/replica/replica_manager.h"
#include "server/runtime/shard.h"

namespace muir::server {

// A part of the broker that follows the cluster's metadata.  Told on the first shard, after the replicas and before
// anybody asks: when apply() ends, it has done what the image wants of it.
class MetadataSubscriber {
 public:
  virtual Task<void> apply(MetadataImagePtr image, const MetadataChanges& changes) = 0;

 protected:
  ~MetadataSubscriber() = default;
};

// Brings each committed state of the cluster to the broker: first to its replicas, then to the requests of every shard,
// in order and one at a time, so that a client that sees a new topic finds its partitions open.
// Listens on the controller's shard; the first shard asks for what is published.
class MetadataPublisher final : public MetadataListener {
 public:
  MetadataPublisher(Shard& controller_shard, std::vector<Shard*> shards, MetadataCache& cache);

  // Before run().  `subscriber` outlives it.
  void subscribe(MetadataSubscriber& subscriber) { subscribers_.push_back(&subscriber); }

  // What has been read of the log.  On the controller's shard.
  Task<MetadataImagePtr> latest();

  // From `image` on, which the replicas have loaded, every further one is published.  One task on the first shard;
  // ends after stop().
  Task<void> run(ReplicaManager& replicas, MetadataImagePtr image);
  void stop();  // On the first shard.

  // Ends when what stands below `end` in the metadata log has been published, or after `patience`.  On the first shard.
  Task<void> until_published(Offset end, std::chrono::milliseconds patience);

  const MetadataImagePtr& published() const { return published_; }  // On the first shard.

  void on_load_snapshot(const LoadedSnapshot& snapshot) override;
  void on_committed(const CommittedBatch& batch) override;
  void on_leader(Epoch) override {}
  void on_resigned(Epoch) override {}
  void on_withdrawn() override {}

 private:
  struct Update {
    MetadataImagePtr image;
    MetadataChanges changes;
  };
  struct Waiter {
    Offset end;
    Sleep* sleep;
  };
  // Carries updates from the controller's shard to the first; one is on its way at a time.
  struct Handover final : Message {
    MetadataPublisher* publisher = nullptr;
    std::deque<Update> updates;
    bool is_delivered = false;
    void run() override;
  };

  void enqueue(MetadataImagePtr image, const MetadataChanges& changes);
  void hand_over();
  Task<void> publish(ReplicaManager& replicas, Update update);
  Task<void> show_to_all(MetadataImagePtr image);
  static Task<void> show(MetadataCache& cache, MetadataImagePtr image);

  Shard& controller_shard_;
  std::vector<Shard*> shards_;
  MetadataCache& cache_;

  // On the controller's shard.
  MetadataLoader loader_;
  std::deque<Update> read_;
  bool is_handing_over_ = false;
  Handover handover_;

  // On the first shard.
  std::deque<Update> arrived_;
  Completion<bool>* work_ = nullptr;
  MetadataImagePtr published_;
  std::vector<Waiter> waiters_;
  std::vector<MetadataSubscriber*> subscribers_;
  bool is_stopping_ = false;
};

}  // namespace muir::server

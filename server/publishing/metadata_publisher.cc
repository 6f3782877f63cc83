#include "server/publishing/metadata_publisher.h"

#include "server/runtime/log.h"

namespace muir::server {

MetadataPublisher::MetadataPublisher(Shard& controller_shard, std::vector<Shard*> shards, MetadataCache& cache)
    : controller_shard_(controller_shard),
      shards_(std::move(shards)),
      cache_(cache),
      loader_([this](MetadataImagePtr image, const MetadataChanges& changes) { enqueue(std::move(image), changes); }),
      published_(std::make_shared<MetadataImage>()) {
  handover_.publisher = this;
}

// A record that we cannot follow: serving from the image before it would be serving another cluster.
void MetadataPublisher::on_load_snapshot(const LoadedSnapshot& snapshot) {
  const auto loaded = loader_.load_snapshot(snapshot.id.offset, snapshot.id.epoch, snapshot.last_contained_timestamp_ms,
                                            snapshot.records);
  if (!loaded) log_error("Cannot load the metadata snapshot", field("error", loaded.error().message()));
  CHECK(loaded);
}

void MetadataPublisher::on_committed(const CommittedBatch& batch) {
  if (batch.records.empty()) return;
  const auto loaded = loader_.load({batch.base_offset, batch.epoch, batch.timestamp_ms, batch.records});
  if (!loaded) log_error("Cannot apply committed metadata", field("error", loaded.error().message()));
  CHECK(loaded);
  loader_.flush();
}

void MetadataPublisher::enqueue(MetadataImagePtr image, const MetadataChanges& changes) {
  read_.push_back({std::move(image), changes});
  hand_over();
}

void MetadataPublisher::hand_over() {
  if (is_handing_over_ || read_.empty()) return;
  is_handing_over_ = true;
  handover_.updates = std::exchange(read_, {});
  shards_.front()->send(handover_);
}

// There on the first shard, and back on the controller's to see whether there is more.
void MetadataPublisher::Handover::run() {
  if (is_delivered) {
    is_delivered = false;
    publisher->is_handing_over_ = false;
    publisher->hand_over();
    return;
  }
  for (Update& update : updates) publisher->arrived_.push_back(std::move(update));
  updates.clear();
  if (publisher->work_ != nullptr) std::exchange(publisher->work_, nullptr)->complete(true);
  is_delivered = true;
  publisher->controller_shard_.send(*this);
}

Task<MetadataImagePtr> MetadataPublisher::latest() { co_return loader_.image(); }

void MetadataPublisher::stop() {
  is_stopping_ = true;
  if (work_ != nullptr) std::exchange(work_, nullptr)->complete(true);
}

Task<void> MetadataPublisher::run(ReplicaManager& replicas, MetadataImagePtr image) {
  const Offset loaded = image->last_offset;
  // Named: gcc 12 destroys twice what a co_await makes of braces.
  Update first;
  first.image = std::move(image);
  first.changes.is_snapshot = true;
  co_await publish(replicas, std::move(first));
  while (!is_stopping_) {
    if (arrived_.empty()) {
      Completion<bool> work;
      work_ = &work;
      co_await work;
      continue;
    }
    Update update = std::move(arrived_.front());
    arrived_.pop_front();
    if (update.image->last_offset <= loaded) continue;  // Contained in what was loaded.
    co_await publish(replicas, std::move(update));
  }
}

Task<void> MetadataPublisher::publish(ReplicaManager& replicas, Update update) {
  // Most images are newer by a NoOp: the replicas need not hear of those.
  if (!update.changes.empty()) {
    co_await replicas.apply(update.image, update.changes);
    for (MetadataSubscriber* subscriber : subscribers_) co_await subscriber->apply(update.image, update.changes);
  }
  co_await show_to_all(update.image);
  published_ = std::move(update.image);
  std::vector<Sleep*> ended;
  for (const Waiter& waiter : waiters_) {
    if (published_->last_offset + 1 >= waiter.end) ended.push_back(waiter.sleep);
  }
  for (Sleep* sleep : ended) sleep->wake();  // Each takes its own entry out.
}

Task<void> MetadataPublisher::show(MetadataCache& cache, MetadataImagePtr image) {
  cache.publish(std::move(image));
  co_return;
}

Task<void> MetadataPublisher::show_to_all(MetadataImagePtr image) {
  for (Shard* shard : shards_) {
    const auto show_there = [this, &image] { return show(cache_, image); };
    co_await call(*shard, show_there);
  }
}

Task<void> MetadataPublisher::until_published(Offset end, std::chrono::milliseconds patience) {
  if (published_->last_offset + 1 >= end) co_return;
  Shard& shard = *Shard::current();
  Sleep sleep(shard.timers(), shard.clock().now() + patience);
  waiters_.push_back({end, &sleep});
  co_await sleep;
  std::erase_if(waiters_, [&](const Waiter& waiter) { return waiter.sleep == &sleep; });
}

}  // namespace muir::server

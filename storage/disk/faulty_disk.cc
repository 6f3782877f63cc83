#include "storage/disk/faulty_disk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace muir::storage {
namespace {

constexpr std::size_t kSectorBytes = 512;  // A write reaches the medium in such pieces, in any order.

Error system_error(int number) { return {number, boost::system::system_category()}; }

}  // namespace

struct FaultyDisk::Node {
  bool is_directory = false;
  OwnedBytes now;
  OwnedBytes synced;
  bool poisoned = false;  // A sync failed: what was dirty then never becomes durable, whatever later syncs say.
  std::int64_t modified_ms = 0;
  bool is_resident = true;  // All of it, or not.
};

class FaultyDisk::OpenFile final : public File {
 public:
  OpenFile(FaultyDisk& disk, std::shared_ptr<Node> node) : disk_(disk), node_(std::move(node)) {}

  Io<std::size_t> read(std::uint64_t position, MutableByteView into) override {
    if (const auto fault = disk_.next_fault()) return *fault;
    node_->is_resident = true;
    if (position >= node_->now.size() || into.empty()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(into.size(), node_->now.size() - position);
    std::memcpy(into.data(), node_->now.data() + position, count);
    return count;
  }

  Io<> write(std::uint64_t position, std::span<const ByteView> parts) override {
    auto fault = disk_.next_fault(Needs::room);
    has_unsynced_writes_ = true;
    OwnedBytes whole;
    for (const ByteView part : parts) whole.insert(whole.end(), part.begin(), part.end());
    std::size_t count = fault ? disk_.random_() % (whole.size() + 1) : whole.size();
    const std::uint64_t grown = std::max<std::uint64_t>(node_->now.size(), position + count) - node_->now.size();
    const std::uint64_t room = disk_.capacity_bytes_ - std::min(disk_.capacity_bytes_, disk_.used_bytes());
    if (grown > room) {
      count -= std::min<std::size_t>(count, grown - room);
      fault = system_error(ENOSPC);
    }
    if (count > 0) {
      if (node_->now.size() < position + count) node_->now.resize(position + count);
      std::memcpy(node_->now.data() + position, whole.data(), count);
      node_->modified_ms = disk_.clock_.wall_ms();
    }
    if (fault) return *fault;
    return ok();
  }

  Io<> sync_data() override {
    if (const auto fault = disk_.next_fault()) {
      node_->poisoned = true;
      return sync_failure(*fault);
    }
    if (!node_->poisoned) node_->synced = node_->now;
    has_unsynced_writes_ = false;
    return ok();
  }

  bool has_unsynced_writes() const override { return has_unsynced_writes_; }

  Io<> truncate(std::uint64_t size_bytes) override {
    if (const auto fault = disk_.next_fault()) return *fault;
    has_unsynced_writes_ = true;
    node_->now.resize(size_bytes);
    node_->modified_ms = disk_.clock_.wall_ms();
    return ok();
  }

  Io<> preallocate(std::uint64_t) override {
    if (const auto fault = disk_.next_fault(Needs::room)) return *fault;
    return ok();
  }

  Io<std::uint64_t> size() override {
    if (const auto fault = disk_.next_fault()) return *fault;
    return std::uint64_t{node_->now.size()};
  }

  Io<> set_modified(std::int64_t modified_ms) override {
    if (const auto fault = disk_.next_fault()) return *fault;
    node_->modified_ms = modified_ms;
    return ok();
  }

  Io<bool> is_resident(std::uint64_t, std::uint64_t) override { return node_->is_resident; }

  int native_handle() const override { return -1; }

 private:
  FaultyDisk& disk_;
  std::shared_ptr<Node> node_;
  bool has_unsynced_writes_ = false;
};

class FaultyDisk::HeldLock final : public DiskLock {
 public:
  HeldLock(FaultyDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  ~HeldLock() override { disk_.locks_.erase(path_); }

 private:
  FaultyDisk& disk_;
  std::string path_;
};

FaultyDisk::FaultyDisk(std::uint64_t seed, const Clock& clock) : clock_(clock), random_(seed) {}
FaultyDisk::~FaultyDisk() = default;

void FaultyDisk::fail_operation(std::uint64_t number, int error) {
  fail_first_ = fail_last_ = number;
  fail_error_ = error;
  fails_only_for_room_ = false;
}

void FaultyDisk::fail_from(std::uint64_t number, int error) {
  fail_operation(number, error);
  fail_last_ = std::numeric_limits<std::uint64_t>::max();
}

void FaultyDisk::fill_between(std::uint64_t first, std::uint64_t last) {
  fail_operation(first, ENOSPC);
  fail_last_ = last;
  fails_only_for_room_ = true;
}

void FaultyDisk::heal() { fail_first_ = std::numeric_limits<std::uint64_t>::max(); }

std::optional<Error> FaultyDisk::next_fault(Needs needs) {
  const std::uint64_t number = operations_++;
  if (number < fail_first_ || number > fail_last_) return std::nullopt;
  if (fails_only_for_room_ && needs != Needs::room) return std::nullopt;
  return system_error(fail_error_);
}

// Of the sectors that differ between what is durable and what was written last, some reached the medium; a file that
// grew may have got its new size without its bytes, which then read as zeros.
void FaultyDisk::tear(Node& node) {
  OwnedBytes after = node.synced;
  if (node.now.size() > after.size()) after.resize(after.size() + random_() % (node.now.size() - after.size() + 1));
  if (node.now.size() < after.size() && takes_part()) after.resize(node.now.size());
  for (std::size_t at = 0; at < after.size() && at < node.now.size(); at += kSectorBytes) {
    if (!takes_part()) continue;
    const std::size_t count = std::min({kSectorBytes, after.size() - at, node.now.size() - at});
    std::memcpy(after.data() + at, node.now.data() + at, count);
  }
  node.now = node.synced = std::move(after);
  node.poisoned = false;
}

void FaultyDisk::crash() {
  const std::size_t kept = changes_.empty() ? 0 : random_() % (changes_.size() + 1);
  for (std::size_t i = 0; i < kept; ++i) changes_[i].apply(durable_names_);
  changes_.clear();
  names_ = durable_names_;
  locks_.clear();
  for (auto& [path, node] : names_) tear(*node);
}

void FaultyDisk::change(std::set<std::string> directories, std::function<void(Names&)> apply) {
  apply(names_);
  changes_.push_back({std::move(directories), std::move(apply)});
}

std::shared_ptr<FaultyDisk::Node> FaultyDisk::find(const std::string& path) const {
  const auto found = names_.find(path);
  return found == names_.end() ? nullptr : found->second;
}

std::uint64_t FaultyDisk::used_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [path, node] : names_) sum += node->now.size();
  return sum;
}

OwnedBytes FaultyDisk::content(const std::string& path) const {
  const auto node = find(path);
  return node ? node->now : OwnedBytes{};
}

void FaultyDisk::put(const std::string& path, OwnedBytes bytes) {
  auto node = std::make_shared<Node>();
  node->now = node->synced = std::move(bytes);
  node->modified_ms = clock_.wall_ms();
  names_[path] = durable_names_[path] = std::move(node);
}

void FaultyDisk::lose_last_bytes(const std::string& path, std::size_t count) {
  const auto node = find(path);
  CHECK(node && count <= node->now.size());
  node->now.resize(node->now.size() - count);
  node->synced = node->now;
}

void FaultyDisk::flip_bit(const std::string& path, std::size_t byte, int bit) {
  const auto node = find(path);
  CHECK(node && byte < node->now.size());
  node->now[byte] ^= std::byte{1} << bit;
  node->synced = node->now;
}

void FaultyDisk::evict(const std::string& path) { find(path)->is_resident = false; }

std::vector<std::string> FaultyDisk::paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, node] : names_) paths.push_back(path);
  return paths;
}

Io<FilePtr> FaultyDisk::open(const std::string& path, OpenMode mode) {
  auto node = find(path);
  if (const auto fault = next_fault(node ? Needs::nothing : Needs::room)) return *fault;
  const bool may_create = mode == OpenMode::create || mode == OpenMode::replace;
  if (!node && !may_create) return system_error(ENOENT);
  if (node && node->is_directory) return system_error(EISDIR);
  if (!node) {
    node = std::make_shared<Node>();
    node->modified_ms = clock_.wall_ms();
    change({parent_directory(path)}, [path, node](Names& names) { names[path] = node; });
  }
  if (mode == OpenMode::replace) node->now.clear();
  return FilePtr{std::make_shared<OpenFile>(*this, std::move(node))};
}

Io<std::optional<FileStatus>> FaultyDisk::status(const std::string& path) {
  if (const auto fault = next_fault()) return *fault;
  const auto node = find(path);
  if (!node) return std::optional<FileStatus>{};
  return std::optional(FileStatus{node->now.size(), node->modified_ms, node->is_directory});
}

Io<std::vector<std::string>> FaultyDisk::list(const std::string& directory) {
  if (const auto fault = next_fault()) return *fault;
  const auto node = find(directory);
  if (!node || !node->is_directory) return system_error(node ? ENOTDIR : ENOENT);
  std::vector<std::string> names;
  const std::string prefix = directory + "/";
  for (auto entry = names_.lower_bound(prefix); entry != names_.end() && entry->first.starts_with(prefix); ++entry)
    if (entry->first.find('/', prefix.size()) == std::string::npos) names.push_back(entry->first.substr(prefix.size()));
  return names;
}

Io<> FaultyDisk::rename(const std::string& from, const std::string& to) {
  if (const auto fault = next_fault(Needs::room)) return *fault;
  if (!find(from)) return system_error(ENOENT);
  change({parent_directory(from), parent_directory(to)}, [from, to](Names& names) {
    Names moved;
    const auto is_within = [&](const std::string& path) { return path == from || path.starts_with(from + "/"); };
    for (auto entry = names.lower_bound(from); entry != names.end() && entry->first.starts_with(from);) {
      if (!is_within(entry->first)) {
        ++entry;
        continue;
      }
      moved[to + entry->first.substr(from.size())] = entry->second;
      entry = names.erase(entry);
    }
    for (auto& [path, node] : moved) names[path] = node;
  });
  return ok();
}

Io<> FaultyDisk::remove(const std::string& path) {
  if (const auto fault = next_fault()) return *fault;
  const auto node = find(path);
  if (!node) return ok();
  if (node->is_directory) return system_error(EISDIR);
  change({parent_directory(path)}, [path](Names& names) { names.erase(path); });
  return ok();
}

Io<> FaultyDisk::create_directory(const std::string& path) {
  if (const auto fault = next_fault(Needs::room)) return *fault;
  std::vector<std::string> missing;
  for (std::string above = path; !find(above) && above != "." && above != "/"; above = parent_directory(above))
    missing.push_back(above);
  for (; !missing.empty(); missing.pop_back()) {  // Parents first: a crash leaves no child without them.
    const std::string above = missing.back();
    auto node = std::make_shared<Node>();
    node->is_directory = true;
    change({parent_directory(above)}, [above, node](Names& names) { names[above] = node; });
  }
  return find(path) && !find(path)->is_directory ? Io<>{system_error(EEXIST)} : Io<>{ok()};
}

Io<> FaultyDisk::remove_directory(const std::string& path) {
  if (const auto fault = next_fault()) return *fault;
  if (!find(path)) return ok();
  const auto below = names_.upper_bound(path + "/");
  if (below != names_.end() && below->first.starts_with(path + "/")) return system_error(ENOTEMPTY);
  change({parent_directory(path)}, [path](Names& names) { names.erase(path); });
  return ok();
}

// Also makes durable every older change of names: file systems commit their journal in order.
Io<> FaultyDisk::sync_directory(const std::string& path) {
  if (const auto fault = next_fault()) return sync_failure(*fault);
  if (!find(path)) return system_error(ENOENT);
  const auto newest = std::find_if(changes_.rbegin(), changes_.rend(),
                                   [&](const Change& change) { return change.directories.contains(path); });
  const auto end = newest.base();
  for (auto change = changes_.begin(); change != end; ++change) change->apply(durable_names_);
  changes_.erase(changes_.begin(), end);
  return ok();
}

Io<std::unique_ptr<DiskLock>> FaultyDisk::lock(const std::string& path) {
  if (const auto fault = next_fault()) return *fault;
  if (!locks_.insert(path).second) return system_error(EWOULDBLOCK);
  return std::unique_ptr<DiskLock>{std::make_unique<HeldLock>(*this, path)};
}

}  // namespace muir::storage

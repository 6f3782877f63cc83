#pragma once

#include <deque>
#include <memory>

#include "storage/disk/disk.h"
#include "wire/base/task.h"

namespace muir::storage {

// A disk for tests whose syncs take as long as the test wants: while it holds them, each does what it has to at once,
// as of that moment, but answers only when it is released.  What happens in between is what such a test is about.
// Single-threaded; what it holds is released before it is destroyed.
class HeldDisk final : public Disk {
 public:
  explicit HeldDisk(Disk& disk) : disk_(disk) {}

  void hold() { is_holding_ = true; }
  void release_one() {
    Held& held = *held_.front();
    held_.pop_front();
    held.answer.complete(true);
  }
  // And holds no more.
  void release_all() {
    is_holding_ = false;
    while (!held_.empty()) release_one();
  }
  std::size_t held() const { return held_.size(); }
  std::size_t syncs() const { return syncs_; }  // That have begun.

  Io<FilePtr> open(const std::string& path, OpenMode mode) override {
    auto file = disk_.open(path, mode).get();
    if (!file) return file.error();
    return FilePtr{std::make_shared<OpenFile>(*this, std::move(*file))};
  }
  Io<std::optional<FileStatus>> status(const std::string& path) override { return disk_.status(path); }
  Io<std::vector<std::string>> list(const std::string& directory) override { return disk_.list(directory); }
  Io<> rename(const std::string& from, const std::string& to) override { return disk_.rename(from, to); }
  Io<> remove(const std::string& path) override { return disk_.remove(path); }
  Io<> create_directory(const std::string& path) override { return disk_.create_directory(path); }
  Io<> remove_directory(const std::string& path) override { return disk_.remove_directory(path); }
  Io<> sync_directory(const std::string& path) override { return answer_later(disk_.sync_directory(path).get()); }
  Io<std::unique_ptr<DiskLock>> lock(const std::string& path) override { return disk_.lock(path); }

 private:
  struct Held {
    Completion<bool> answer;
  };

  class OpenFile final : public File {
   public:
    OpenFile(HeldDisk& disk, FilePtr file) : disk_(disk), file_(std::move(file)) {}
    Io<std::size_t> read(std::uint64_t position, MutableByteView into) override { return file_->read(position, into); }
    Io<> write(std::uint64_t position, std::span<const ByteView> parts) override {
      return file_->write(position, parts);
    }
    Io<> sync_data() override { return disk_.answer_later(file_->sync_data().get()); }
    bool has_unsynced_writes() const override { return file_->has_unsynced_writes(); }
    Io<> truncate(std::uint64_t size_bytes) override { return file_->truncate(size_bytes); }
    Io<> preallocate(std::uint64_t size_bytes) override { return file_->preallocate(size_bytes); }
    Io<std::uint64_t> size() override { return file_->size(); }
    Io<> set_modified(std::int64_t modified_ms) override { return file_->set_modified(modified_ms); }
    Io<bool> is_resident(std::uint64_t position, std::uint64_t size_bytes) override {
      return file_->is_resident(position, size_bytes);
    }
    int native_handle() const override { return file_->native_handle(); }

   private:
    HeldDisk& disk_;
    FilePtr file_;
  };

  Io<> answer_later(Result<void> outcome) {
    ++syncs_;
    if (!is_holding_) return outcome;
    return hold(this, outcome);
  }
  static Task<Result<void>> hold(HeldDisk* disk, Result<void> outcome) {
    Held held;
    disk->held_.push_back(&held);
    co_await held.answer;
    co_return outcome;
  }

  Disk& disk_;
  bool is_holding_ = false;
  std::size_t syncs_ = 0;
  std::deque<Held*> held_;
};

}  // namespace muir::storage

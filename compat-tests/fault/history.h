// What clients did and saw, one JSON object a line, in the order of happening: the input of check_history.py.
#pragma once

#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>

namespace muir::compat {

// Any thread may write.  A line is in the file when the call returns.
class History {
 public:
  explicit History(const std::string& path);
  ~History();

  void send(std::int32_t partition, const std::string& value);
  // The record is there, at `offset`.
  void acknowledged(std::int32_t partition, const std::string& value, std::int64_t offset);
  // The record is certainly not there, and will not be.
  void failed(std::int32_t partition, const std::string& value, const std::string& why);
  // Nobody knows.
  void unknown(std::int32_t partition, const std::string& value, const std::string& why);
  void polled(std::int32_t reader, std::int32_t partition, const std::string& value, std::int64_t offset);
  // What must not happen to a client: a fatal error of an idempotent producer, an offset out of range.
  void broken(const std::string& who, const std::string& why);

 private:
  void write(const std::string& fields);

  std::mutex mutex_;
  std::FILE* file_;
};

}  // namespace muir::compat

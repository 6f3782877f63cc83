#include "compat-tests/fault/history.h"

#include <chrono>
#include <stdexcept>

#include <fmt/format.h>

namespace muir::compat {

History::History(const std::string& path) : file_{std::fopen(path.c_str(), "a")} {
  if (file_ == nullptr) throw std::runtime_error("cannot write " + path);
}

History::~History() { std::fclose(file_); }

void History::send(std::int32_t partition, const std::string& value) {
  write(fmt::format(R"("op":"send","partition":{},"value":"{}")", partition, value));
}

void History::acknowledged(std::int32_t partition, const std::string& value, std::int64_t offset) {
  write(fmt::format(R"("op":"ok","partition":{},"value":"{}","offset":{})", partition, value, offset));
}

void History::failed(std::int32_t partition, const std::string& value, const std::string& why) {
  write(fmt::format(R"("op":"fail","partition":{},"value":"{}","why":"{}")", partition, value, why));
}

void History::unknown(std::int32_t partition, const std::string& value, const std::string& why) {
  write(fmt::format(R"("op":"info","partition":{},"value":"{}","why":"{}")", partition, value, why));
}

void History::polled(std::int32_t reader, std::int32_t partition, const std::string& value, std::int64_t offset) {
  write(fmt::format(R"("op":"poll","reader":{},"partition":{},"value":"{}","offset":{})", reader, partition, value,
                    offset));
}

void History::broken(const std::string& who, const std::string& why) {
  write(fmt::format(R"("op":"broken","who":"{}","why":"{}")", who, why));
}

void History::write(const std::string& fields) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto line =
      fmt::format("{{\"at\":{},{}}}\n", std::chrono::duration_cast<std::chrono::nanoseconds>(now).count(), fields);
  const std::lock_guard lock{mutex_};
  std::fputs(line.c_str(), file_);
  std::fflush(file_);
}

}  // namespace muir::compat

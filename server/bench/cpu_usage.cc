#include "server/bench/cpu_usage.h"

#include <fstream>
#include <iterator>
#include <sstream>

#include <unistd.h>

namespace muir::server {
namespace {

using std::chrono::nanoseconds;

constexpr int kFieldsBetweenNameAndUserTime = 11;  // proc(5): utime and stime are fields 14 and 15, the name is 2.

ClientResult<nanoseconds> of_process(const std::string& text) {
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBetweenNameAndUserTime; ++i) fields >> skipped;
  std::int64_t user = 0, system = 0;
  if (!(fields >> user >> system)) return client_error("not the text of /proc/PID/stat");
  return nanoseconds((user + system) * (1'000'000'000 / ::sysconf(_SC_CLK_TCK)));
}

}  // namespace

ClientResult<nanoseconds> parse_cpu_usage(const std::string& text) {
  std::int64_t number = 0;
  if (text.starts_with("usage_usec ") && std::istringstream(text.substr(11)) >> number) {
    return nanoseconds(number * 1000);
  }
  if (text.rfind(')') != std::string::npos) return of_process(text);
  std::istringstream whole(text);
  std::string rest;
  if (whole >> number && !(whole >> rest)) return nanoseconds(number);
  return client_error("says nothing of processor time: expected cpuacct.usage, cpu.stat or /proc/PID/stat");
}

ClientResult<nanoseconds> read_cpu_usage(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) return client_system_error("cannot read " + file);
  const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  auto usage = parse_cpu_usage(text);
  if (!usage) return client_error(file + " " + usage.error().message);
  return usage;
}

}  // namespace muir::server

#include "server/process/run_broker.h"

#include <atomic>

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "server/config/protection.h"
#include "server/process/broker.h"
#include "server/process/configuration_file.h"
#include "server/quorum/format.h"
#include "server/runtime/log.h"
#include "storage/disk/posix_disk.h"
#include "wire/base/uuid.h"

namespace muir::server {
namespace {

// Only the embedded default formats by itself: a directory of somebody's cluster is never taken for an empty one.
ConfigResult<> format_if_new(const BrokerConfig& config) {
  storage::PosixDisk disk;
  if (!is_unformatted(disk, config)) return {};
  FormatOptions options;
  options.cluster_id = Uuid::random().to_string();
  options.standalone = true;
  const CommandOutcome outcome = format_storage(disk, config, options, system_clock());
  if (outcome.exit_code != 0) return invalid_config(outcome.err);
  log_info("Formatted a new data directory", field("cluster", options.cluster_id));
  return {};
}

// As many descriptors as the system lets us have: every partition and every connection takes some.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

void print_welcome(const Broker& broker, const BrokerConfig& config) {
  fmt::print(
      "\nMuir is ready at {address}; data in {dir}.  Try:\n"
      "  echo hello | kcat -b {address} -t greetings -P\n"
      "  kcat -b {address} -t greetings -C -e\n"
      "or point any Kafka client at {address}.  Ctrl-C stops it.\n\n",
      fmt::arg("address", broker.address()), fmt::arg("dir", config.log_dirs.front()));
  std::fflush(stdout);
}

}  // namespace

int run_broker(const std::optional<std::string>& file, const std::vector<std::string>& overrides) {
  const auto given = read_configuration(file, overrides);
  if (!given) return fail(given.error().message);
  auto config = BrokerConfig::load(*given);
  if (!config) return fail(config.error().message);
  if (!config->is_broker || !config->is_controller) {
    return fail("process.roles must be broker,controller: this version runs as a single node");
  }
  for (const std::string& warning : config->warnings()) log_warn(warning);
  if (!file) {
    const auto formatted = format_if_new(*config);
    if (!formatted) return fail(formatted.error().message);
  }
  storage::PosixDisk disk;
  auto directories = open_storage_directories(disk, *config);
  if (!directories) return fail(directories.error().message);

  ::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  // Blocked in every thread, and waited for here.
  const sigset_t signals = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const BrokerConfig shown = *config;
  Broker broker(std::move(*config), std::move(*directories));
  std::atomic<bool> has_failed{false};
  broker.on_fatal = [&has_failed] {
    has_failed = true;
    ::kill(::getpid(), SIGTERM);
  };
  const auto started = broker.start();
  if (!started) {
    broker.stop();
    return fail(started.error().message);
  }
  if (!file) print_welcome(broker, shown);
  int signal = 0;
  ::sigwait(&signals, &signal);
  broker.stop();
  return has_failed ? 1 : 0;
}

int list_protected_keys() {
  for (const ProtectedKey& key : protected_keys()) fmt::print("{}\t{}\n", key.key, key.sample);
  return 0;
}

}  // namespace muir::server

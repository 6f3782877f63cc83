#include "server/process/run_format.h"

#include <fmt/format.h>

#include "server/config/broker_config.h"
#include "server/process/configuration_file.h"
#include "server/quorum/format.h"
#include "storage/disk/posix_disk.h"
#include "wire/base/clock.h"

namespace muir::server {

int run_format(const FormatArguments& arguments) {
  const auto given = read_configuration(arguments.config_file, {});
  if (!given) return fail(given.error().message);
  const auto config = BrokerConfig::load(*given);
  if (!config) return fail(config.error().message);

  FormatOptions options;
  options.cluster_id = arguments.cluster_id;
  options.standalone = arguments.standalone;
  options.no_initial_controllers = arguments.no_initial_controllers;
  options.initial_controllers = arguments.initial_controllers;
  options.ignore_formatted = arguments.ignore_formatted;
  options.release_version = arguments.release_version;
  options.features = arguments.features;
  options.add_scram = arguments.add_scram;
  storage::PosixDisk disk;
  const CommandOutcome outcome = format_storage(disk, *config, options, system_clock());
  fmt::print("{}", outcome.out);
  fmt::print(stderr, "{}", outcome.err);
  return outcome.exit_code;
}

}  // namespace muir::server

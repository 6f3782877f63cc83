#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <malloc.h>

#include "server/bench/bench_command.h"
#include "server/process/explain_acl.h"
#include "server/process/run_broker.h"
#include "server/process/run_format.h"
#include "server/process/version.h"
#include "wire/base/uuid.h"

namespace server = muir::server;

namespace {

// A large request or answer is memory for a millisecond.  The C library would give it back to the system each time and
// fetch it again, page by page, which takes longer than the work itself: so much it may keep, of each thread.
constexpr int kKeptHeapBytes = 4 << 20;

void keep_some_memory() {
  ::mallopt(M_MMAP_THRESHOLD, kKeptHeapBytes);
  ::mallopt(M_TRIM_THRESHOLD, kKeptHeapBytes);
}

}  // namespace

int main(int argc, char** argv) {
  keep_some_memory();
  CLI::App app("Muir: a Kafka broker and controller");
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("muir {} (Kafka {})", server::kVersion, server::kKafkaVersion));

  CLI::App* broker =
      app.add_subcommand("broker", "Start a broker; without FILE on 127.0.0.1:9092, with data under ./data");
  std::optional<std::string> file;
  std::vector<std::string> overrides;
  broker->add_option("FILE", file, "Kafka's server.properties");
  broker->add_option("--override", overrides, "key=value, over what FILE says")->allow_extra_args(false);

  CLI::App* format = app.add_subcommand("format", "Prepare log directories, as kafka-storage format does");
  server::FormatArguments arguments;
  format->add_option("-c,--config", arguments.config_file, "server.properties")->required();
  format->add_option("-t,--cluster-id", arguments.cluster_id, "The cluster's id: `muir random-uuid` makes one")
      ->required();
  format->add_flag("-s,--standalone", arguments.standalone, "This node is the only voter of a new quorum");
  format->add_flag("-N,--no-initial-controllers", arguments.no_initial_controllers, "This node joins a quorum later");
  format->add_flag("-g,--ignore-formatted", arguments.ignore_formatted, "Leave formatted directories as they are");
  format->add_option("-I,--initial-controllers", arguments.initial_controllers, "The voters of a new quorum");
  format->add_option("-S,--add-scram", arguments.add_scram, "A user: SCRAM-SHA-256=[name=...,password=...]");
  format->add_option("-r,--release-version", arguments.release_version, "metadata.version to begin with");
  format->add_option("-f,--feature", arguments.features, "feature=level");

  CLI::App* config = app.add_subcommand("config", "What this version knows of Kafka's configuration");
  bool list_protected = false;
  config->add_flag("--protected", list_protected, "Keys that stop the start-up because they cannot be honoured yet")
      ->required();
  CLI::App* acl = app.add_subcommand("acl", "Access control lists");
  acl->require_subcommand(1);
  CLI::App* explain = acl->add_subcommand("explain", "Whether a principal may do something, and which rule says so");
  server::ExplainArguments question;
  explain->add_option("--bootstrap-server", question.bootstrap_server, "A broker, host:port")->required();
  explain->add_option("--command-config", question.command_config, "Kafka's client settings, for TLS and a login");
  explain->add_option("--principal", question.principal, "User:alice")->required();
  explain->add_option("--operation", question.operation, "Read, Write, Describe, ...")->required();
  explain->add_option("--resource", question.resource, "topic:NAME, group:NAME, transactional-id:NAME, cluster")
      ->required();
  explain->add_option("--host", question.host, "Where it comes from; without, only ACLs for every host count");
  explain->add_option("-c,--config", question.config_file, "The broker's server.properties, for its super.users");
  const server::BenchCommand bench(app);
  CLI::App* random_uuid = app.add_subcommand("random-uuid", "Print an id for a new cluster");

  CLI11_PARSE(app, argc, argv);
  if (*broker) return server::run_broker(file, overrides);
  if (*format) return server::run_format(arguments);
  if (*config) return server::list_protected_keys();
  if (*explain) return server::explain_acl(question);
  if (bench.was_chosen()) return bench.run();
  if (*random_uuid) fmt::print("{}\n", muir::Uuid::random().to_string());
  return 0;
}

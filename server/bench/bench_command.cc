#include "server/bench/bench_command.h"

#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "server/bench/handshakes.h"
#include "server/bench/idle_connections.h"
#include "server/bench/load_report.h"
#include "server/bench/load_run.h"
#include "server/bench/start_up.h"
#include "server/bench/workload.h"
#include "server/client/dialer.h"

namespace muir::server {
namespace {

using wire::CompressionType;

const std::map<std::string, Workload::Mode> kModes{
    {"produce", Workload::Mode::produce}, {"fetch", Workload::Mode::fetch}, {"both", Workload::Mode::both}};
const std::map<std::string, std::int16_t> kAcks{{"1", 1}, {"all", -1}, {"-1", -1}};
const std::map<std::string, CompressionType> kCodecs{{"none", CompressionType::none},
                                                     {"gzip", CompressionType::gzip},
                                                     {"snappy", CompressionType::snappy},
                                                     {"lz4", CompressionType::lz4},
                                                     {"zstd", CompressionType::zstd}};

double milliseconds(std::chrono::nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

}  // namespace

struct BenchCommand::Options {
  Workload workload;
  double duration_seconds = 10;
  double warmup_seconds = 0;
  std::int32_t idle = 0;
  std::string command_config;
  bool handshakes = false;
  bool resumes = false;
  bool as_json = false;
  bool times_start_up = false;
  std::vector<std::string> broker_command;

  ClientResult<> hold_idle() const;
  ClientResult<> shake_hands() const;
  ClientResult<> time_start_up() const;
  ClientResult<> load() const;
};

BenchCommand::BenchCommand(CLI::App& app)
    : options_(std::make_unique<Options>()), command_(app.add_subcommand("bench", "Load a broker, and time it")) {
  Workload& workload = options_->workload;
  CLI::App& command = *command_;
  command.add_option("-b,--bootstrap", workload.bootstrap, "host:port of a broker")->capture_default_str()->take_last();
  command.add_option("-m,--mode", workload.mode, "produce, fetch or both")->transform(CLI::CheckedTransformer(kModes));
  command.add_option("-t,--topic", workload.topic)->capture_default_str();
  command.add_option("--create-topic", workload.create_partitions, "Create it with so many partitions");
  command.add_flag("--delete-topic", workload.deletes_topic, "Delete it when the test has succeeded");
  command.add_option("--replication-factor", workload.replication_factor)->capture_default_str();
  command.add_option("-c,--connections", workload.connections)->capture_default_str();
  command.add_option("--fetch-connections", workload.fetch_connections, "In mode both; default: one a partition");
  command.add_option("--in-flight", workload.in_flight, "Requests on their way on a connection")->capture_default_str();
  command.add_option("-r,--rate", workload.rate, "Requests a second by timetable; default: as many as will go");
  command.add_option("-d,--duration", options_->duration_seconds, "Seconds that count")->capture_default_str();
  command.add_option("-w,--warmup", options_->warmup_seconds, "Seconds before that do not count");
  command.add_option("-n,--records", workload.records, "Stop after so many records");
  command.add_option("-s,--record-size", workload.record_bytes, "Bytes of a record's value")->capture_default_str();
  command.add_option("--records-per-request", workload.records_per_request)->capture_default_str();
  command.add_option("-k,--keys", workload.keys, "Give records one of so many keys");
  command.add_option("--compressible", workload.compressible, "Share of the payload that compresses away")
      ->capture_default_str();
  command.add_option("-z,--compression", workload.compression, "none, gzip, snappy, lz4 or zstd")
      ->transform(CLI::CheckedTransformer(kCodecs));
  command.add_option("-a,--acks", workload.acks, "1 or all")->transform(CLI::CheckedTransformer(kAcks));
  command.add_flag("--idempotent", workload.idempotent, "A producer id a connection, and sequence numbers");
  command.add_option("--fetch-max-bytes", workload.fetch_max_bytes, "Of a partition and an answer")
      ->capture_default_str();
  command.add_option("--fetch-min-bytes", workload.fetch_min_bytes)->capture_default_str();
  command.add_option("--fetch-max-wait-ms", workload.fetch_wait_ms)->capture_default_str();
  command.add_option("--cpu-of", workload.cpu_of, "cpuacct.usage, cpu.stat or /proc/PID/stat of the broker");
  command.add_option("--command-config", options_->command_config, "Kafka's client settings, for TLS and a login");
  command.add_flag("--handshakes", options_->handshakes, "Only shake hands, on as many threads as connections");
  command.add_flag("--resume", options_->resumes, "With --handshakes: ask for the session of the one before");
  command.add_option("--idle", options_->idle, "Only hold so many idle connections for the duration");
  command.add_flag("--start-up", options_->times_start_up, "Time COMMAND, a broker, up to its first acknowledgement");
  command.add_option("COMMAND", options_->broker_command, "After --, for --start-up");
  command.add_flag("--json", options_->as_json, "One object on one line instead of a table");
}

BenchCommand::~BenchCommand() = default;

bool BenchCommand::was_chosen() const { return command_->parsed(); }

ClientResult<> BenchCommand::Options::hold_idle() const {
  const auto dialer = Dialer::from_file(command_config);
  if (!dialer) return dialer.error();
  const auto held = hold_idle_connections(workload.bootstrap, *dialer, idle, workload.duration);
  return held;
}

ClientResult<> BenchCommand::Options::shake_hands() const {
  const auto dialer = Dialer::from_file(command_config);
  if (!dialer) return dialer.error();
  if (!dialer->has_tls()) return client_error("--handshakes needs a --command-config with TLS");
  const auto report = measure_handshakes(workload, *dialer, resumes);
  if (!report) return report.error();
  const double elapsed = milliseconds(report->elapsed) / 1000;
  const double cpu = milliseconds(report->broker_cpu) / 1000;
  if (as_json) {
    fmt::print("{{\"handshakes\": {}, \"resumed\": {}, \"elapsed_seconds\": {:.3f}, \"broker_cpu_seconds\": {:.6f}}}\n",
               report->handshakes, report->resumed, elapsed, cpu);
    return {};
  }
  fmt::print("{} handshakes, {} of them resumed, in {:.2f} s, {:.0f} a second", report->handshakes, report->resumed,
             elapsed, static_cast<double>(report->handshakes) / elapsed);
  if (cpu > 0)
    fmt::print("; {:.0f} a second of the broker's processor time", static_cast<double>(report->handshakes) / cpu);
  fmt::print("\n");
  return {};
}

ClientResult<> BenchCommand::Options::time_start_up() const {
  if (broker_command.empty()) return client_error("--start-up needs the broker's command, after --");
  const auto timed = measure_start_up(broker_command, workload);
  if (!timed) return timed.error();
  const double connection = milliseconds(timed->to_connection);
  const double acknowledgement = milliseconds(timed->to_acknowledgement);
  fmt::print(fmt::runtime(as_json ? "{{\"to_connection_ms\": {:.3f}, \"to_acknowledgement_ms\": {:.3f}}}\n"
                                  : "first connection after {:.1f} ms, first acknowledged record after {:.1f} ms\n"),
             connection, acknowledgement);
  return {};
}

ClientResult<> BenchCommand::Options::load() const {
  const auto dialer = Dialer::from_file(command_config);
  if (!dialer) return dialer.error();
  auto client = BrokerClient::connect(workload.bootstrap, *dialer);
  if (!client) return client.error();
  auto topic = prepare_topic(*client, workload);
  if (!topic) return topic.error();
  LoadRun run(workload, *topic, *dialer);
  const auto report = run.run(client->versions(), *client);
  if (!report) return report.error();
  if (workload.deletes_topic) {
    const auto deleted = delete_topic(*client, *topic);
    if (!deleted) return deleted;
  }
  fmt::print("{}{}", as_json ? to_json(workload, *report) : to_text(workload, *report), as_json ? "\n" : "");
  return {};
}

int BenchCommand::run() const {
  Workload& workload = options_->workload;
  workload.duration = std::chrono::milliseconds(static_cast<std::int64_t>(options_->duration_seconds * 1000));
  workload.warmup = std::chrono::milliseconds(static_cast<std::int64_t>(options_->warmup_seconds * 1000));
  auto done = workload.check();
  if (done) {
    if (options_->handshakes) {
      done = options_->shake_hands();
    } else if (options_->idle > 0) {
      done = options_->hold_idle();
    } else if (options_->times_start_up) {
      done = options_->time_start_up();
    } else {
      done = options_->load();
    }
  }
  if (done) return 0;
  fmt::print(stderr, "muir bench: {}\n", done.error().message);
  return 1;
}

}  // namespace muir::server

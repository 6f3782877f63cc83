#include "server/bench/load_report.h"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace muir::server {
namespace {

namespace json = boost::json;

constexpr double kQuantiles[] = {0.5, 0.9, 0.99, 0.999};
constexpr const char* kQuantileNames[] = {"p50", "p90", "p99", "p999"};

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }
double micros(std::chrono::nanoseconds time) { return std::chrono::duration<double, std::micro>(time).count(); }

double per_second(std::int64_t count, const LoadReport& report) {
  return report.elapsed.count() == 0 ? 0 : static_cast<double>(count) / seconds(report.elapsed);
}

std::string_view mode_name(Workload::Mode mode) {
  switch (mode) {
    case Workload::Mode::produce:
      return "produce";
    case Workload::Mode::fetch:
      return "fetch";
    case Workload::Mode::both:
      return "both";
  }
  return "";
}

std::string line(std::string_view what, const LoadCounts& counts, const LoadReport& report) {
  std::string text = fmt::format("{:<8} {:>10} {:>11.0f} {:>12.0f} {:>9.2f}", what, counts.requests,
                                 per_second(counts.requests, report), per_second(counts.records, report),
                                 per_second(counts.bytes, report) / 1e6);
  for (const double quantile : kQuantiles) text += fmt::format(" {:>9.3f}", micros(counts.latency.at(quantile)) / 1e3);
  return text + fmt::format(" {:>9.3f}\n", micros(counts.latency.max()) / 1e3);
}

std::string cpu_line(const LoadReport& report) {
  const std::int64_t requests = report.produced.requests + report.fetched.requests;
  const std::int64_t bytes = report.produced.bytes + report.fetched.bytes;
  if (report.broker_cpu.count() == 0 || requests == 0 || bytes == 0) return "";
  return fmt::format("broker   {:.2f} s of processor time: {:.2f} us a request, {:.3f} s a GB\n",
                     seconds(report.broker_cpu), micros(report.broker_cpu) / static_cast<double>(requests),
                     seconds(report.broker_cpu) / (static_cast<double>(bytes) / 1e9));
}

json::object counts_object(const LoadCounts& counts, const LoadReport& report) {
  json::object object{{"requests", counts.requests},
                      {"records", counts.records},
                      {"bytes", counts.bytes},
                      {"requests_per_second", per_second(counts.requests, report)},
                      {"bytes_per_second", per_second(counts.bytes, report)}};
  json::object latency{{"mean_us", micros(counts.latency.mean())}, {"max_us", micros(counts.latency.max())}};
  for (std::size_t i = 0; i < std::size(kQuantiles); ++i) {
    latency[fmt::format("{}_us", kQuantileNames[i])] = micros(counts.latency.at(kQuantiles[i]));
  }
  object["latency"] = std::move(latency);
  return object;
}

json::object workload_object(const Workload& workload) {
  return {{"mode", mode_name(workload.mode)},
          {"connections", workload.connections},
          {"in_flight", workload.in_flight},
          {"rate", workload.rate},
          {"record_bytes", workload.record_bytes},
          {"records_per_request", workload.records_per_request},
          {"keys", workload.keys},
          {"compressible", workload.compressible},
          {"compression", static_cast<int>(workload.compression)},
          {"acks", workload.acks},
          {"idempotent", workload.idempotent},
          {"fetch_max_bytes", workload.fetch_max_bytes}};
}

}  // namespace

std::string to_text(const Workload& workload, const LoadReport& report) {
  std::string text = fmt::format(
      "{} on topic {}: {} connections, {} in flight, {} records of {} bytes a request, acks={}{}, {}\n",
      mode_name(workload.mode), workload.topic, workload.connections, workload.in_flight, workload.records_per_request,
      workload.record_bytes, workload.acks == -1 ? "all" : "1", workload.idempotent ? ", idempotent" : "",
      workload.is_open_loop() ? fmt::format("{} requests/s by timetable", workload.rate) : "as fast as it goes");
  text += fmt::format("latencies in ms, {}\n\n",
                      workload.is_open_loop()
                          ? "from the time when the request was due"
                          : "from sending (a closed loop: they hide what a waiting client does not send)");
  text += fmt::format("{:<8} {:>10} {:>11} {:>12} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "", "requests", "requests/s",
                      "records/s", "MB/s", "p50", "p90", "p99", "p99.9", "max");
  if (workload.produces()) text += line("produce", report.produced, report);
  if (workload.fetches()) text += line("fetch", report.fetched, report);
  text += cpu_line(report);
  text += fmt::format("driver   {:.2f} s of processor time in {:.2f} s\n", seconds(report.own_cpu),
                      seconds(report.elapsed));
  if (report.unsent > 0)
    text += fmt::format("{} requests were due and not sent: the rate is too high\n", report.unsent);
  if (workload.produces()) {
    text += fmt::format("every answer was right; {} records were acknowledged, the log grew by {}\n",
                        report.acknowledged, report.log_grew);
  } else {
    text += "every answer was right: checksums, and offsets without a gap\n";
  }
  return text;
}

std::string to_json(const Workload& workload, const LoadReport& report) {
  json::object object{{"workload", workload_object(workload)},
                      {"elapsed_seconds", seconds(report.elapsed)},
                      {"broker_cpu_seconds", seconds(report.broker_cpu)},
                      {"driver_cpu_seconds", seconds(report.own_cpu)},
                      {"unsent_requests", report.unsent},
                      {"acknowledged_records", report.acknowledged},
                      {"log_grew_records", report.log_grew}};
  if (workload.produces()) object["produce"] = counts_object(report.produced, report);
  if (workload.fetches()) object["fetch"] = counts_object(report.fetched, report);
  return json::serialize(object);
}

}  // namespace muir::server

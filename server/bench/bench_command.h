#pragma once

#include <memory>

namespace CLI {
class App;
}

namespace muir::server {

// `muir bench`: a load test of a broker, Muir or any other that speaks Kafka's protocol; docs/bench.md.
class BenchCommand {
 public:
  // Adds the command to `app`, which outlives this.
  explicit BenchCommand(CLI::App& app);
  ~BenchCommand();

  bool was_chosen() const;

  // The exit code: 1, with one line on stderr, when an answer was wrong or the test could not be done.
  int run() const;

 private:
  struct Options;
  std::unique_ptr<Options> options_;
  CLI::App* command_;
};

}  // namespace muir::server

#include "server/bench/start_up.h"

#include <thread>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/bench/answer_check.h"
#include "server/bench/load_run.h"
#include "server/bench/target_topic.h"
#include "server/client/broker_client.h"

namespace muir::server {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::microseconds kRetry{200};
constexpr std::chrono::seconds kPatience{60};

// A child process that is told to stop with its owner, and waited for.
class Child {
 public:
  static ClientResult<Child> run(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) return client_system_error("fork");
    if (pid == 0) {
      ::dup2(STDERR_FILENO, STDOUT_FILENO);  // Our own output stays ours.
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
    return Child(pid);
  }
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }

  bool has_ended() {
    if (::waitpid(pid_, nullptr, WNOHANG) != pid_) return false;
    pid_ = -1;
    return true;
  }

 private:
  explicit Child(pid_t pid) : pid_(pid) {}
  pid_t pid_;
};

// The first connection on which the broker says what it speaks.
ClientResult<BrokerClient> first_connection(Child& child, const std::string& address, steady_clock::time_point began) {
  for (;;) {
    auto client = BrokerClient::connect(address);
    if (client) return client;
    if (child.has_ended()) return client_error("the broker ended by itself");
    if (steady_clock::now() - began > kPatience) return client.error();
    std::this_thread::sleep_for(kRetry);
  }
}

ClientResult<> produce_one(BrokerClient& client, const Workload& workload) {
  auto topic = prepare_topic(client, workload);
  if (!topic) return topic.error();
  LoadRun run(workload, *topic, client.dialer());
  const auto report = run.run(client.versions(), client);
  if (!report) return report.error();
  return {};
}

}  // namespace

ClientResult<StartUp> measure_start_up(const std::vector<std::string>& command, const Workload& workload) {
  if (connect_to(workload.bootstrap, std::chrono::seconds(1))) {
    return client_error("something listens on " + workload.bootstrap + " already");
  }
  Workload one_record = workload;
  one_record.mode = Workload::Mode::produce;
  one_record.connections = one_record.in_flight = one_record.records_per_request = 1;
  one_record.records = 1;
  one_record.rate = 0;
  one_record.warmup = {};
  const auto began = steady_clock::now();
  auto child = Child::run(command);
  if (!child) return child.error();
  auto client = first_connection(*child, workload.bootstrap, began);
  if (!client) return client.error();
  StartUp start_up;
  start_up.to_connection = steady_clock::now() - began;
  const auto produced = produce_one(*client, one_record);
  if (!produced) return produced.error();
  start_up.to_acknowledgement = steady_clock::now() - began;
  return start_up;
}

}  // namespace muir::server

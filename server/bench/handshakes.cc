#include "server/bench/handshakes.h"

#include <thread>
#include <vector>

#include <sys/socket.h>

#include "server/bench/cpu_usage.h"

namespace muir::server {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{20};

using SessionPtr = std::unique_ptr<SSL_SESSION, auth::FreeWith<SSL_SESSION_free>>;

// Says that no more will come, and reads until the broker says so too: what it sends before, tickets among it, shows
// that its side of the handshake is complete.
ClientResult<> finish(const Stream& stream) {
  SSL* tls = stream.tls();
  ::SSL_shutdown(tls);
  ::shutdown(stream.fd(), SHUT_WR);
  std::byte unexpected;
  while (::SSL_read(tls, &unexpected, 1) > 0) {
  }
  const int state = ::SSL_get_shutdown(tls);
  std::byte end;
  const bool is_over = (state & SSL_RECEIVED_SHUTDOWN) != 0 || ::recv(stream.fd(), &end, 1, 0) == 0;
  if (!is_over) return client_error("the broker does not finish a handshake");
  return {};
}

// One thread's handshakes, one after the other.
class Dialling {
 public:
  Dialling(const Workload& workload, const Dialer& dialer, bool resumes)
      : workload_(workload), dialer_(dialer), resumes_(resumes) {}

  ClientResult<> once() {
    const auto stream = dialer_.connect(workload_.bootstrap, kPatience, session_.get());
    if (!stream) return stream.error();
    const auto finished = finish(*stream);
    if (!finished) return finished;
    was_resumed_ = ::SSL_session_reused(stream->tls()) == 1;
    if (resumes_) session_.reset(::SSL_get1_session(stream->tls()));
    return {};
  }

  // The error, if any, is kept for the thread that waits.
  void until(steady_clock::time_point end) {
    while (result_ && steady_clock::now() < end) {
      result_ = once();
      if (!result_) return;
      ++count_;
      if (was_resumed_) ++resumed_;
    }
  }

  std::int64_t count() const { return count_; }
  std::int64_t resumed() const { return resumed_; }
  const ClientResult<>& result() const { return result_; }

 private:
  const Workload& workload_;
  const Dialer& dialer_;
  const bool resumes_;
  SessionPtr session_;
  bool was_resumed_ = false;  // The last one.
  std::int64_t count_ = 0;
  std::int64_t resumed_ = 0;
  ClientResult<> result_;
};

ClientResult<std::chrono::nanoseconds> broker_cpu(const Workload& workload) {
  if (workload.cpu_of.empty()) return std::chrono::nanoseconds(0);
  return read_cpu_usage(workload.cpu_of);
}

}  // namespace

ClientResult<HandshakeReport> measure_handshakes(const Workload& workload, const Dialer& dialer, bool resumes) {
  std::vector<Dialling> diallings;
  for (std::int32_t i = 0; i < workload.connections; ++i) {
    auto& dialling = diallings.emplace_back(workload, dialer, resumes);
    const auto first = dialling.once();  // Does not count: there is no session yet.
    if (!first) return first.error();
  }
  const auto cpu_before = broker_cpu(workload);
  if (!cpu_before) return cpu_before.error();
  const auto began = steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (auto& dialling : diallings) {
      threads.emplace_back([&dialling, end = began + workload.duration] { dialling.until(end); });
    }
  }
  HandshakeReport report;
  report.elapsed = steady_clock::now() - began;
  const auto cpu_after = broker_cpu(workload);
  if (!cpu_after) return cpu_after.error();
  report.broker_cpu = *cpu_after - *cpu_before;
  for (const auto& dialling : diallings) {
    if (!dialling.result()) return dialling.result().error();
    report.handshakes += dialling.count();
    report.resumed += dialling.resumed();
  }
  return report;
}

}  // namespace muir::server

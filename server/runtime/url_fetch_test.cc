#include "server/runtime/url_fetch.h"

#include <functional>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muir::server {
namespace {

constexpr std::size_t kBytesMax = 10'000;
constexpr std::chrono::seconds kPatience{1};

// A server for one request, on a port of the loopback: what it does with the connection is up to the test.
class Server {
 public:
  using Behaviour = std::function<void(int connection)>;

  explicit Server(Behaviour behaviour) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, generic, size), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    EXPECT_EQ(::getsockname(listener_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, behaviour = std::move(behaviour)] {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      char request[4096];
      if (::recv(connection, request, sizeof request, 0) > 0) behaviour(connection);
      ::close(connection);
    });
  }
  ~Server() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/keys"; }

 private:
  const int listener_;
  int port_ = 0;
  std::thread thread_;
};

void send(int connection, std::string_view text) {
  static_cast<void>(::send(connection, text.data(), text.size(), MSG_NOSIGNAL));
}

// Until the other side has closed.
void linger(int connection) {
  char byte = 0;
  while (::recv(connection, &byte, 1, 0) > 0) continue;
}

std::string outcome(const Server::Behaviour& behaviour) {
  const Server server(behaviour);
  const auto fetched = fetch_url(server.url(), kBytesMax, kPatience);
  return fetched ? std::string(as_text(*fetched)) : "failed: " + fetched.error();
}

TEST(UrlFetch, TakesADocument) {
  EXPECT_EQ(outcome([](int c) { send(c, "HTTP/1.0 200 OK\r\n\r\n{}"); }), "{}");
  EXPECT_EQ(outcome([](int c) { send(c, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"); }), "{}");
}

TEST(UrlFetch, TakesADocumentThatComesInPieces) {
  EXPECT_EQ(outcome([](int c) {
              send(c, "HTTP/1.0 200 OK\r\n\r\n");
              std::this_thread::sleep_for(std::chrono::milliseconds(50));  // A packet of its own.
              send(c, "{\"keys\":");
              std::this_thread::sleep_for(std::chrono::milliseconds(50));
              send(c, "[]}");
            }),
            "{\"keys\":[]}");
}

TEST(UrlFetch, DoesNotWaitForTheEndOfAConnectionThatStays) {
  EXPECT_EQ(outcome([](int c) {
              send(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
              linger(c);
            }),
            "{}");
}

// CVE-2025-27817: the answer of a server leads nowhere.
TEST(UrlFetch, FollowsNoRedirect) {
  for (const std::string code : {"301", "302", "303", "307", "308"})
    EXPECT_EQ(outcome([&](int c) {
                send(c,
                     "HTTP/1.1 " + code + " Moved\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n");
              }).substr(0, 7),
              "failed:")
        << code;
}

TEST(UrlFetch, TakesNoMoreThanItsLimit) {
  const std::string large(kBytesMax + 1, 'x');
  EXPECT_EQ(outcome([&](int c) { send(c, "HTTP/1.0 200 OK\r\n\r\n" + large); }), "failed: the document is too large");
  EXPECT_EQ(outcome([](int c) {
              send(c, "HTTP/1.0 200 OK\r\nContent-Length: 4000000000\r\n\r\nx");
              linger(c);
            }).substr(0, 7),
            "failed:");
  EXPECT_EQ(outcome([&](int c) { send(c, "HTTP/1.0 200 OK\r\nX: " + std::string(1'000'000, 'x')); }).substr(0, 7),
            "failed:");
  EXPECT_EQ(outcome([](int c) { send(c, "HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\n{}"); }),
            "failed: the document was cut off");
}

TEST(UrlFetch, EndsInTime) {
  const std::vector<std::pair<std::string, Server::Behaviour>> slow{
      {"silent", linger},
      {"headers only",
       [](int c) {
         send(c, "HTTP/1.0 200 OK\r\n\r\n");
         linger(c);
       }},
      {"drop by drop",
       [](int c) {
         send(c, "HTTP/1.0 200 OK\r\n\r\n");
         while (::send(c, "x", 1, MSG_NOSIGNAL) == 1) std::this_thread::sleep_for(std::chrono::milliseconds(20));
       }},
      {"endless headers",
       [](int c) {
         send(c, "HTTP/1.0 200 OK\r\n");
         while (::send(c, "A: b\r\n", 6, MSG_NOSIGNAL) == 6) std::this_thread::sleep_for(std::chrono::milliseconds(20));
       }},
  };
  for (const auto& [name, behaviour] : slow) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(outcome(behaviour).substr(0, 7), "failed:") << name;
    EXPECT_LT(std::chrono::steady_clock::now() - began, kPatience * 5) << name;
  }
}

TEST(UrlFetch, RefusesWhatIsNoDocument) {
  EXPECT_EQ(outcome([](int c) { send(c, "HTTP/1.0 404 Not Found\r\n\r\n{}"); }).substr(0, 7), "failed:");
  EXPECT_EQ(outcome([](int c) { send(c, "nonsense"); }).substr(0, 7), "failed:");
  EXPECT_FALSE(fetch_url("ftp://127.0.0.1/x", kBytesMax, kPatience));
  EXPECT_FALSE(fetch_url("http://127.0.0.1:1/", kBytesMax, kPatience));
}

}  // namespace
}  // namespace muir::server

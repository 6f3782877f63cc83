#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "server/client/client_error.h"

namespace muir::server {

// An open descriptor that closes with its owner.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket();

  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

// A connected blocking socket without Nagle's delay, whose reads and writes fail after `patience`.  `address` is
// host:port, or [host]:port.
ClientResult<Socket> connect_to(const std::string& address, std::chrono::seconds patience);

// As many descriptors as the system lets this process have; fails when they are fewer than `wanted`.
ClientResult<> allow_descriptors(std::size_t wanted);

}  // namespace muir::server

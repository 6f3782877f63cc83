#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "server/bench/bench_error.h"
#include "server/bench/dialer.h"
#include "server/bench/request_frame.h"
#include "wire/codec/reader.h"
#include "wire/codec/writer.h"
#include "wire/schema/api_key.h"

namespace muir::server {

// The version of each API that a broker and we both speak best; -1 where there is none.
class ApiVersionTable {
 public:
  ApiVersionTable() { versions_.fill(-1); }

  std::int16_t of(wire::ApiKey key) const { return versions_[static_cast<std::size_t>(key)]; }
  void set(std::int16_t key, std::int16_t version) {
    if (key >= 0 && static_cast<std::size_t>(key) < versions_.size())
      versions_[static_cast<std::size_t>(key)] = version;
  }

 private:
  std::array<std::int16_t, 128> versions_{};
};

// One request at a time over a blocking connection: what a load test does before and after the load.
class BrokerClient {
 public:
  // Connects, and asks for the broker's versions.  `address` is host:port.
  static BenchResult<BrokerClient> connect(const std::string& address, const Dialer& dialer = {});

  const ApiVersionTable& versions() const { return versions_; }
  const std::string& address() const { return address_; }
  const Stream& stream() const { return stream_; }
  const Dialer& dialer() const { return dialer_; }

  // Sends `request` in the best version and reads its answer, whose views are good until the next call.
  template <class Response, class Request>
  BenchResult<Response> call(const Request& request) {
    const std::int16_t version = versions_.of(Request::kApiKey);
    if (version < 0) return bench_error(address_ + " does not serve " + std::string(Request::kName));
    return call_in<Response>(version, request);
  }

 private:
  BrokerClient(std::string address, Dialer dialer, Stream stream)
      : address_(std::move(address)), dialer_(std::move(dialer)), stream_(std::move(stream)) {}

  template <class Response, class Request>
  BenchResult<Response> call_in(std::int16_t version, const Request& request) {
    wire::Writer writer;
    const auto begun = begin(writer, Request::kApiKey, version);
    if (!begun) return begun.error();
    if (const auto encoded = encode(writer, version, request); !encoded) {
      return bench_error("cannot encode " + std::string(Request::kName) + ": " + encoded.error().message());
    }
    auto body = exchange(writer, Request::kApiKey, version);
    if (!body) return bench_error(std::string(Request::kName) + ": " + body.error().message);
    wire::Reader reader(*body);
    Response response;
    if (const auto decoded = decode(reader, version, response); !decoded) {
      return bench_error(std::string(Response::kName) + ": " + decoded.error().message());
    }
    return response;
  }

  BenchResult<> begin(wire::Writer& writer, wire::ApiKey key, std::int16_t version);
  BenchResult<ByteView> exchange(wire::Writer& writer, wire::ApiKey key, std::int16_t version);
  BenchResult<> learn_versions();

  std::string address_;
  Dialer dialer_;
  Stream stream_;
  ApiVersionTable versions_;
  std::int32_t correlation_id_ = 0;
  OwnedBytes answer_;
};

}  // namespace muir::server

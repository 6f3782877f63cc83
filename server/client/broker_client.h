#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "server/client/client_error.h"
#include "server/client/dialer.h"
#include "server/client/request_frame.h"
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

// One request at a time over a blocking connection, whose client has logged in if its dialer says so.
class BrokerClient {
 public:
  // Connects, asks for the broker's versions, and logs in.  `address` is host:port.
  static ClientResult<BrokerClient> connect(const std::string& address, const Dialer& dialer = {});

  const ApiVersionTable& versions() const { return versions_; }
  const std::string& address() const { return address_; }
  const Stream& stream() const { return stream_; }
  const Dialer& dialer() const { return dialer_; }

  // The connection, for whoever speaks on it alone from now on.
  Stream release() && { return std::move(stream_); }

  // Sends `request` in the best version and reads its answer, whose views are good until the next call.
  template <class Response, class Request>
  ClientResult<Response> call(const Request& request) {
    const std::int16_t version = versions_.of(Request::kApiKey);
    if (version < 0) return client_error(address_ + " does not serve " + std::string(Request::kName));
    return call_in<Response>(version, request);
  }

 private:
  BrokerClient(std::string address, Dialer dialer, Stream stream)
      : address_(std::move(address)), dialer_(std::move(dialer)), stream_(std::move(stream)) {}

  template <class Response, class Request>
  ClientResult<Response> call_in(std::int16_t version, const Request& request) {
    wire::Writer writer;
    const auto begun = begin(writer, Request::kApiKey, version);
    if (!begun) return begun.error();
    if (const auto encoded = encode(writer, version, request); !encoded) {
      return client_error("cannot encode " + std::string(Request::kName) + ": " + encoded.error().message());
    }
    auto body = exchange(writer, Request::kApiKey, version);
    if (!body) return client_error(std::string(Request::kName) + ": " + body.error().message);
    wire::Reader reader(*body);
    Response response;
    if (const auto decoded = decode(reader, version, response); !decoded) {
      return client_error(std::string(Response::kName) + ": " + decoded.error().message());
    }
    return response;
  }

  ClientResult<> begin(wire::Writer& writer, wire::ApiKey key, std::int16_t version);
  ClientResult<ByteView> exchange(wire::Writer& writer, wire::ApiKey key, std::int16_t version);
  ClientResult<> learn_versions();

  std::string address_;
  Dialer dialer_;
  Stream stream_;
  ApiVersionTable versions_;
  std::int32_t correlation_id_ = 0;
  OwnedBytes answer_;
};

}  // namespace muir::server

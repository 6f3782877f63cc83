#include "server/client/request_frame.h"

#include <fmt/format.h>

#include "wire/codec/reader.h"
#include "wire/schema/registry.h"
#include "wire/schema/request_header.h"
#include "wire/schema/response_header.h"

namespace muir::server {

ClientResult<> begin_request_frame(wire::Writer& writer, wire::ApiKey key, std::int16_t version,
                                   std::int32_t correlation_id) {
  writer.reserve_int32();
  wire::RequestHeader header;
  header.request_api_key = static_cast<std::int16_t>(key);
  header.request_api_version = version;
  header.correlation_id = correlation_id;
  header.client_id = kClientId;
  const auto header_version = wire::request_header_version(key, version);
  if (!header_version) return client_error("no such API: " + header_version.error().message());
  const auto encoded = encode(writer, *header_version, header);
  if (!encoded) return client_error("cannot encode a header: " + encoded.error().message());
  return {};
}

void finish_request_frame(wire::Writer& writer) {
  writer.patch_int32(0, static_cast<std::int32_t>(writer.size() - sizeof(std::int32_t)));
}

ClientResult<ByteView> read_response_header(ByteView frame, wire::ApiKey key, std::int16_t version,
                                            std::int32_t correlation_id) {
  wire::Reader reader(frame);
  wire::ResponseHeader header;
  const auto header_version = wire::response_header_version(key, version);
  if (!header_version) return client_error("no such API: " + header_version.error().message());
  const auto decoded = decode(reader, *header_version, header);
  if (!decoded) return client_error("cannot read the answer's header: " + decoded.error().message());
  if (header.correlation_id != correlation_id) {
    return client_error(
        fmt::format("request {} was answered with correlation id {}", correlation_id, header.correlation_id));
  }
  return frame.last(reader.remaining());
}

}  // namespace muir::server

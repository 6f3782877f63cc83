#pragma once

// Messages of formats 0 and 1, built byte by byte.

#include <optional>
#include <string>
#include <vector>

#include "wire/record/compression.h"
#include "wire/record/legacy_batch.h"

namespace muir::wire::testing {

struct OldMessage {
  std::int64_t offset = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::int64_t timestamp = 0;
};

inline void append_sized(OwnedBytes& out, const std::optional<std::string>& text) {
  const std::size_t at = out.size();
  out.resize(at + 4);
  store_big_endian(out.data() + at, text ? static_cast<std::int32_t>(text->size()) : -1);
  if (!text) return;
  const ByteView bytes = as_bytes(*text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

inline OwnedBytes make_old(std::int8_t magic, const OldMessage& message, int attributes = 0) {
  OwnedBytes out(magic == 0 ? 18 : 26);
  store_big_endian(out.data(), message.offset);
  out[16] = static_cast<std::byte>(magic);
  out[17] = static_cast<std::byte>(attributes);
  if (magic == 1) store_big_endian(out.data() + 18, message.timestamp);
  append_sized(out, message.key);
  append_sized(out, message.value);
  store_big_endian(out.data() + 8, static_cast<std::int32_t>(out.size() - 12));
  store_big_endian(out.data() + 12, legacy_crc(ByteView(out).subspan(16)));
  return out;
}

// One message whose value is the others, compressed.  In format 1 these get offsets that count from 0.
inline OwnedBytes make_old_wrapper(std::int8_t magic, CompressionType type, std::vector<OldMessage> messages,
                                   bool log_append_time = false) {
  OldMessage wrapper{messages.back().offset, std::nullopt, std::nullopt, 0};
  OwnedBytes inner, compressed;
  const std::int64_t first = messages.front().offset;
  for (OldMessage& message : messages) {
    if (magic == 1) message.offset -= first;
    wrapper.timestamp = std::max(wrapper.timestamp, message.timestamp);
    const OwnedBytes one = make_old(magic, message);
    inner.insert(inner.end(), one.begin(), one.end());
  }
  if (!compress({type, {}}, inner, compressed)) return {};
  wrapper.value.emplace(reinterpret_cast<const char*>(compressed.data()), compressed.size());
  return make_old(magic, wrapper, static_cast<int>(type) | (log_append_time ? 8 : 0));
}

}  // namespace muir::wire::testing

#include "server/coordinator/group/subscription.h"

#include "wire/codec/interpreter.h"
#include "wire/codec/reader.h"
#include "wire/schema/consumer_protocol_subscription.h"

namespace muir::server {

bool add_subscribed_topics(ByteView subscription, std::set<std::string, std::less<>>& topics) {
  wire::Reader reader(subscription);
  reader.read_int16();  // The version that the member wrote.
  if (!reader.ok()) return false;
  wire::ConsumerProtocolSubscription decoded;
  if (!wire::decode(wire::ConsumerProtocolSubscription::table(), reader, 0, &decoded)) return false;
  for (const auto topic : decoded.topics) topics.emplace(topic);
  return true;
}

}  // namespace muir::server

#pragma once

#include <set>
#include <string>

#include "wire/base/bytes.h"

namespace muir::server {

// Adds the topics of a consumer's embedded subscription (ConsumerProtocolSubscription).  It is read as version 0, which
// every later version begins with.  False if it is not one: then nobody here knows what the member reads.
bool add_subscribed_topics(ByteView subscription, std::set<std::string, std::less<>>& topics);

}  // namespace muir::server

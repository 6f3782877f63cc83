#pragma once

#include "server/metadata/broker_registration.h"

namespace muir::server {

// The levels of each feature that this node can work at: those of Apache Kafka 4.3.1.  A cluster that Kafka's `format`
// made has finalized every one of them, and a node that lacks one cannot join it.
const SupportedFeatures& supported_features();

}  // namespace muir::server

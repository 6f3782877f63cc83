#pragma once

#include "server/config/broker_config.h"

namespace muir::server {

// Every topic key that the topic or the broker has a value for, as text in the topic's units: the topic's own, else the
// broker's synonym.  Keys that neither has are absent: their default holds.
ConfigMap topic_layers(const ConfigMap& topic, const BrokerConfig& broker);

// What of a topic's stored settings is known and parses.
ConfigMap keep_valid_topic_configs(const ConfigMap& topic);

}  // namespace muir::server

#pragma once

#include "server/config/broker_config.h"
#include "server/config/topic_config.h"
#include "storage/log/log_config.h"

namespace muir::server {

// A topic's settings as its logs take them.
storage::LogConfig log_config_of(const TopicConfig& topic, const BrokerConfig& broker);

}  // namespace muir::server

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Which names a topic may have.
namespace muir::server {

inline constexpr std::size_t kTopicNameBytesMax = 249;  // Leaves room for "-<partition>" and "-delete" in a directory.

// Why `name` cannot name a topic, in Kafka's words; nothing if it can.
std::optional<std::string> topic_name_problem(std::string_view name);

// Whether two names could become one in a metric, where '.' turns into '_'.
bool has_collision_chars(std::string_view name);

// The name under which colliding names meet.
std::string unify_collision_chars(std::string_view name);

}  // namespace muir::server

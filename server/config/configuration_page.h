#pragma once

#include <string>

namespace muir::server {

// The tables of docs/configuration.md: every key, by what this version does with it.  A test compares them with the
// page.
std::string render_configuration_tables();

}  // namespace muir::server

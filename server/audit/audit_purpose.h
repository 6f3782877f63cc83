#pragma once

#include <cstdint>

namespace muir::server {

// What a decision about permissions is made for.
enum class AuditPurpose : std::uint8_t {
  access,  // Somebody wants to do it.
  filter   // A list is made, or another permission would do as well: to be denied says nothing.
};

}  // namespace muir::server

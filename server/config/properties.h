#pragma once

#include <string_view>

#include "server/config/config_error.h"

namespace muir::server {

// A `.properties` file as java.util.Properties reads it: `key=value`, `key: value` or `key value`; `#` and `!` begin a
// comment; a backslash at the end of a line joins the next, whose leading whitespace is dropped; \t \n \r \f \uXXXX and
// \<any> are escapes; a key given twice has its last value.  Bytes that are not escaped are taken as UTF-8.
// Fails only on a malformed \uXXXX, naming the line.
ConfigResult<ConfigMap> parse_properties(std::string_view text);

// `key=value` as --override takes it, put over what `config` has.
ConfigResult<> apply_override(ConfigMap& config, std::string_view override_text);

}  // namespace muir::server

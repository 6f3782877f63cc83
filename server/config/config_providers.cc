#include "server/config/config_providers.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <re2/re2.h>

#include "server/config/config_text.h"
#include "server/config/properties.h"

namespace muir::server {
namespace {

constexpr std::string_view kProviders = "config.providers";

enum class Kind : std::uint8_t { file, directory, environment };

constexpr std::pair<std::string_view, Kind> kClasses[] = {
    {"org.apache.kafka.common.config.provider.FileConfigProvider", Kind::file},
    {"org.apache.kafka.common.config.provider.DirectoryConfigProvider", Kind::directory},
    {"org.apache.kafka.common.config.provider.EnvVarConfigProvider", Kind::environment},
};

struct Provider {
  Kind kind{};
  std::vector<std::string> allowed_paths;   // Empty: every path.
  std::shared_ptr<re2::RE2> allowed_names;  // Null: every name.
};
using Providers = std::map<std::string, Provider, std::less<>>;

std::string given_text(const ConfigMap& given, const std::string& key) {
  const auto at = given.find(key);
  return at == given.end() ? std::string() : std::string(trim(at->second));
}

ConfigResult<Provider> read_provider(const ConfigMap& given, const std::string& name) {
  const std::string prefix = fmt::format("{}.{}.", kProviders, name);
  const std::string class_name = given_text(given, prefix + "class");
  const auto known = std::ranges::find(kClasses, class_name, [](const auto& entry) { return entry.first; });
  if (known == std::ranges::end(kClasses))
    return ConfigError{ConfigError::Kind::unprotected,
                       fmt::format("{}class={} cannot be honoured by this version: classes are not loaded; it knows "
                                   "FileConfigProvider, DirectoryConfigProvider and EnvVarConfigProvider",
                                   prefix, class_name)};
  Provider provider{known->second, split_list(given_text(given, prefix + "param.allowed.paths")), nullptr};
  const std::string pattern = given_text(given, prefix + "param.allowlist.pattern");
  if (!pattern.empty()) {
    provider.allowed_names = std::make_shared<re2::RE2>(pattern, re2::RE2::Quiet);
    if (!provider.allowed_names->ok())
      return invalid_config(fmt::format("{}param.allowlist.pattern is no regular expression", prefix));
  }
  return provider;
}

// Whether `path` is one of those or below one, whatever dots are in it.
bool is_allowed(const Provider& provider, const std::string& path) {
  if (provider.allowed_paths.empty()) return true;
  const auto normal = std::filesystem::path(path).lexically_normal();
  return std::ranges::any_of(provider.allowed_paths, [&](const std::string& allowed) {
    auto base = std::filesystem::path(allowed).lexically_normal();
    if (!base.has_filename()) base = base.parent_path();  // A trailing slash.
    return std::mismatch(base.begin(), base.end(), normal.begin(), normal.end()).first == base.end();
  });
}

// The values of one file are read once, however many variables name it.
class Resolver {
 public:
  Resolver(const Providers& providers, const ConfigSources& sources) : providers_(providers), sources_(sources) {}

  ConfigResult<std::string> resolve(const std::string& text) {
    static const re2::RE2 kVariable(R"(\$\{([^}:]*):(?:([^}]*):)?([^}:]*)\})");
    std::string resolved;
    std::string_view rest = text;
    re2::StringPiece found[4];
    while (
        kVariable.Match(re2::StringPiece(rest.data(), rest.size()), 0, rest.size(), re2::RE2::UNANCHORED, found, 4)) {
      const auto begin = static_cast<std::size_t>(found[0].data() - rest.data());
      resolved.append(rest.substr(0, begin));
      const auto value = look_up(found[1].as_string(), found[2].as_string(), found[3].as_string());
      if (!value) return value.error();
      resolved.append(value->value_or(found[0].as_string()));
      rest = rest.substr(begin + found[0].size());
    }
    return resolved.append(rest);
  }

 private:
  using Value = ConfigResult<std::optional<std::string>>;

  Value look_up(const std::string& name, const std::string& path, const std::string& key) {
    const auto at = providers_.find(name);
    if (at == providers_.end()) return std::optional<std::string>();
    const Provider& provider = at->second;
    if (provider.kind == Kind::environment) {
      if (!path.empty())
        return invalid_config("Path is not supported for EnvVarConfigProvider, invalid value '" + path + "'");
      if (provider.allowed_names && !re2::RE2::FullMatch(key, *provider.allowed_names))
        return std::optional<std::string>();
      return sources_.environment(key);
    }
    if (path.empty() || !is_allowed(provider, path)) return std::optional<std::string>();
    return provider.kind == Kind::directory ? read_entry(path, key) : read_property(path, key);
  }

  // A file of the directory itself: no name leads out of it.
  Value read_entry(const std::string& path, const std::string& key) {
    if (key.empty() || key == "." || key == ".." || key.find('/') != std::string::npos)
      return std::optional<std::string>();
    return sources_.file(path + "/" + key);
  }

  Value read_property(const std::string& path, const std::string& key) {
    auto file = files_.find(path);
    if (file == files_.end()) {
      const auto text = sources_.file(path);
      if (!text) return invalid_config("Could not read properties from file " + path);
      auto parsed = parse_properties(*text);
      if (!parsed) return invalid_config("Could not read properties from file " + path);
      file = files_.emplace(path, std::move(*parsed)).first;
    }
    const auto value = file->second.find(key);
    return value == file->second.end() ? std::nullopt : std::optional(value->second);
  }

  const Providers& providers_;
  const ConfigSources& sources_;
  std::map<std::string, ConfigMap> files_;
};

}  // namespace

ConfigResult<> resolve_variables(ConfigMap& given, const ConfigSources& sources) {
  const auto named = given.find(kProviders);
  if (named == given.end()) return {};
  Providers providers;
  for (const std::string& name : split_list(named->second)) {
    auto provider = read_provider(given, name);
    if (!provider) return provider.error();
    providers[name] = std::move(*provider);
  }
  std::erase_if(given, [](const auto& entry) {
    return entry.first == kProviders || entry.first.starts_with("config.providers.");
  });
  Resolver resolver(providers, sources);
  for (auto& [key, text] : given) {
    auto resolved = resolver.resolve(text);
    if (!resolved) return resolved.error();
    text = std::move(*resolved);
  }
  return {};
}

}  // namespace muir::server

#include "server/config/config_providers.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

struct ConfigProviders : ::testing::Test {
  ConfigProviders() {
    sources.file = [this](const std::string& path) -> std::optional<std::string> {
      const auto at = files.find(path);
      return at == files.end() ? std::nullopt : std::optional(at->second);
    };
    sources.environment = [](const std::string& name) -> std::optional<std::string> {
      return name == "SECRET" ? std::optional<std::string>("from the environment") : std::nullopt;
    };
  }

  ConfigMap with(std::string value, ConfigMap more = {}) {
    ConfigMap given = {
        {"config.providers", "file,env,dir"},
        {"config.providers.file.class", "org.apache.kafka.common.config.provider.FileConfigProvider"},
        {"config.providers.env.class", "org.apache.kafka.common.config.provider.EnvVarConfigProvider"},
        {"config.providers.dir.class", "org.apache.kafka.common.config.provider.DirectoryConfigProvider"},
        {"key", std::move(value)},
    };
    for (auto& [name, text] : more) given[name] = std::move(text);
    return given;
  }

  std::string resolved(std::string value, ConfigMap more = {}) {
    ConfigMap given = with(std::move(value), std::move(more));
    const auto done = resolve_variables(given, sources);
    return done ? given.at("key") : "error: " + done.error().message;
  }

  std::map<std::string, std::string> files = {{"/etc/secrets", "password=hunter2\nempty="},
                                              {"/run/secrets/token", "abc"}};
  ConfigSources sources;
};

TEST_F(ConfigProviders, ValuesComeFromFilesDirectoriesAndTheEnvironment) {
  EXPECT_EQ(resolved("user_a=\"${file:/etc/secrets:password}\";"), "user_a=\"hunter2\";");
  EXPECT_EQ(resolved("${env:SECRET}"), "from the environment");
  EXPECT_EQ(resolved("${dir:/run/secrets:token}-${file:/etc/secrets:empty}-"), "abc--");
}

TEST_F(ConfigProviders, WhatHasNoValueStays) {
  EXPECT_EQ(resolved("${file:/etc/secrets:other}"), "${file:/etc/secrets:other}");
  EXPECT_EQ(resolved("${env:OTHER}"), "${env:OTHER}");
  EXPECT_EQ(resolved("${vault:a:b} $x ${} ${file}"), "${vault:a:b} $x ${} ${file}");
  EXPECT_EQ(resolved("${dir:/run/secrets:../../etc/secrets}"), "${dir:/run/secrets:../../etc/secrets}");
}

TEST_F(ConfigProviders, ValuesAreNotLookedAtAgain) {
  files["/etc/secrets"] = "password=${env:SECRET}";
  EXPECT_EQ(resolved("${file:/etc/secrets:password}"), "${env:SECRET}");
}

TEST_F(ConfigProviders, OnlyWhatIsAllowedIsRead) {
  const ConfigMap paths = {{"config.providers.file.param.allowed.paths", "/run/,/etc/other"}};
  EXPECT_EQ(resolved("${file:/etc/secrets:password}", paths), "${file:/etc/secrets:password}");
  EXPECT_EQ(resolved("${file:/run/../etc/secrets:password}", paths), "${file:/run/../etc/secrets:password}");
  EXPECT_EQ(resolved("${file:/etc/secrets:password}", {{"config.providers.file.param.allowed.paths", "/etc"}}),
            "hunter2");
  EXPECT_EQ(resolved("${env:SECRET}", {{"config.providers.env.param.allowlist.pattern", "KAFKA_.*"}}), "${env:SECRET}");
}

TEST_F(ConfigProviders, UnreadableFilesAndForeignClassesAreErrors) {
  EXPECT_EQ(resolved("${file:/nowhere:password}"), "error: Could not read properties from file /nowhere");
  EXPECT_NE(resolved("x", {{"config.providers.env.class", "com.example.Provider"}}).find("com.example.Provider"),
            std::string::npos);
}

TEST_F(ConfigProviders, NothingIsReplacedWithoutProviders) {
  ConfigMap given = {{"key", "${env:SECRET}"}};
  ASSERT_TRUE(resolve_variables(given, sources));
  EXPECT_EQ(given.at("key"), "${env:SECRET}");
}

TEST_F(ConfigProviders, TheirOwnKeysAreGone) {
  ConfigMap given = with("x");
  ASSERT_TRUE(resolve_variables(given, sources));
  EXPECT_EQ(given, (ConfigMap{{"key", "x"}}));
}

}  // namespace
}  // namespace muir::server

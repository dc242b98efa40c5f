#include "config/loader.hpp"
#include "support/json_difference.hpp"
#include "support/temp_dir.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claif::test {
namespace {

using testing::HasSubstr;
using testing::Not;

// A home, a project and an environment of the test's own.
class ConfigTest : public testing::Test {
 protected:
  void user(std::string_view json) { dir_.write("home/.claif/config.json", json); }
  void project(std::string_view json) { dir_.write("project/.claif.json", json); }
  void set(const std::string& key, const std::string& value) {
    sources_.sets.emplace_back(key, value);
  }

  Result<LoadedConfig> load() {
    env_.emplace("HOME", (dir_.path() / "home").string());
    sources_.env = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = env_.find(name);
      return found == env_.end() ? std::nullopt : std::optional(found->second);
    };
    for (const auto& [name, value] : env_)
      if (name.starts_with("CLAIF_")) sources_.env_names.push_back(name);
    sources_.working_directory = dir_.path() / "project";
    return load_config(sources_);
  }
  LoadedConfig loaded() {
    auto out = load();
    EXPECT_TRUE(out) << (out ? "" : out.error().message);
    return out ? std::move(*out) : LoadedConfig{};
  }
  std::string refusal() {
    const auto out = load();
    EXPECT_FALSE(out);
    EXPECT_TRUE(out || out.error().code == Errc::configuration);
    return out ? "" : out.error().message;
  }

  TempDir dir_;
  std::map<std::string, std::string> env_;
  ConfigSources sources_;
};

TEST_F(ConfigTest, HasDefaults) {
  const auto c = loaded();
  EXPECT_EQ(c.config.transport.use, "anthropic");
  EXPECT_EQ(c.config.approval.use, "allow-all");
  EXPECT_FALSE(c.config.cache_policy.on);
  EXPECT_EQ(c.config.gateway.host, "127.0.0.1");
  EXPECT_EQ(c.origins.at("transport.use"), "default");
}

TEST_F(ConfigTest, LaysFlagOverEnvironmentOverProjectOverUserOverDefault) {
  EXPECT_EQ(loaded().config.model, "sonnet");
  user(R"({"model":"from-user"})");
  EXPECT_EQ(loaded().config.model, "from-user");
  project(R"({"model":"from-project"})");
  EXPECT_EQ(loaded().config.model, "from-project");
  env_["CLAIF_MODEL"] = "from-env";
  EXPECT_EQ(loaded().config.model, "from-env");
  set("model", "from-flag");
  const auto c = loaded();
  EXPECT_EQ(c.config.model, "from-flag");
  EXPECT_EQ(c.origins.at("model"), "--set");
}

TEST_F(ConfigTest, SaysWhereEachValueCameFrom) {
  user(R"({"retries":1})");
  project(R"({"strict":true})");
  env_["CLAIF_GATEWAY__PORT"] = "9000";
  const auto c = loaded();
  EXPECT_THAT(c.origins.at("retries"), HasSubstr("config.json"));
  EXPECT_THAT(c.origins.at("strict"), HasSubstr(".claif.json"));
  EXPECT_EQ(c.origins.at("gateway.port"), "CLAIF_GATEWAY__PORT");
  EXPECT_EQ(c.config.gateway.port, 9000);
  EXPECT_TRUE(c.config.strict);
  EXPECT_EQ(c.config.retries, 1u);
}

TEST_F(ConfigTest, TakesAnotherFileInThePlaceOfTheUsers) {
  user(R"({"model":"user"})");
  sources_.file = dir_.write("other.json", R"({"model":"other"})");
  EXPECT_EQ(loaded().config.model, "other");
  sources_.file = dir_.path() / "absent.json";
  EXPECT_THAT(refusal(), HasSubstr("absent.json cannot be read"));
}

TEST_F(ConfigTest, RefusesAnUnknownKeyWithASuggestion) {
  user(R"({"modle":"x"})");
  EXPECT_THAT(refusal(), HasSubstr("'modle' is no setting; did you mean 'model'?"));
  user(R"({"gateway":{"prot":1}})");
  const std::string message = refusal();
  EXPECT_THAT(message, HasSubstr("did you mean 'port'?"));
  EXPECT_THAT(message, HasSubstr("config.json"));
}

TEST_F(ConfigTest, RefusesAnUnknownKeyFromFlagAndEnvironment) {
  set("gateway.prot", "1");
  EXPECT_THAT(refusal(), HasSubstr("did you mean 'port'?"));
  sources_.sets.clear();
  env_["CLAIF_GATEWAY__PROT"] = "1";
  EXPECT_THAT(refusal(), HasSubstr("did you mean 'port'?"));
}

TEST_F(ConfigTest, LetsOtherVariablesBe) {
  env_["CLAIF_SOMETHING_ELSE"] = "x";
  env_["CLAIF_HOME"] = (dir_.path() / "elsewhere").string();
  EXPECT_EQ(loaded().config.home, dir_.path() / "elsewhere");
}

TEST_F(ConfigTest, RefusesWhatIsNoJsonObject) {
  for (const std::string text : {"", "[]", "{", "7"}) {
    user(text);
    EXPECT_THAT(refusal(), HasSubstr("config.json")) << text;
  }
}

TEST_F(ConfigTest, RefusesNumbersThatWouldNotFit) {
  for (const std::string json :
       {R"({"request_timeout_ms":4294967297})", R"({"approval_timeout_ms":0})",
        R"({"gateway":{"port":65536}})", R"({"cache":{"ttl_ms":9223372036854775807}})",
        R"({"presets":{"p":{"model":"m","max_tokens":18446744073709551615}}})",
        R"({"gateway":{"header_timeout_ms":99999999999}})", R"({"retries":-1})"}) {
    user(json);
    EXPECT_THAT(refusal(), HasSubstr("must be at")) << json;
  }
}

TEST_F(ConfigTest, LetsAProjectDecideOnlyWhatIsHarmless) {
  project(R"({"model":"m","presets":{},"model_aliases":{},"strict":true,"log":{"level":"info"}})");
  EXPECT_EQ(loaded().config.log_level, "info");
  for (const std::string json :
       {R"({"transport":{"use":"mock"}})", R"({"approval":{"use":"allow-all"}})",
        R"({"plugin_dirs":["/tmp"]})", R"({"hooks":[]})", R"({"observers":[]})",
        R"({"secrets":{}})", R"({"gateway":{}})", R"({"sessions":{}})", R"({"cache":{}})"}) {
    project(json);
    EXPECT_THAT(refusal(), HasSubstr("which a project may not decide")) << json;
  }
}

TEST_F(ConfigTest, ReadsVariablesAndFiles) {
  env_["MY_KEY"] = "k-123456";
  const auto file = dir_.write("token", "t-abcdef\n");
  user(R"({"secrets":{"a":"${env:MY_KEY}","b":"${file:)" + file.string() +
       R"(}","c":"x${env:MY_KEY}y"}})");
  const auto c = loaded();
  EXPECT_EQ(c.config.secrets.at("a"), "k-123456");
  EXPECT_EQ(c.config.secrets.at("b"), "t-abcdef");
  EXPECT_EQ(c.config.secrets.at("c"), "xk-123456y");
}

TEST_F(ConfigTest, RefusesReferencesThatLeadNowhere) {
  user(R"({"secrets":{"a":"${env:NOT_SET}"}})");
  EXPECT_THAT(refusal(), HasSubstr("'secrets.a' refers to the environment variable NOT_SET"));
  user(R"({"secrets":{"a":"${file:/no/such/file}"}})");
  EXPECT_THAT(refusal(), HasSubstr("/no/such/file, which cannot be read"));
  user(R"({"secrets":{"a":"${cmd:ls}"}})");
  EXPECT_THAT(refusal(), HasSubstr("only ${env:NAME} and ${file:path} are known"));
  user(R"({"secrets":{"a":"${env:X"}})");
  EXPECT_THAT(refusal(), HasSubstr("without its }"));
}

TEST_F(ConfigTest, MasksSecretsInWhatItShows) {
  env_["MY_KEY"] = "from-environment";
  user(R"({"transport":{"use":"anthropic","config":{"api_key":"plain-key",
      "headers":{"authorization":"Bearer ${env:MY_KEY}"},"base_url":"https://shown.example"}},
      "secrets":{"anything":"plain-secret"},"gateway":{"auth_token":"plain-token"},
      "presets":{"p":{"model":"m","max_tokens":5}}})");
  const auto c = loaded();
  for (const std::string secret :
       {"plain-key", "from-environment", "plain-secret", "plain-token"}) {
    EXPECT_THAT(c.json, Not(HasSubstr(secret)));
    EXPECT_THAT(c.config.secret_values, testing::Contains(HasSubstr(secret)));
  }
  EXPECT_THAT(c.json, HasSubstr("https://shown.example"));
  EXPECT_THAT(c.json, HasSubstr(R"("max_tokens":5)"));
  EXPECT_THAT(c.config.transport.config_json, HasSubstr("plain-key"));
}

TEST_F(ConfigTest, DropsTheConfigurationOfAPluginThatIsReplaced) {
  user(R"({"transport":{"use":"anthropic","config":{"base_url":"https://x.example"}}})");
  set("transport.use", "mock");
  const auto c = loaded();
  EXPECT_EQ(c.config.transport.use, "mock");
  EXPECT_EQ(c.config.transport.config_json, "{}");
  EXPECT_EQ(c.origins.count("transport.config.base_url"), 0u);
}

TEST_F(ConfigTest, KeepsAConfigurationThatComesWithItsPlugin) {
  set("transport.config.text", "hello");
  set("transport.use", "mock");
  EXPECT_EQ(difference(R"({"text":"hello"})", loaded().config.transport.config_json), "");
  sources_.sets.clear();
  env_["CLAIF_TRANSPORT__CONFIG__TEXT"] = "hello";
  env_["CLAIF_TRANSPORT__USE"] = "mock";
  EXPECT_EQ(difference(R"({"text":"hello"})", loaded().config.transport.config_json), "");
}

TEST_F(ConfigTest, MergesTheConfigurationOfTheSamePlugin) {
  user(R"({"transport":{"use":"anthropic","config":{"a":1,"b":2}}})");
  set("transport.config.b", "3");
  const auto doc = parsed(loaded().config.transport.config_json);
  EXPECT_EQ(json::integer_or(doc, "a"), 1);
  EXPECT_EQ(json::integer_or(doc, "b"), 3);
}

TEST_F(ConfigTest, HonoursAnthropicsVariables) {
  env_["ANTHROPIC_API_KEY"] = "sk-from-env";
  env_["ANTHROPIC_BASE_URL"] = "https://proxy.example";
  const auto c = loaded();
  const auto doc = parsed(c.config.transport.config_json);
  EXPECT_EQ(json::string_or(doc, "api_key"), "sk-from-env");
  EXPECT_EQ(json::string_or(doc, "base_url"), "https://proxy.example");
  EXPECT_EQ(c.origins.at("transport.config.api_key"), "ANTHROPIC_API_KEY");
  EXPECT_THAT(c.json, Not(HasSubstr("sk-from-env")));
}

TEST_F(ConfigTest, PrefersItsOwnSettingToAnthropicsVariables) {
  env_["ANTHROPIC_API_KEY"] = "sk-from-env";
  user(R"({"transport":{"config":{"api_key":"sk-own"}}})");
  EXPECT_EQ(json::string_or(parsed(loaded().config.transport.config_json), "api_key"), "sk-own");
}

TEST_F(ConfigTest, GivesAnthropicsVariablesToNoOtherTransport) {
  env_["ANTHROPIC_API_KEY"] = "sk-from-env";
  set("transport.use", "mock");
  EXPECT_EQ(loaded().config.transport.config_json, "{}");
}

TEST_F(ConfigTest, LooksForPluginsInOrder) {
  sources_.plugin_dirs = {"/flag"};
  sources_.install_plugin_dir = "/installed";
  env_["CLAIF_PLUGIN_PATH"] = "/path1::/path2";
  user(R"({"plugin_dirs":["/user"]})");
  EXPECT_THAT(loaded().config.plugin_dirs,
              testing::ElementsAre("/flag", "/path1", "/path2", "/user", "/installed"));
}

TEST_F(ConfigTest, TakesAValueThatIsNoJsonAsAString) {
  set("model", "true");
  EXPECT_THAT(refusal(), HasSubstr("'model' must be of type"));
  sources_.sets.clear();
  set("gateway.port", "0");
  set("gateway.host", "::1");
  set("observers", R"([{"use":"metrics"}])");
  const auto c = loaded();
  EXPECT_EQ(c.config.gateway.port, 0);
  EXPECT_EQ(c.config.gateway.host, "::1");
  EXPECT_EQ(c.config.observers.at(0).use, "metrics");
}

}  // namespace
}  // namespace claif::test

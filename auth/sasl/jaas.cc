#include "auth/sasl/jaas.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace muir::auth {
namespace {

constexpr std::pair<std::string_view, JaasEntry::Module> kModules[] = {
    {"org.apache.kafka.common.security.plain.PlainLoginModule", JaasEntry::Module::plain},
    {"org.apache.kafka.common.security.scram.ScramLoginModule", JaasEntry::Module::scram},
    {"org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule", JaasEntry::Module::oauth_bearer},
    {"com.sun.security.auth.module.Krb5LoginModule", JaasEntry::Module::kerberos},
};
constexpr std::string_view kFlags[] = {"required", "requisite", "sufficient", "optional"};

struct Token {
  std::string text;
  bool is_quoted = false;
};

// The words, signs and quoted strings of Java's StreamTokenizer, as its JaasConfig sets it up: '=' and ';' stand alone,
// \ escapes in quotes, // and /* */ are comments.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(text) {}

  // None at the end, or when a quote is never closed: then is_broken().
  std::optional<Token> next() {
    skip_blanks();
    if (rest_.empty()) return std::nullopt;
    const char first = rest_.front();
    if (first == '"' || first == '\'') return quoted(first);
    if (first == '=' || first == ';') return take(1);
    std::size_t size = 0;
    while (size < rest_.size() && !is_blank(rest_[size]) && rest_[size] != '=' && rest_[size] != ';' &&
           rest_[size] != '"')
      ++size;
    return take(size);
  }

  bool is_broken() const { return is_broken_; }

 private:
  static bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' '; }

  Token take(std::size_t size) {
    Token token{std::string(rest_.substr(0, size)), false};
    rest_.remove_prefix(size);
    return token;
  }

  void skip_blanks() {
    for (;;) {
      while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
      std::size_t comment = 0;
      if (rest_.starts_with("//"))
        comment = rest_.find('\n');
      else if (rest_.starts_with("/*"))
        comment = rest_.find("*/", 2) == rest_.npos ? rest_.npos : rest_.find("*/", 2) + 2;
      else
        return;
      rest_.remove_prefix(std::min(comment, rest_.size()));
    }
  }

  std::optional<Token> quoted(char quote) {
    Token token{{}, true};
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == quote) {
        rest_.remove_prefix(i + 1);
        return token;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) {
        const char escaped = rest_[++i];
        token.text += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped == 'r' ? '\r' : escaped;
      } else {
        token.text += rest_[i];
      }
    }
    is_broken_ = true;
    rest_ = {};
    return std::nullopt;
  }

  std::string_view rest_;
  bool is_broken_ = false;
};

std::optional<JaasEntry::Module> module_of(std::string_view name) {
  for (const auto& [known, module] : kModules)
    if (known == name) return module;
  return std::nullopt;
}

bool is_flag(std::string_view word) {
  for (const std::string_view flag : kFlags) {
    const bool same = flag.size() == word.size() &&
                      std::equal(flag.begin(), flag.end(), word.begin(),
                                 [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
    if (same) return true;
  }
  return false;
}

// name=value pairs up to the ';'.  Empty: all is well.
std::string read_options(Tokens& tokens, JaasEntry& entry) {
  for (;;) {
    const auto name = tokens.next();
    if (!name) return tokens.is_broken() ? "a quote is not closed" : "it does not end with a ;";
    if (!name->is_quoted && name->text == ";") return {};
    const auto equals = tokens.next();
    if (!equals || equals->text != "=") return "an option is not name=value";
    auto value = tokens.next();
    if (!value || (!value->is_quoted && (value->text == ";" || value->text == "=")))
      return "the option " + name->text + " has no value";
    entry.options[name->text] = std::move(value->text);
  }
}

}  // namespace

JaasResult parse_jaas(std::string_view text) {
  Tokens tokens(text);
  const auto name = tokens.next();
  if (!name) return std::string("it names no login module");
  const auto module = module_of(name->text);
  if (!module) return std::string("its login module is none of Kafka's; no other is loaded");
  const auto flag = tokens.next();
  if (!flag || !is_flag(flag->text)) return std::string("the login module is not followed by `required`");
  JaasEntry entry;
  entry.module = *module;
  auto problem = read_options(tokens, entry);
  if (!problem.empty()) return problem;
  if (tokens.next()) return std::string("it names more than one login module");
  return entry;
}

}  // namespace muir::auth

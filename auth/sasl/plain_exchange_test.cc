#include "auth/sasl/plain_exchange.h"

#include <gtest/gtest.h>

namespace muir::auth {
namespace {

using Verdict = SaslStep::Verdict;

constexpr std::string_view kWrong = "Authentication failed: Invalid username or password";

const PlainUsers& users() {
  static const PlainUsers users{{"alice", "secret"}, {"bob", "s3cret"}, {"empty", ""}};
  return users;
}

SaslStep say(std::string_view authzid, std::string_view user, std::string_view password) {
  PlainExchange plain(users());
  std::string message(authzid);
  message.append(1, '\0').append(user).append(1, '\0').append(password);
  SaslStep step = plain.evaluate(as_bytes(message));
  if (step.verdict == Verdict::success) {
    EXPECT_EQ(plain.identity().authorization_id, user);
  }
  return step;
}

TEST(PlainExchange, PasswordLogsIn) {
  EXPECT_EQ(say("", "alice", "secret").verdict, Verdict::success);
  EXPECT_EQ(say("alice", "alice", "secret").verdict, Verdict::success);
}

TEST(PlainExchange, WrongPasswordAndUnknownUserLookTheSame) {
  for (const std::string_view user : {"alice", "nobody", "empty"}) {
    const SaslStep step = say("", user, "wrong");
    EXPECT_EQ(step.verdict, Verdict::failure);
    EXPECT_EQ(step.message, kWrong);
  }
}

// CVE-2017-12610.
TEST(PlainExchange, NobodyBecomesAnother) {
  const SaslStep step = say("bob", "alice", "secret");
  EXPECT_EQ(step.verdict, Verdict::failure);
  EXPECT_EQ(step.message,
            "Authentication failed: Client requested an authorization id that is different from username");
}

TEST(PlainExchange, IncompleteMessagesFailInKafkasWords) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {std::string_view(), "Invalid SASL/PLAIN response: expected 3 tokens, got 1"},
      {std::string_view("\0alice", 6), "Invalid SASL/PLAIN response: expected 3 tokens, got 2"},
      {std::string_view("\0alice\0secret\0", 14), "Invalid SASL/PLAIN response: expected 3 tokens, got 4"},
      {std::string_view("\0\0\0\0\0\0\0", 7), "Invalid SASL/PLAIN response: expected 3 tokens, got 4"},
      {std::string_view("\0\0secret", 8), "Authentication failed: username not specified"},
      {std::string_view("\0alice\0", 7), "Authentication failed: password not specified"},
  };
  for (const auto& [message, sentence] : cases) {
    PlainExchange plain(users());
    const SaslStep step = plain.evaluate(as_bytes(message));
    EXPECT_EQ(step.verdict, Verdict::failure);
    EXPECT_EQ(step.message, sentence);
  }
}

TEST(PlainExchange, IsOverAfterOneMessage) {
  PlainExchange plain(users());
  const std::string_view right("\0alice\0secret", 13);
  ASSERT_EQ(plain.evaluate(as_bytes("rubbish")).verdict, Verdict::failure);
  EXPECT_EQ(plain.evaluate(as_bytes(right)).verdict, Verdict::failure);
}

}  // namespace
}  // namespace muir::auth

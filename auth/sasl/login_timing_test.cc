#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "auth/sasl/made_up_credential.h"
#include "auth/sasl/plain_exchange.h"
#include "auth/sasl/scram_exchange.h"

// An unknown user and a wrong password must not be told apart: not by the answer, not by the work, not by the time.
// The work is compared always; the time on demand, since it takes a quiet machine:
//   MUIR_LOGIN_TRIES=100000 build/auth_sasl_test --gtest_filter='LoginTiming.*'
namespace muir::auth {
namespace {

using Verdict = SaslStep::Verdict;

constexpr std::size_t kUsers = 200;
const OwnedBytes kSecret(32, std::byte{7});

std::string real_user(std::size_t i) { return fmt::format("real-user-{:04}", 2 * i); }
// Among the real ones, as an attacker's guesses are: each before the real one of its number.
std::string unknown_user(std::size_t i) { return fmt::format("real-user-{:04}", 2 * static_cast<int>(i) - 1); }

const PlainUsers& plain_users() {
  static const PlainUsers users = [] {
    PlainUsers made;
    for (std::size_t i = 0; i < kUsers; ++i) made[real_user(i)] = fmt::format("password-{:04}", i);
    return made;
  }();
  return users;
}

const std::map<std::string, ScramCredential, std::less<>>& scram_users() {
  static const auto users = [] {
    std::map<std::string, ScramCredential, std::less<>> made;
    for (std::size_t i = 0; i < kUsers; ++i) {
      // The keys of a password that no try is right about; real ones would take minutes to make.
      const std::string user = real_user(i);
      made[user] = made_up_credential(ScramMechanism::sha_512, OwnedBytes(32, std::byte{9}), user, {});
    }
    return made;
  }();
  return users;
}

ScramExchange scram_exchange() {
  ScramLookup lookup;
  lookup.user = [](std::string_view user) {
    const auto found = scram_users().lower_bound(user);
    return ScramFound{found->second, found->first == user};
  };
  lookup.made_up = [](std::string_view user) { return made_up_credential(ScramMechanism::sha_512, kSecret, user, {}); };
  return ScramExchange(ScramMechanism::sha_512, std::move(lookup), "server-nonce");
}

SaslStep try_plain(const std::string& user) {
  PlainExchange plain(plain_users());
  std::string message(1, '\0');
  message.append(user).push_back('\0');
  return plain.evaluate(as_bytes(message.append("a wrong guess")));
}

SaslStep try_scram(const std::string& user) {
  ScramExchange scram = scram_exchange();
  const SaslStep first = scram.evaluate(as_bytes("n,,n=" + user + ",r=client-nonce"));
  if (first.verdict != Verdict::challenge) return first;
  static const std::string proof = std::string(85, 'A') + "A==";
  return scram.evaluate(as_bytes("c=biws,r=client-nonceserver-nonce,p=" + proof));
}

using Try = SaslStep (*)(const std::string& user);

TEST(LoginTiming, AnUnknownUserIsAsMuchWorkAsAWrongPassword) {
  for (const auto& [attempt, hashes_min] : {std::pair<Try, std::uint64_t>{try_plain, 2}, {try_scram, 5}}) {
    std::array<std::uint64_t, 2> work{};
    std::array<SaslStep, 2> ends;
    attempt(real_user(0));  // Makes the users.
    for (std::size_t i = 0; i < kUsers; ++i) {
      for (const bool is_unknown : {false, true}) {
        const std::uint64_t before = hashes_made();
        ends[is_unknown] = attempt(is_unknown ? unknown_user(i) : real_user(i));
        work[is_unknown] += hashes_made() - before;
        ASSERT_EQ(ends[is_unknown].verdict, Verdict::failure);
      }
      ASSERT_EQ(ends[0].message, ends[1].message);
      ASSERT_EQ(ends[0].answer, ends[1].answer);
    }
    EXPECT_EQ(work[0], work[1]);
    EXPECT_GE(work[0], hashes_min * kUsers) << "the tries fail before there is any work";
  }
}

// The largest distance between the two distributions (Kolmogorov-Smirnov).
double distance(std::vector<double> a, std::vector<double> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  double most = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] < b[j]) {
      ++i;
    } else if (b[j] < a[i]) {
      ++j;
    } else {
      const double tie = a[i];
      while (i < a.size() && a[i] == tie) ++i;
      while (j < b.size() && b[j] == tie) ++j;
    }
    most = std::max(most, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                   static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return most;
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

// Nanoseconds of interleaved tries: wrong passwords, wrong passwords again (the control), unknown users.
using Times = std::array<std::vector<double>, 3>;

Times take_times(Try attempt, std::size_t tries) {
  Times times;
  std::mt19937_64 random(20260101);
  for (std::size_t i = 0; i < tries; ++i) {
    std::array<std::size_t, 3> order{0, 1, 2};
    std::ranges::shuffle(order, random);
    for (const std::size_t kind : order) {
      const std::size_t who = random() % kUsers;
      const std::string user = kind == 2 ? unknown_user(who) : real_user(who);
      const auto began = std::chrono::steady_clock::now();
      const SaslStep end = attempt(user);
      const auto ended = std::chrono::steady_clock::now();
      EXPECT_EQ(end.verdict, Verdict::failure);
      times[kind].push_back(std::chrono::duration<double, std::nano>(ended - began).count());
    }
  }
  return times;
}

TEST(LoginTiming, AnUnknownUserTakesAsLongAsAWrongPassword) {
  const char* asked = std::getenv("MUIR_LOGIN_TRIES");
  if (asked == nullptr) GTEST_SKIP() << "MUIR_LOGIN_TRIES=100000 measures the time";
  const auto tries = static_cast<std::size_t>(std::atoll(asked));
  for (const auto& [name, attempt] : {std::pair<const char*, Try>{"PLAIN", try_plain}, {"SCRAM", try_scram}}) {
    take_times(attempt, tries / 10);  // Warms up.
    const Times times = take_times(attempt, tries);
    const double control = distance(times[0], times[1]), unknown = distance(times[0], times[2]);
    const double wrong = median(times[0]), shift = median(times[2]) - wrong;
    fmt::print("{}: {} tries each; medians in ns: wrong password {:.0f}, again {:.0f}, unknown user {:.0f}; ", name,
               tries, wrong, median(times[1]), median(times[2]));
    fmt::print("distance: control {:.4f}, unknown user {:.4f}\n", control, unknown);
    // Over the wire a try varies by tens of microseconds; what is within a hundredth of the try, or 50 ns, drowns.
    EXPECT_LE(std::abs(shift), std::max(50.0, wrong / 100)) << name;
  }
}

}  // namespace
}  // namespace muir::auth

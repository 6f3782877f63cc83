#include "auth/acl/prefix_tree.h"

#include <map>
#include <random>

#include <gtest/gtest.h>
#include <pthread.h>

namespace muir::auth {
namespace {

struct Count {
  int value = 0;
  bool empty() const { return value == 0; }
  bool operator==(const Count&) const = default;
};
using Tree = PrefixTree<Count>;
using Model = std::map<std::string, int>;

Model contents(const Tree& tree) {
  Model keys;
  Tree::Cursor(tree).for_each([&](std::string_view key, const Count& count) {
    keys[std::string(key)] = count.value;
    return true;
  });
  return keys;
}

std::string random_key(std::mt19937& random) {
  std::string key;
  for (auto left = random() % 6; left > 0; --left) key += static_cast<char>("ab\xff"[random() % 3]);
  return key;
}

TEST(PrefixTree, IsTheMapOfItsKeysAndCopiesStayAsTheyWere) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Tree tree;
  Model model;
  Tree copy;
  Model copied;
  for (int step = 0; step < 20000; ++step) {
    const std::string key = random_key(random);
    const int change = random() % 2 == 0 ? 1 : -model[key];
    tree.change(key, [&](Count& count) { count.value += change; });
    model[key] += change;
    if (model[key] == 0) model.erase(key);
    if (step % 500 == 0) {
      ASSERT_EQ(contents(copy), copied);
      copy = tree;
      copied = model;
      ASSERT_EQ(contents(tree), model);
    }
  }
  for (const auto& [key, value] : model) {
    const Count* found = tree.find(key);
    ASSERT_NE(found, nullptr) << key;
    EXPECT_EQ(found->value, value);
  }
  for (const auto& [key, value] : model) tree.change(key, [](Count& count) { count.value = 0; });
  EXPECT_TRUE(contents(tree).empty());
}

TEST(PrefixTree, CursorMeetsEveryKeyThatBeginsWhatItWalks) {
  Tree tree;
  for (const char* key : {"", "a", "ab", "abcd", "abx", "b"}) tree.change(key, [](Count& count) { ++count.value; });
  Tree::Cursor cursor(tree);
  std::vector<std::size_t> met;

  EXPECT_TRUE(cursor.descend("a"));
  EXPECT_TRUE(cursor.descend("bcde" + std::string(), [&](const Count& count, std::size_t walked) {
    if (!count.empty()) met.push_back(walked);
  }) == false);

  EXPECT_EQ(met, (std::vector<std::size_t>{0, 1, 3}));
}

// Names nested as deep as a name is long; nobody who may write ACLs is to be able to exhaust a stack.
TEST(PrefixTree, DepthCostsNoStack) {
  constexpr int kDepth = 4000;
  constexpr std::size_t kStackBytes = 256 * 1024;
  Tree tree;
  std::string key;
  for (int i = 0; i < kDepth; ++i) tree.change(key += 'a', [](Count& count) { ++count.value; });
  Tree copy = tree;
  copy.change(key, [](Count& count) { ++count.value; });  // Copies the nodes of the whole path.
  std::pair<Tree*, Tree*> both{&tree, &copy};
  const auto destroy = [](void* trees) -> void* {
    const auto [one, other] = *static_cast<std::pair<Tree*, Tree*>*>(trees);
    *one = Tree();
    *other = Tree();
    return nullptr;
  };
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, kStackBytes);
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, &small, destroy, &both), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&small);
}

}  // namespace
}  // namespace muir::auth

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/base/cow.h"

namespace muir::auth {

// A map from strings to leaves that finds all keys that begin a given string in one walk along it: a radix tree, each
// node an edge of one or more bytes.  Its copies share the nodes in which they agree, so that a version is published by
// copying one reference, and a change copies the nodes on one path.  Threads: as Cow.
// Leaf: default constructible, copyable, `bool empty() const`; keys whose leaf is empty are not kept.
template <class Leaf>
class PrefixTree {
  struct Node {
    std::string edge;  // What leads here from the node above; empty for the root alone.
    Leaf leaf;
    std::string first_bytes;  // Of the children's edges, ascending; children[i] is that of first_bytes[i].
    std::vector<Cow<Node>> children;

    Node() = default;
    explicit Node(std::string_view e) : edge(e) {}
    Node(const Node&) = default;
    Node(Node&&) noexcept = default;
    Node& operator=(const Node&) = default;
    Node& operator=(Node&&) noexcept = default;
    // In a loop, since the tree may be as deep as a key is long.
    ~Node() {
      std::vector<Cow<Node>> dying = std::move(children);
      while (!dying.empty()) {
        Cow<Node> last = std::move(dying.back());
        dying.pop_back();
        if (!last.is_sole_holder()) continue;
        for (Cow<Node>& child : last.write().children) dying.push_back(std::move(child));
        last.write().children.clear();
      }
    }

    // Where a child whose edge begins with `byte` stands, or would.
    std::size_t position(char byte) const {
      const auto at = std::lower_bound(first_bytes.begin(), first_bytes.end(), byte);
      return static_cast<std::size_t>(at - first_bytes.begin());
    }
    const Node* child(char byte) const {
      const void* at = std::memchr(first_bytes.data(), byte, first_bytes.size());
      if (at == nullptr) return nullptr;
      return &*children[static_cast<std::size_t>(static_cast<const char*>(at) - first_bytes.data())];
    }
  };

 public:
  // A walk down the tree along a string that comes in pieces.  Valid while the tree is neither changed nor destroyed.
  class Cursor {
   public:
    explicit Cursor(const PrefixTree& tree) : node_(&*tree.root_) {}

    // Goes on along `piece`, and calls `visit(leaf, n)` for the leaf of each key that ends within it, `n` bytes of the
    // piece having been walked, itself included at its beginning and end.  False: no key begins so.
    template <class Visit>
    bool descend(std::string_view piece, Visit visit) {
      std::size_t walked = 0;
      for (;;) {
        const std::size_t step = std::min(node_->edge.size() - in_edge_, piece.size() - walked);
        if (std::memcmp(node_->edge.data() + in_edge_, piece.data() + walked, step) != 0) return false;
        in_edge_ += step;
        walked += step;
        if (in_edge_ < node_->edge.size()) return true;
        visit(node_->leaf, walked);
        if (walked == piece.size()) return true;
        const Node* const next = node_->child(piece[walked]);
        if (next == nullptr) return false;
        node_ = next;
        in_edge_ = 0;
      }
    }
    bool descend(std::string_view piece) {
      return descend(piece, [](const Leaf&, std::size_t) {});
    }

    // Calls `visit(rest, leaf)` for every key that begins with what was walked; `rest` is what the key has beyond it.
    // Ends early, with false, when `visit` answers false.
    template <class Visit>
    bool for_each(Visit visit) const {
      struct Place {
        const Node* node;
        std::size_t above;  // Length of the key before the node's edge.
      };
      std::string rest;
      std::vector<Place> ahead{{node_, 0}};
      bool is_first = true;
      while (!ahead.empty()) {
        const auto [node, above] = ahead.back();
        ahead.pop_back();
        rest.resize(above);
        rest.append(std::exchange(is_first, false) ? std::string_view(node->edge).substr(in_edge_) : node->edge);
        if (!node->leaf.empty() && !visit(std::string_view(rest), node->leaf)) return false;
        for (std::size_t i = node->children.size(); i-- > 0;) ahead.push_back({&*node->children[i], rest.size()});
      }
      return true;
    }

   private:
    const Node* node_;
    std::size_t in_edge_ = 0;  // How much of the node's edge has been walked.
  };

  // Null if there is no such key.
  const Leaf* find(std::string_view key) const {
    const Leaf* found = nullptr;
    Cursor(*this).descend(key, [&](const Leaf& leaf, std::size_t walked) {
      if (walked == key.size() && !leaf.empty()) found = &leaf;
    });
    return found;
  }

  // Calls `change(leaf)` for the leaf of `key`, an empty one if there was none.
  template <class Change>
  void change(std::string_view key, Change change) {
    std::vector<Node*> path{&root_.write()};
    for (std::string_view rest = key; !rest.empty();) {
      Node& next = step(*path.back(), rest);
      rest.remove_prefix(next.edge.size());
      path.push_back(&next);
    }
    change(path.back()->leaf);
    for (std::size_t i = path.size(); i-- > 1;)
      if (!tidy(*path[i - 1], *path[i])) break;
  }

 private:
  // The child of `node` on the way along `rest`: made, or cut out of a longer edge, if need be.
  static Node& step(Node& node, std::string_view rest) {
    const std::size_t at = node.position(rest.front());
    if (at == node.first_bytes.size() || node.first_bytes[at] != rest.front()) {
      node.first_bytes.insert(at, 1, rest.front());
      return node.children.insert(node.children.begin() + static_cast<std::ptrdiff_t>(at), Cow<Node>(Node(rest)))
          ->write();
    }
    Node& child = node.children[at].write();
    const auto fork = std::mismatch(child.edge.begin(), child.edge.end(), rest.begin(), rest.end()).first;
    if (fork == child.edge.end()) return child;
    const auto common = static_cast<std::size_t>(fork - child.edge.begin());
    Node middle(std::string_view(child.edge).substr(0, common));
    child.edge.erase(0, common);
    middle.first_bytes.assign(1, child.edge.front());
    middle.children.push_back(std::move(node.children[at]));
    node.children[at] = Cow<Node>(std::move(middle));
    return node.children[at].write();
  }

  // Takes `child` out if it leads nowhere, and makes one edge of two where nothing forks.  False: there was nothing to
  // do.
  static bool tidy(Node& node, Node& child) {
    if (!child.leaf.empty() || child.children.size() > 1) return false;
    const std::size_t at = node.position(child.edge.front());
    if (child.children.empty()) {
      node.first_bytes.erase(at, 1);
      node.children.erase(node.children.begin() + static_cast<std::ptrdiff_t>(at));
      return true;
    }
    Cow<Node> only = std::move(child.children.front());
    child.children.clear();
    only.write().edge.insert(0, child.edge);
    node.children[at] = std::move(only);
    return true;
  }

  Cow<Node> root_;
};

}  // namespace muir::auth

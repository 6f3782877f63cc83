#pragma once

#include <cstdint>

#include <boost/intrusive/list.hpp>

namespace muir::server {

// The memory of answers that are ready and that their peers do not take (`muir.held.response.max.bytes`, a shard's
// share of it).  Records of a Fetch are not among it: they stay in their files.  When there is more than may be, the
// connection whose answers have waited longest is given up: who reads at once never holds any (ADR 100). Owner: a
// shard's connections; used only on that shard.
class HeldAnswers {
 public:
  explicit HeldAnswers(std::int64_t bytes_max) : bytes_max_(bytes_max) {}  // 0: no bound.

  // A connection that may hold some.
  class Holder : public boost::intrusive::list_base_hook<> {
   public:
    virtual void give_up() = 0;  // Holds nothing any more.  May be the end of the connection.

   protected:
    ~Holder() = default;

   private:
    friend class HeldAnswers;
    std::int64_t bytes_ = 0;
  };

  // `holder` holds so much now; nothing: its peer has taken all.
  void hold(Holder& holder, std::int64_t bytes) {
    bytes_ += bytes - holder.bytes_;
    holder.bytes_ = bytes;
    if (bytes == 0 && holder.is_linked()) holders_.erase(holders_.iterator_to(holder));
    if (bytes > 0 && !holder.is_linked()) holders_.push_back(holder);
    while (bytes_max_ > 0 && bytes_ > bytes_max_) {
      Holder& oldest = holders_.front();
      holders_.pop_front();
      bytes_ -= oldest.bytes_;
      oldest.bytes_ = 0;
      oldest.give_up();
    }
  }

  std::int64_t bytes() const { return bytes_; }

 private:
  const std::int64_t bytes_max_;
  std::int64_t bytes_ = 0;
  boost::intrusive::list<Holder, boost::intrusive::constant_time_size<false>> holders_;  // Who has held longest first.
};

}  // namespace muir::server

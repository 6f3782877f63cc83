#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <boost/intrusive/list.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "server/runtime/shard.h"
#include "wire/base/task.h"

namespace muir::server {

// How much memory the requests of one shard's connections take: all together (its share of `queued.max.request.bytes`),
// and those of one principal (`muir.queued.principal.request.max.bytes`).  Bytes are charged as they arrive, not as
// they are announced, so that who announces much and sends nothing takes nothing from others.  As in Kafka a connection
// is read from as long as anything is left; past that it is not, and its peer's writes stall.
// That many requests have begun and none has the memory to be completed must not be the end: of those who share a bound
// one at a time goes on past it (ADR 099).
// Owner: a shard's connections; used only on that shard, and outlives whoever refers to it.
class RequestMemory final : private TurnEnd {
 public:
  struct Limits {
    std::int64_t bytes_max = 0;            // Of all; 0: no bound.
    std::int64_t principal_bytes_max = 0;  // Of one principal; 0: no bound.
  };

  // All that one principal's requests take.  Clients of whom nothing is known yet are one principal together.
  class Account;
  using AccountRef = boost::intrusive_ptr<Account>;

  // What one request takes; given back when it is destroyed.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept { *this = std::move(other); }
    Lease& operator=(Lease&& other) noexcept {
      account_.swap(other.account_);
      std::swap(bytes_, other.bytes_);
      std::swap(goes_past_, other.goes_past_);
      return *this;
    }
    ~Lease();

    std::int64_t bytes() const { return bytes_; }

    // Of what has arrived, the `bytes` of a request that is whole.
    Lease split(std::int64_t bytes);

    // It takes so much more than has arrived.  Nothing if it is nobody's.
    void grow(std::int64_t bytes);

    // Whose it is, or will be if nobody's yet.
    const AccountRef& account_or(const AccountRef& other) const { return bytes_ > 0 ? account_ : other; }

   private:
    friend class RequestMemory;
    enum Bound : std::uint8_t { of_principal = 1, of_all = 2 };
    AccountRef account_;
    std::int64_t bytes_ = 0;
    std::uint8_t goes_past_ = 0;  // Which bounds it has been let past.
  };

  // `co_await Wait(memory, lease, account)`: true when more may be read for `lease`, false if cancel() came first.
  class Wait : public boost::intrusive::list_base_hook<> {
   public:
    Wait(RequestMemory& memory, Lease& lease, const AccountRef& account);
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiter) noexcept { awaiter_ = awaiter; }
    bool await_resume() const noexcept { return is_granted_; }
    void cancel();  // Ends it at the end of the loop turn.

   private:
    friend class RequestMemory;
    RequestMemory& memory_;
    Lease& lease_;
    AccountRef account_;
    std::coroutine_handle<> awaiter_;
    bool is_granted_ = false;
    bool is_cancelled_ = false;
  };

  class Account : public boost::intrusive::list_base_hook<> {
   public:
    Account(RequestMemory& memory, std::string principal) : memory_(memory), principal_(std::move(principal)) {}
    std::int64_t used() const { return used_; }

    friend void intrusive_ptr_add_ref(Account* account) { ++account->references_; }
    friend void intrusive_ptr_release(Account* account) {
      if (--account->references_ == 0) account->forget();
    }

   private:
    friend class RequestMemory;
    void forget();
    RequestMemory& memory_;
    const std::string principal_;
    std::size_t references_ = 0;
    std::int64_t used_ = 0;
    bool is_one_past_ = false;  // A request goes on past principal_bytes_max.
    boost::intrusive::list<Wait, boost::intrusive::constant_time_size<false>> waits_;
  };

  explicit RequestMemory(Limits limits) : limits_(limits) {}
  RequestMemory(const RequestMemory&) = delete;
  RequestMemory& operator=(const RequestMemory&) = delete;
  ~RequestMemory();

  AccountRef account_of(std::string_view principal);

  // Whether more may be read for `lease` now, which is `account`'s unless it is somebody's already.  If not: Wait.
  bool admits(Lease& lease, const AccountRef& account);

  // So much has been read for it.
  void charge(Lease& lease, const AccountRef& account, std::int64_t bytes);

  // So much is left that reading ahead does not matter.
  bool has_plenty() const { return limits_.bytes_max <= 0 || used_ < limits_.bytes_max / 2; }

  std::int64_t used() const { return used_; }

 private:
  void release(Lease& lease);
  void end_waits_soon();
  Wait* next_grantable();
  void turn_ended() override;

  using Accounts = boost::intrusive::list<Account, boost::intrusive::constant_time_size<false>>;
  using Waits = boost::intrusive::list<Wait, boost::intrusive::constant_time_size<false>>;

  const Limits limits_;
  std::int64_t used_ = 0;
  bool is_one_past_ = false;  // A request goes on past bytes_max.
  std::map<std::string, Account*, std::less<>> accounts_;
  Accounts waiting_;  // Whose connections wait, in turn.
  Waits cancelled_;
  Shard* shard_ = nullptr;  // Since a wait was to end.
};

}  // namespace muir::server

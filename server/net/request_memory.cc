#include "server/net/request_memory.h"

#include "wire/base/check.h"

namespace muir::server {

RequestMemory::Lease::~Lease() {
  if (account_) account_->memory_.release(*this);
}

// The part that goes on past a bound is the one that will be answered: until then nobody else does.
RequestMemory::Lease RequestMemory::Lease::split(std::int64_t bytes) {
  CHECK(bytes <= bytes_);
  Lease part;
  part.account_ = account_;
  part.bytes_ = bytes;
  part.goes_past_ = std::exchange(goes_past_, std::uint8_t{0});
  bytes_ -= bytes;
  return part;
}

void RequestMemory::Lease::grow(std::int64_t bytes) {
  if (account_) account_->memory_.charge(*this, account_, bytes);
}

// Who has begun goes before who has not: it may be the one that ends the waiting of all.
RequestMemory::Wait::Wait(RequestMemory& memory, Lease& lease, const AccountRef& account)
    : memory_(memory), lease_(lease), account_(lease.account_or(account)) {
  if (account_->waits_.empty()) memory_.waiting_.push_back(*account_);
  if (lease_.bytes_ > 0) {
    account_->waits_.push_front(*this);
  } else {
    account_->waits_.push_back(*this);
  }
}

void RequestMemory::Wait::cancel() {
  if (std::exchange(is_cancelled_, true)) return;
  account_->waits_.erase(account_->waits_.iterator_to(*this));
  if (account_->waits_.empty()) memory_.waiting_.erase(memory_.waiting_.iterator_to(*account_));
  memory_.cancelled_.push_back(*this);
  memory_.end_waits_soon();
}

RequestMemory::~RequestMemory() {
  CHECK(used_ == 0);
  if (shard_ != nullptr) shard_->forget(*this);
}

RequestMemory::AccountRef RequestMemory::account_of(std::string_view principal) {
  const auto found = accounts_.find(principal);
  if (found != accounts_.end()) return found->second;
  auto* const account = new Account(*this, std::string(principal));  // Deleted with its last reference.
  accounts_.emplace(principal, account);
  return account;
}

void RequestMemory::Account::forget() {
  memory_.accounts_.erase(principal_);
  delete this;
}

bool RequestMemory::admits(Lease& lease, const AccountRef& of_whom) {
  Account* const account = lease.account_or(of_whom).get();
  const bool has_begun = lease.bytes_ > 0;
  const auto is_let_past = [&](Lease::Bound bound, bool is_one_past) {
    return has_begun && ((lease.goes_past_ & bound) != 0 || !is_one_past);
  };
  const bool is_principals_full = limits_.principal_bytes_max > 0 && account->used_ >= limits_.principal_bytes_max;
  const bool is_all_full = limits_.bytes_max > 0 && used_ >= limits_.bytes_max;
  if (is_principals_full && !is_let_past(Lease::of_principal, account->is_one_past_)) return false;
  if (is_all_full && !is_let_past(Lease::of_all, is_one_past_)) return false;
  if (is_principals_full) {
    lease.goes_past_ |= Lease::of_principal;
    account->is_one_past_ = true;
  }
  if (is_all_full) {
    lease.goes_past_ |= Lease::of_all;
    is_one_past_ = true;
  }
  return true;
}

void RequestMemory::charge(Lease& lease, const AccountRef& account, std::int64_t bytes) {
  lease.account_ = lease.account_or(account);
  lease.bytes_ += bytes;
  lease.account_->used_ += bytes;
  used_ += bytes;
}

void RequestMemory::release(Lease& lease) {
  Account& account = *lease.account_;
  account.used_ -= lease.bytes_;
  used_ -= lease.bytes_;
  if ((lease.goes_past_ & Lease::of_principal) != 0) account.is_one_past_ = false;
  if ((lease.goes_past_ & Lease::of_all) != 0) is_one_past_ = false;
  if (!waiting_.empty()) end_waits_soon();
}

void RequestMemory::end_waits_soon() {
  shard_ = Shard::current();
  shard_->at_turn_end(*this);
}

// The first of each principal's, the principals in turn.
RequestMemory::Wait* RequestMemory::next_grantable() {
  for (Account& account : waiting_) {
    Wait& wait = account.waits_.front();
    if (!admits(wait.lease_, wait.account_)) continue;
    waiting_.erase(waiting_.iterator_to(account));
    account.waits_.pop_front();
    if (!account.waits_.empty()) waiting_.push_back(account);
    return &wait;
  }
  return nullptr;
}

// Each charges what it reads before it waits again, so that the next sees what is left.
void RequestMemory::turn_ended() {
  while (!cancelled_.empty()) {
    Wait& wait = cancelled_.front();
    cancelled_.pop_front();
    wait.awaiter_.resume();
  }
  while (Wait* const wait = next_grantable()) {
    wait->is_granted_ = true;
    wait->awaiter_.resume();
  }
}

}  // namespace muir::server

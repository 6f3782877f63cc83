#include "server/controller/alter_user_scram_credentials.h"

#include <map>
#include <string>
#include <utility>

#include "auth/sasl/scram_credential.h"
#include "server/controller/record_batch.h"
#include "server/metadata/scram_image.h"
#include "wire/schema/remove_user_scram_credential_record.h"
#include "wire/schema/user_scram_credential_record.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::AlterUserScramCredentialsRequest;
using Deletion = Request::ScramCredentialDeletion;
using Upsertion = Request::ScramCredentialUpsertion;

ApiError problem_with_target(std::string_view user, std::int8_t mechanism) {
  if (user.empty()) return {ErrorCode::UNACCEPTABLE_CREDENTIAL, "Username must not be empty"};
  if (!auth::scram_mechanism(mechanism)) return {ErrorCode::UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism"};
  return {};
}

ApiError problem_with(const DecideContext& context, const Deletion& deletion) {
  auto problem = problem_with_target(deletion.name, deletion.mechanism);
  if (problem.failed()) return problem;
  const ScramKey key{deletion.mechanism, std::string(deletion.name)};
  if (context.image().scram.all().find(key) == nullptr)
    return {ErrorCode::RESOURCE_NOT_FOUND, "Attempt to delete a user credential that does not exist"};
  return {};
}

ApiError problem_with(const DecideContext&, const Upsertion& upsertion) {
  auto problem = problem_with_target(upsertion.name, upsertion.mechanism);
  if (problem.failed()) return problem;
  if (upsertion.iterations < auth::kScramIterationsMin)
    return {ErrorCode::UNACCEPTABLE_CREDENTIAL, "Too few iterations"};
  if (upsertion.iterations > auth::kScramIterationsMax)
    return {ErrorCode::UNACCEPTABLE_CREDENTIAL, "Too many iterations"};
  return {};
}

// What a request asks for, a user at a time, and what is wrong with it.
class Alterations {
 public:
  explicit Alterations(const DecideContext& context) : context_(context) {}

  void add(const Deletion& deletion) {
    if (is_new(deletion.name)) file(deletion, deletions_);
  }
  void add(const Upsertion& upsertion) {
    if (is_new(upsertion.name)) file(upsertion, upsertions_);
  }

  const auto& deletions() const { return deletions_; }
  const auto& upsertions() const { return upsertions_; }
  const auto& errors() const { return errors_; }

 private:
  // A second mention spoils the first.
  bool is_new(std::string_view user) {
    if (errors_.contains(user)) return false;
    if (deletions_.erase(user) + upsertions_.erase(user) == 0) return true;
    errors_[user] = {ErrorCode::DUPLICATE_RESOURCE, "A user credential cannot be altered twice in the same request"};
    return false;
  }

  template <class Alteration>
  void file(const Alteration& alteration, std::map<std::string_view, const Alteration*>& among) {
    auto problem = context_.metadata_version() < kScramLevel
                       ? ApiError(ErrorCode::UNSUPPORTED_VERSION, "The current metadata.version does not support SCRAM")
                       : problem_with(context_, alteration);
    if (problem.failed())
      errors_[alteration.name] = std::move(problem);
    else
      among[alteration.name] = &alteration;
  }

  const DecideContext& context_;
  std::map<std::string_view, const Deletion*> deletions_;
  std::map<std::string_view, const Upsertion*> upsertions_;
  std::map<std::string_view, ApiError> errors_;
};

void add_record(const Deletion& deletion, RecordBatch& records) {
  wire::RemoveUserScramCredentialRecord record;
  record.name = deletion.name;
  record.mechanism = deletion.mechanism;
  records.add(record);
}

// The request has the salted password, the log only what proofs are checked by.
void add_record(const Upsertion& upsertion, RecordBatch& records) {
  const auto credential = auth::scram_credential(*auth::scram_mechanism(upsertion.mechanism), upsertion.salted_password,
                                                 {upsertion.salt.begin(), upsertion.salt.end()}, upsertion.iterations);
  wire::UserScramCredentialRecord record;
  record.name = upsertion.name;
  record.mechanism = upsertion.mechanism;
  record.salt = credential.salt;
  record.stored_key = credential.stored_key;
  record.server_key = credential.server_key;
  record.iterations = credential.iterations;
  records.add(record);
}

}  // namespace

Decision<wire::AlterUserScramCredentialsResponse> decide_alter_user_scram_credentials(const DecideContext& context,
                                                                                      const Request& request) {
  Alterations alterations(context);
  for (const Deletion& deletion : request.deletions) alterations.add(deletion);
  for (const Upsertion& upsertion : request.upsertions) alterations.add(upsertion);
  RecordBatch records;
  for (const auto& [user, deletion] : alterations.deletions()) add_record(*deletion, records);
  for (const auto& [user, upsertion] : alterations.upsertions()) add_record(*upsertion, records);

  Decision<wire::AlterUserScramCredentialsResponse> decision;
  const auto answer = [&](std::string_view user, const ApiError& error) {
    const ApiError& told = records.problem().failed() ? records.problem() : error;
    auto& result = decision.response.results.emplace_back();
    result.user = user;
    result.error_code = told.code;
    result.error_message = decision.texts.keep(told.message);
  };
  for (const auto& [user, deletion] : alterations.deletions()) answer(user, {});
  for (const auto& [user, upsertion] : alterations.upsertions()) answer(user, {});
  for (const auto& [user, error] : alterations.errors()) answer(user, error);
  if (!records.problem().failed()) decision.records = records.take();
  return decision;
}

}  // namespace muir::server

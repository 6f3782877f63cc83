#include "auth/sasl/gss_acceptor.h"

#include <algorithm>
#include <utility>

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5/krb5.h>

namespace muir::auth {
namespace {

constexpr std::size_t kReasonBytesMax = 300;  // It quotes names out of the client's ticket.
constexpr OM_uint32 kMessagesMax = 4;

// What the library fills; released with it.
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    OM_uint32 ignored = 0;
    gss_release_buffer(&ignored, &buffer_);
  }
  gss_buffer_t operator&() { return &buffer_; }
  std::string text() const { return {static_cast<const char*>(buffer_.value), buffer_.length}; }

 private:
  gss_buffer_desc buffer_ = GSS_C_EMPTY_BUFFER;
};

class Name {
 public:
  Name() = default;
  Name(const Name&) = delete;
  Name& operator=(const Name&) = delete;
  ~Name() {
    OM_uint32 ignored = 0;
    gss_release_name(&ignored, &name_);
  }
  gss_name_t* operator&() { return &name_; }
  gss_name_t get() const { return name_; }

 private:
  gss_name_t name_ = GSS_C_NO_NAME;
};

gss_buffer_desc view_of(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }
gss_buffer_desc view_of(ByteView bytes) { return view_of(as_text(bytes)); }

void append_status(std::string& to, OM_uint32 code, int kind) {
  OM_uint32 more = 0, minor = 0;
  for (OM_uint32 i = 0; i < kMessagesMax; ++i) {
    Buffer message;
    if (GSS_ERROR(gss_display_status(&minor, code, kind, const_cast<gss_OID>(gss_mech_krb5), &more, &message))) return;
    if (!to.empty()) to += ": ";
    to += message.text();
    if (more == 0) return;
  }
}

GssError error_of(OM_uint32 major, OM_uint32 minor) {
  GssError error;
  append_status(error.reason, major, GSS_C_GSS_CODE);
  if (minor != 0) append_status(error.reason, minor, GSS_C_MECH_CODE);
  error.reason.resize(std::min(error.reason.size(), kReasonBytesMax));
  return error;
}

}  // namespace

struct GssAcceptor::Credential {
  gss_cred_id_t handle = GSS_C_NO_CREDENTIAL;

  Credential() = default;
  Credential(const Credential&) = delete;
  Credential& operator=(const Credential&) = delete;
  ~Credential() {
    OM_uint32 ignored = 0;
    gss_release_cred(&ignored, &handle);
  }
};

class AcceptingContext final : public GssContext {
 public:
  explicit AcceptingContext(const GssAcceptor& acceptor) : acceptor_(acceptor) {}
  AcceptingContext(const AcceptingContext&) = delete;
  AcceptingContext& operator=(const AcceptingContext&) = delete;
  ~AcceptingContext() override {
    OM_uint32 ignored = 0;
    gss_delete_sec_context(&ignored, &context_, GSS_C_NO_BUFFER);
  }

  GssResult<Accepted> accept(ByteView token) override {
    if (credential_ == nullptr) {
      auto had = acceptor_.credential();
      if (!had) return had.error();
      credential_ = std::move(*had);
    }
    gss_buffer_desc input = view_of(token);
    Buffer output;
    gss_OID mechanism = GSS_C_NO_OID;
    OM_uint32 minor = 0;
    const OM_uint32 major =
        gss_accept_sec_context(&minor, &context_, credential_->handle, &input, GSS_C_NO_CHANNEL_BINDINGS, &peer_,
                               &mechanism, &output, nullptr, nullptr, nullptr);
    if (GSS_ERROR(major)) return error_of(major, minor);
    if ((major & GSS_S_CONTINUE_NEEDED) != 0) return Accepted{false, output.text()};
    if (gss_oid_equal(mechanism, gss_mech_krb5) == 0) return GssError::of("the mechanism is not Kerberos 5");
    return Accepted{true, output.text()};
  }

  GssResult<std::string> wrap(ByteView message) override {
    gss_buffer_desc input = view_of(message);
    Buffer output;
    OM_uint32 minor = 0;
    const OM_uint32 major = gss_wrap(&minor, context_, 0, GSS_C_QOP_DEFAULT, &input, nullptr, &output);
    if (GSS_ERROR(major)) return error_of(major, minor);
    return output.text();
  }

  GssResult<std::string> unwrap(ByteView token) override {
    gss_buffer_desc input = view_of(token);
    Buffer output;
    OM_uint32 minor = 0;
    const OM_uint32 major = gss_unwrap(&minor, context_, &input, &output, nullptr, nullptr);
    if (GSS_ERROR(major)) return error_of(major, minor);
    return output.text();
  }

  GssResult<std::string> peer() override {
    Buffer text;
    OM_uint32 minor = 0;
    const OM_uint32 major = gss_display_name(&minor, peer_.get(), &text, nullptr);
    if (GSS_ERROR(major)) return error_of(major, minor);
    std::string name = text.text();
    // What Kerberos escapes is a / or @ inside a part of the name: nothing that rules could tell from one between
    // parts.
    if (name.find('\\') != std::string::npos) return GssError::of("the client's principal has signs that need escapes");
    return name;
  }

 private:
  const GssAcceptor& acceptor_;
  std::shared_ptr<GssAcceptor::Credential> credential_;
  gss_ctx_id_t context_ = GSS_C_NO_CONTEXT;
  Name peer_;
};

namespace {

struct Krb5 {
  Krb5() = default;
  Krb5(const Krb5&) = delete;
  Krb5& operator=(const Krb5&) = delete;
  ~Krb5() {
    if (keytab != nullptr) krb5_kt_close(context, keytab);
    krb5_free_principal(context, principal);
    krb5_free_context(context);
  }

  krb5_context context = nullptr;
  krb5_keytab keytab = nullptr;
  krb5_principal principal = nullptr;
};

// Why the keytab is of no use for the principal; empty: it is.  Asked first, because gss_acquire_cred_from() forgets to
// free a name each time it fails.
std::string keytab_problem(const std::string& keytab, const std::string& principal) {
  Krb5 krb5;
  if (krb5_init_context(&krb5.context) != 0) return "krb5.conf cannot be read";
  krb5_keytab_entry entry{};
  krb5_error_code code = krb5_parse_name(krb5.context, principal.c_str(), &krb5.principal);
  if (code == 0) code = krb5_kt_resolve(krb5.context, keytab.c_str(), &krb5.keytab);
  if (code == 0) code = krb5_kt_get_entry(krb5.context, krb5.keytab, krb5.principal, 0, 0, &entry);
  if (code == 0) {
    krb5_free_keytab_entry_contents(krb5.context, &entry);
    return {};
  }
  const char* text = krb5_get_error_message(krb5.context, code);
  std::string problem = text;
  krb5_free_error_message(krb5.context, text);
  return problem;
}

}  // namespace

std::string default_kerberos_realm() {
  krb5_context context = nullptr;
  if (krb5_init_context(&context) != 0) return {};
  char* text = nullptr;
  std::string realm;
  if (krb5_get_default_realm(context, &text) == 0) realm = text;
  krb5_free_default_realm(context, text);
  krb5_free_context(context);
  return realm;
}

GssAcceptor::GssAcceptor(std::string principal, std::string keytab)
    : principal_(std::move(principal)), keytab_(std::move(keytab)) {}
GssAcceptor::~GssAcceptor() = default;

GssResult<std::shared_ptr<GssAcceptor::Credential>> GssAcceptor::credential() const {
  const std::lock_guard lock(mutex_);
  if (credential_ != nullptr) return credential_;
  const std::string file = "FILE:" + keytab_;
  if (auto problem = keytab_problem(file, principal_); !problem.empty()) return GssError::of(std::move(problem));
  OM_uint32 minor = 0;
  Name name;
  gss_buffer_desc text = view_of(std::string_view(principal_));
  OM_uint32 major = gss_import_name(&minor, &text, const_cast<gss_OID>(GSS_KRB5_NT_PRINCIPAL_NAME), &name);
  if (GSS_ERROR(major)) return error_of(major, minor);
  gss_key_value_element_desc element{"keytab", file.c_str()};
  const gss_key_value_set_desc store{1, &element};
  gss_OID_set_desc kerberos{1, const_cast<gss_OID>(gss_mech_krb5)};
  auto credential = std::make_shared<Credential>();
  major = gss_acquire_cred_from(&minor, name.get(), GSS_C_INDEFINITE, &kerberos, GSS_C_ACCEPT, &store,
                                &credential->handle, nullptr, nullptr);
  if (GSS_ERROR(major)) return error_of(major, minor);
  credential_ = std::move(credential);
  return credential_;
}

GssResult<void> GssAcceptor::acquire() const {
  const auto had = credential();
  if (!had) return had.error();
  return {};
}

std::unique_ptr<GssContext> GssAcceptor::new_context() const { return std::make_unique<AcceptingContext>(*this); }

}  // namespace muir::auth

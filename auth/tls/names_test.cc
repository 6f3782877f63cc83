#include <gtest/gtest.h>

#include "auth/tls/distinguished_name.h"
#include "auth/tls/openssl_handles.h"
#include "auth/tls/principal_mapper.h"
#include "wire/base/bytes.h"

namespace muir::auth {
namespace {

using NamePtr = std::unique_ptr<X509_NAME, FreeWith<X509_NAME_free>>;

OwnedBytes from_hex(std::string_view hex) {
  OwnedBytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

std::string name_of(std::string_view der_in_hex) {
  const OwnedBytes der = from_hex(der_in_hex);
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const NamePtr name(::d2i_X509_NAME(nullptr, &at, static_cast<long>(der.size())));
  return name ? distinguished_name(name.get()) : "no name";
}

// Names as Java 17's X500Principal.getName() spells them.
TEST(DistinguishedName, IsSpelledAsInJava) {
  const std::pair<std::string_view, std::string_view> names[] = {
      {"305a310b3009060355040613024652310c300a06035504081303494446310e300c060355040713055061726973310d300b060355040a130"
       "441636d65"
       "310e300c060355040b130553616c6573310e300c06035504031305616c696365",
       "CN=alice,OU=Sales,O=Acme,L=Paris,ST=IDF,C=FR"},
      {"301e311c301a06035504030c13612c622b633d6422655c663c673e683b69236a", R"(CN=a\,b\+c\=d\"e\\f\<g\>h\;i\#j)"},
      {"301b3119301706035504031310206c65616420616e6420747261696c20", R"(CN=\ lead and trail\ )"},
      {"3025310d300b060355040313046d61696c3114301206092a864886f70d01090116056140622e63",
       "1.2.840.113549.1.9.1=#16056140622e63,CN=mail"},
      {"305031133011060a0992268993f22c64011916036f726731173015060a0992268993f22c64011916076578616d706c653120300c0603550"
       "4"
       "03"
       "13056d756c74693010060a0992268993f22c64010113027531",
       "CN=multi+UID=u1,DC=example,DC=org"},
      {"30163114301206035504030c0b4ac3bc7267656e20e4b8ad", "CN=J\u00fcrgen \u4e2d"},
      {"301d310a30080603550403130178310f300d060355040913064d61696e2031", "STREET=Main 1,CN=x"},
      {"3032310a30080603550403130179310a30080603550404130153310a3008060355042a130147310c300a06035504051303313233",
       "2.5.4.5=#1303313233,2.5.4.42=#130147,2.5.4.4=#130153,CN=y"},
      {"3010310e300c06035504030c052368617368", R"(CN=\#hash)"},
      {"301b310e300c06035504031305656d70747931093007060355040a1300", "O=,CN=empty"},
      {"3010310e300c06035504030c056100622c63", R"(CN=a\00b\,c)"},  // A NUL does not end the name.
      {"300f310d300b06035504031e0400610062", R"(CN=\00a\00b)"},
      {"300f310d300b0603550403140461e96263", "CN=a\uFFFDbc"},
      {"300e310c300a06035504030303000102", "CN=#0303000102"},
  };
  for (const auto& [der, expected] : names) EXPECT_EQ(name_of(der), expected);
}

std::string mapped(std::string_view rules, const std::string& name) {
  const auto mapper = PrincipalMapper::parse(rules);
  if (!mapper) return "!" + mapper.error().message;
  const auto user = mapper->user_of(name);
  return user ? "=" + *user : "none";
}

constexpr char kDuke[] = "CN=Duke,OU=ServiceUsers,O=Org,C=US";

// Rules, a name, and what Apache Kafka 4.3.1's SslPrincipalMapper makes of it.
TEST(PrincipalMapper, MapsAsKafkaDoes) {
  const std::tuple<std::string_view, std::string, std::string_view> cases[] = {
      {"DEFAULT", kDuke, "=CN=Duke,OU=ServiceUsers,O=Org,C=US"},
      {"", kDuke, "none"},
      {"RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/", kDuke, "=Duke"},
      {"RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/", "CN=duke,O=x", "none"},
      {"RULE:^CN=(.*?),OU=(.*?),O=(.*?),C=(.*?)$/$1@$2/L, RULE:^.*[Cc][Nn]=([a-zA-Z0-9.]*).*$/$1/U,DEFAULT", kDuke,
       "=duke@serviceusers"},
      {"RULE:^CN=(.*?),OU=(.*?),O=(.*?),C=(.*?)$/$1@$2/L, RULE:^.*[Cc][Nn]=([a-zA-Z0-9.]*).*$/$1/U,DEFAULT",
       "CN=duke,O=x", "=DUKE"},
      {"RULE:^CN=(.*?),.*$/$1/L,RULE:.*//", "OU=a,CN=b", "="},
      {R"(RULE:CN=(\w+),O=x/$12/)", "CN=duke,O=x", "=duke2"},
      {R"(RULE:CN=(\w+),O=x/$2 $1\/z/)", "CN=duke,O=x", "=$2 duke/z"},
      {R"(RULE:CN=(\w+)/$1/)", "CN=duke,O=x", "none"},
      {R"(RULE:[A-Z]+=\w+,?(.*)/<$1>/)", kDuke, "=<OU=ServiceUsers,O=Org,C=US>"},
      {"RULE:CN=(.*),O=(.*)/$1 at $2/U, DEFAULT , ", kDuke, "=DUKE,OU=SERVICEUSERS AT ORG,C=US"},
      {"RULE:^(?:CN=)?/y/,RULE:.*/n/", kDuke, "=nn"},
      {"RULE:(.*)/$1,$1/", "OU=a,CN=b", "=OU=a,CN=b,OU=a,CN=b,"},
      {"RULE:.*?/z/", "CN=duke,O=x", "=zCzNz=zdzuzkzez,zOz=zxz"},
  };
  for (const auto& [rules, name, expected] : cases) EXPECT_EQ(mapped(rules, name), expected) << rules;
}

TEST(PrincipalMapper, RefusesWhatIsNoRule) {
  for (const std::string_view rules : {"RULE:a/b/X", "RULE:a/b", "foo", "DEFAULT,foo", "RULE:(/x/", "RULE:(?=a)a/x/"})
    EXPECT_EQ(mapped(rules, kDuke).substr(0, 15), "!Invalid rule: ") << rules;
}

// `CN=admin` in another attribute's value is not the common name.
TEST(PrincipalMapper, AValueCannotPoseAsAnAttribute) {
  const NamePtr name(::X509_NAME_new());
  const auto add = [&](const char* type, const std::string& value) {
    ::X509_NAME_add_entry_by_txt(name.get(), type, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                 static_cast<int>(value.size()), -1, 0);
  };
  add("CN", "mallory");
  add("O", "x,CN=admin");
  EXPECT_EQ(mapped("RULE:^.*[,]?CN=([a-z]*)$/$1/", distinguished_name(name.get())), "=mallory");
}

}  // namespace
}  // namespace muir::auth

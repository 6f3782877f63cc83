#include "auth/sasl/scram_message.h"

#include <gtest/gtest.h>

namespace muir::auth {
namespace {

TEST(ScramMessage, ReadsAClientFirst) {
  const auto first = parse_scram_client_first("n,a=b=2Cc,n=a=3Db,r=nonce,x=1,tokenauth=TRUE");

  ASSERT_TRUE(first);
  EXPECT_EQ(first->gs2_header, "n,a=b=2Cc,");
  EXPECT_EQ(first->bare, "n=a=3Db,r=nonce,x=1,tokenauth=TRUE");
  EXPECT_EQ(first->authorization_id, "b,c");
  EXPECT_EQ(first->user, "a=b");
  EXPECT_EQ(first->nonce, "nonce");
  EXPECT_TRUE(first->is_token_authenticated);
}

TEST(ScramMessage, RefusesWhatIsNoClientFirst) {
  for (const std::string_view message : {"",
                                         "n",
                                         "n,",
                                         "n,,",
                                         "y,,n=user,r=abc",
                                         "p=tls-unique,,n=user,r=abc",
                                         "n,,n=,r=abc",
                                         "n,,n=user",
                                         "n,,n=user,r=",
                                         "n,,n=us=er,r=abc",
                                         "n,,n=user,r=a\x01",
                                         "n,,m=x,n=user,r=abc",
                                         "n,,n=user,r=abc,",
                                         "n,,n=user,r=abc,x",
                                         "n,,n=user,r=abc,1=2",
                                         "n,,n=user,r=abc,x=",
                                         "n,a=,n=user,r=abc",
                                         "n,x,n=user,r=abc",
                                         "n,,n=\xc3\xa4,r=abc",
                                         "n,,n=us\xff,r=abc",
                                         "n,,r=abc,n=user",
                                         "n,,n=user=2,r=abc"})
    EXPECT_FALSE(parse_scram_client_first(message)) << message;
  EXPECT_FALSE(parse_scram_client_first(std::string_view("n,,n=us\0er,r=abc", 16)));
}

TEST(ScramMessage, ReadsAClientFinal) {
  const auto final = parse_scram_client_final("c=biws,r=nonce,x=1,p=AQI=");

  ASSERT_TRUE(final);
  EXPECT_EQ(as_text(final->channel_binding), "n,,");
  EXPECT_EQ(final->nonce, "nonce");
  EXPECT_EQ(final->without_proof, "c=biws,r=nonce,x=1");
  EXPECT_EQ(final->proof, (OwnedBytes{std::byte{1}, std::byte{2}}));
}

TEST(ScramMessage, RefusesWhatIsNoClientFinal) {
  for (const std::string_view message : {"", "c=biws", "c=biws,r=nonce", "c=biws,r=nonce,", "c=biws,r=,p=AQI=",
                                         "c=biw,r=nonce,p=AQI=", "c=biws,r=nonce,p=AQI", "c=biws,r=nonce,p=AQI=,x=1",
                                         "r=nonce,c=biws,p=AQI=", "c=biws,r=nonce,x,p=AQI=", "c=biws,r=nonce,p=*QI="})
    EXPECT_FALSE(parse_scram_client_final(message)) << message;
}

}  // namespace
}  // namespace muir::auth

// SPDX-License-Identifier: Apache-2.0
#include "gateway/auth/scram.h"

#include <gtest/gtest.h>

#include "gateway/auth/base64.h"

namespace gateway::auth {
namespace {

using Subject = ScramExchange::Subject;

const std::string kServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const std::string kNonce = "rOprNGfwEbeRWgbNEkqO" + kServerNonce;
const std::string kFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
const std::string kProof = ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const std::string kFinal = "c=biws,r=" + kNonce + kProof;

ScramExchange exchange(Subject subject = Subject::Genuine) {
  const auto salt = decode_base64("W22ZaJ0SNY7soEsUEjb6gQ==");
  return {derive_verifier("pencil", *salt, 4096), subject, kServerNonce};
}

std::expected<std::string, ScramError> last(const std::string& client_final,
                                            Subject subject = Subject::Genuine) {
  ScramExchange scram = exchange(subject);
  EXPECT_TRUE(scram.first(kFirst));
  return scram.last(client_final);
}

TEST(Scram, FollowsTheVectorOfRfc7677) {
  ScramExchange scram = exchange();
  EXPECT_EQ(scram.first(kFirst), "r=" + kNonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
  EXPECT_EQ(scram.last(kFinal), "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST(Scram, PassesNoProofOfAFakeUser) {
  EXPECT_EQ(last(kFinal, Subject::Fake), std::unexpected(ScramError::WrongPassword));
}

TEST(Scram, RefusesEveryOtherProof) {
  for (std::size_t i = kFinal.size() - 44; i < kFinal.size() - 2; ++i) {
    std::string forged = kFinal;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(last(forged), std::unexpected(ScramError::WrongPassword)) << i;
  }
}

TEST(Scram, NamesWhatIsWrongWithAFirstMessage) {
  using enum ScramError;
  const std::pair<std::string, ScramError> cases[] = {
      {"", Malformed},
      {"n", Malformed},
      {"n,", Malformed},
      {"n,,", Malformed},
      {"x,,n=u,r=abc", Malformed},
      {"n,,n=u", Malformed},
      {"n,,n=u,r=", Malformed},
      {"n,,r=abc,n=u", Malformed},
      {"n,,n=u,r=a\x7f", Malformed},
      {"n,,n=u,r=a b", Malformed},
      {"p=tls-server-end-point,,n=u,r=abc", Malformed},
      {"n,a=other,n=u,r=abc", Unsupported},
      {"n,,m=x,n=u,r=abc", Unsupported},
      {"n,,n=u,r=" + std::string(kScramMessageBytesMax, 'a'), Malformed},
  };
  for (const auto& [message, error] : cases) {
    EXPECT_EQ(exchange().first(message), std::unexpected(error)) << message;
  }
  EXPECT_TRUE(exchange().first("y,,n=,r=abc"));
  EXPECT_TRUE(exchange().first("n,,n=u,r=abc,x=extension"));
}

TEST(Scram, NamesWhatIsWrongWithALastMessage) {
  for (const std::string& message :
       {std::string(), std::string("c=biws"), "c=biws,r=" + kNonce, "r=" + kNonce + kProof,
        "c=eSws,r=" + kNonce + kProof, "c=biws,r=" + kNonce + "x" + kProof,
        "c=biws,r=rOprNGfwEbeRWgbNEkqO" + kProof, "c=biws,r=" + kNonce + ",p=", kFinal + "=",
        "c=biws,r=" + kNonce + ",p=QUJD", kFinal + std::string(kScramMessageBytesMax, 'x')}) {
    EXPECT_EQ(last(message), std::unexpected(ScramError::Malformed)) << message;
  }
}

}  // namespace
}  // namespace gateway::auth

// SPDX-License-Identifier: Apache-2.0
#include "gateway/auth/scram.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "gateway/auth/base64.h"

namespace gateway::auth {
namespace {

using Subject = ScramExchange::Subject;
using enum ScramMechanism;

std::string sha256_text(std::string_view text) { return std::string(as_text(sha256(text))); }

const std::string kServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const std::string kNonce = "rOprNGfwEbeRWgbNEkqO" + kServerNonce;
const std::string kFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
const std::string kProof = ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const std::string kEndPoint = sha256_text("a certificate");
const std::string kPlusHeader = "p=tls-server-end-point,,";
const std::string kBare = "n=user,r=rOprNGfwEbeRWgbNEkqO";
const std::string kFinal = "c=biws,r=" + kNonce + kProof;

ScramExchange exchange(Subject subject = Subject::Genuine) {
  const auto salt = decode_base64("W22ZaJ0SNY7soEsUEjb6gQ==");
  return {derive_verifier("pencil", *salt, 4096), subject, kServerNonce};
}

// Under TLS: with something to bind to.
ScramExchange bound_exchange() {
  const auto salt = decode_base64("W22ZaJ0SNY7soEsUEjb6gQ==");
  return {derive_verifier("pencil", *salt, 4096), Subject::Genuine, kServerNonce, kEndPoint};
}

// A client's side: the last message for `password`, with `binding` (before base64).
std::string prove(std::string_view password, std::string_view server_first,
                  const std::string& binding) {
  const auto salt = decode_base64("W22ZaJ0SNY7soEsUEjb6gQ==");
  std::string salted(kDigestBytes, '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                    reinterpret_cast<const unsigned char*>(salt->data()),
                    static_cast<int>(salt->size()), 4096, EVP_sha256(), kDigestBytes,
                    reinterpret_cast<unsigned char*>(salted.data()));
  const std::string without_proof = "c=" + encode_base64(binding) + ",r=" + kNonce;
  const std::string message =
      kFirst.substr(3) + "," + std::string(server_first) + "," + without_proof;
  const std::string client_key(as_text(hmac_sha256(salted, "Client Key")));
  const Digest signature = hmac_sha256(as_text(sha256(client_key)), message);
  std::string proof = client_key;
  for (std::size_t i = 0; i < kDigestBytes; ++i) {
    proof[i] = static_cast<char>(static_cast<std::uint8_t>(proof[i]) ^ signature[i]);
  }
  return without_proof + ",p=" + encode_base64(proof);
}

std::expected<std::string, ScramError> last(const std::string& client_final,
                                            Subject subject = Subject::Genuine) {
  ScramExchange scram = exchange(subject);
  EXPECT_TRUE(scram.first(Plain, kFirst));
  return scram.last(client_final);
}

TEST(Scram, FollowsTheVectorOfRfc7677) {
  ScramExchange scram = exchange();
  EXPECT_EQ(scram.first(Plain, kFirst), "r=" + kNonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
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
      {"p=tls-server-end-point,,n=u,r=abc", BindingUnexpected},
      {"n,a=other,n=u,r=abc", AuthorizationIdentity},
      {"n,,m=x,n=u,r=abc", Extension},
      {"n,,n=u,r=" + std::string(kScramMessageBytesMax, 'a'), Malformed},
  };
  for (const auto& [message, error] : cases) {
    EXPECT_EQ(exchange().first(Plain, message), std::unexpected(error)) << message;
  }
  EXPECT_TRUE(exchange().first(Plain, "y,,n=,r=abc"));
  EXPECT_TRUE(exchange().first(Plain, "n,,n=u,r=abc,x=extension"));
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

TEST(ScramPlus, AdmitsWhoSeesOurCertificate) {
  ScramExchange scram = bound_exchange();
  const auto server_first = scram.first(Plus, kPlusHeader + kBare);
  ASSERT_TRUE(server_first);
  const auto answer = scram.last(prove("pencil", *server_first, kPlusHeader + kEndPoint));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->starts_with("v="));
}

TEST(ScramPlus, AdmitsWhoDoesNotBind) {
  ScramExchange scram = bound_exchange();
  const auto server_first = scram.first(Plain, kFirst);
  ASSERT_TRUE(server_first);
  EXPECT_TRUE(scram.last(prove("pencil", *server_first, "n,,")));
}

TEST(ScramPlus, RefusesAWrongPassword) {
  ScramExchange scram = bound_exchange();
  const auto server_first = scram.first(Plus, kPlusHeader + kBare);
  ASSERT_TRUE(server_first);
  EXPECT_EQ(scram.last(prove("pencils", *server_first, kPlusHeader + kEndPoint)),
            std::unexpected(ScramError::WrongPassword));
}

TEST(ScramPlus, RefusesWhoSeesAnotherCertificate) {
  for (const std::string& binding :
       {kPlusHeader + sha256_text("another"), kPlusHeader, kPlusHeader + kEndPoint + "x",
        "n,," + kEndPoint, kEndPoint, std::string("n,,"), std::string()}) {
    ScramExchange scram = bound_exchange();
    const auto server_first = scram.first(Plus, kPlusHeader + kBare);
    ASSERT_TRUE(server_first);
    EXPECT_EQ(scram.last(prove("pencil", *server_first, binding)),
              std::unexpected(ScramError::BindingCheckFailed))
        << binding;
  }
}

// As PostgreSQL's auth-scram.c has them.
TEST(ScramPlus, NamesWhatIsWrongWithABinding) {
  using enum ScramError;
  struct Case {
    ScramMechanism chosen;
    std::string header;
    ScramError error;
  };
  const Case cases[] = {
      {Plain, "y,,", Downgrade},
      {Plain, "p=tls-server-end-point,,", BindingUnexpected},
      {Plain, "p=tls-unique,,", BindingUnexpected},
      {Plus, "n,,", BindingMissing},
      {Plus, "y,,", BindingMissing},
      {Plus, "p=tls-unique,,", UnsupportedBindingType},
      {Plus, "p=tls-server-end-poin,,", UnsupportedBindingType},
      {Plus, "p=tls-server-end-point2,,", UnsupportedBindingType},
      {Plus, "p=,,", UnsupportedBindingType},
      {Plus, "p=", UnsupportedBindingType},
      {Plus, "p", Malformed},
      {Plus, "", Malformed},
      {Plus, "p=tls-server-end-point,x", Malformed},
      {Plus, "p=tls-server-end-point,a=other,", AuthorizationIdentity},
  };
  for (const auto& [chosen, header, error] : cases) {
    EXPECT_EQ(bound_exchange().first(chosen, header + (header.empty() ? "" : kBare)),
              std::unexpected(error))
        << header;
  }
  EXPECT_EQ(bound_exchange().first(Plus, "p=tls-server-end-point"), std::unexpected(Malformed));
}

TEST(ScramPlus, TakesYWhereNothingWasOffered) {
  EXPECT_TRUE(exchange().first(Plain, "y,," + kBare));
}

}  // namespace
}  // namespace gateway::auth

// SPDX-License-Identifier: Apache-2.0
// Property: however a client's first bytes are cut, it gets the same answer and becomes the same
// client; it gets whole messages, at most one FATAL and nothing behind it; nobody logs in without
// a proof but who is trusted, from this host: of SCRAM, a password under TLS, or a certificate;
// where TLS is required, nobody does in the clear; no more than kBytesMax is waited for. What comes
// behind a request for TLS counts as inside it. Input: a byte for what the bytes come through, one
// that chooses the cuts, then the stream.
#include "gateway/session/handshake.h"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "gateway/auth/base64.h"
#include "gateway/pgwire/backend_messages.h"
#include "gateway/pgwire/frame.h"
#include "tests/fuzz/canary.h"

namespace {

namespace auth = gateway::auth;
namespace pgwire = gateway::pgwire;
namespace session = gateway::session;

// Of RFC 7677 section 3: the only proof that a corpus can have, as the nonces are fixed.
const std::string kNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
// Without its last symbol, of which four bits count: as PostgreSQL's, our base64 ignores the
// others.
constexpr std::string_view kProof = "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndV";

bool holds_proof(std::string_view stream) {
  for (const char last : {'Q', 'R', 'S', 'T'}) {
    if (stream.contains(std::string(kProof) + last)) return true;
  }
  return false;
}

const auth::Users& users() {
  static const auth::Users all = [] {
    auth::Users made("secret");
    made.add("user", {.method = auth::Method::ScramSha256,
                      .verifier = auth::derive_verifier(
                          "pencil", *auth::decode_base64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096)});
    made.add("local", {.method = auth::Method::Trust, .verifier = {}});
    made.add("clear", {.method = auth::Method::Password, .verifier = made.find("user")->verifier});
    made.add("shown",
             {.method = auth::Method::Certificate, .verifier = {}, .certificate_name = "shown's"});
    return made;
  }();
  return all;
}

constexpr std::size_t kNothing = std::variant_npos;

template <typename Of>
constexpr std::size_t kKind = session::HandshakeResult(std::in_place_type<Of>).index();

struct Seen {
  std::string answer;
  std::size_t taken = 0;
  std::size_t kind = kNothing;  // of the result
  bool has_started_tls = false, was_password_right = false;
  std::string user, database;
  auth::Method method{};
  session::Settings settings;
  session::CloseReason reason{};
  bool operator==(const Seen&) const = default;
};

void note_result(const session::HandshakeResult& result, Seen& seen) {
  seen.kind = result.index();
  if (const auto* login = std::get_if<session::Login>(&result)) {
    seen.user = login->user;
    seen.database = login->database;
    seen.method = login->method;
    seen.settings = login->settings;
  } else if (const auto* failure = std::get_if<session::LoginFailure>(&result)) {
    seen.user = failure->user;
    seen.reason = failure->reason;
  }
}

session::Channel inside(session::Channel channel, bool shows_certificate) {
  channel.is_encrypted = true;
  channel.end_point = std::string(32, 'e');
  if (shows_certificate) channel.certificate_name = "shown's";
  return channel;
}

// As the relay would, at once: "found" is a user of a directory, "pencil" everybody's password.
void answer(session::Handshake& handshake, session::HandshakeQuestion question, Seen& seen) {
  using Check = session::Handshake::PasswordCheck;
  using Subject = session::Handshake::Subject;
  const auto& verifier = users().find("user")->verifier;
  if (const auto* asked = std::get_if<session::PasswordQuestion>(&question)) {
    seen.was_password_right = asked->password == "pencil";
    return handshake.on_password_checked(seen.was_password_right ? Check::Right : Check::Wrong,
                                         seen.answer);
  }
  const bool is_found = std::get<session::UserQuestion>(question).user == "found";
  handshake.on_user(verifier, is_found ? Subject::Genuine : Subject::Fake, seen.answer);
}

struct Setting {
  session::Channel channel;
  session::Encryption encryption{};
  session::HandshakeContext::OtherUsers others{};
  bool shows_certificate = false;
};

Setting setting_of(std::uint8_t choice) {
  using enum session::HandshakeContext::OtherUsers;
  const Setting setting{.channel = {.peer = static_cast<session::Channel::Peer>(choice % 3)},
                        .encryption = static_cast<session::Encryption>((choice / 3) % 3),
                        .others = (choice / 9) % 2 == 0 ? None : AskedAfter,
                        .shows_certificate = (choice / 18) % 2 != 0};
  return setting;
}

// Takes what is held as far as it goes. True: the client is known, or gone.
bool take(session::Handshake& handshake, const Setting& setting, std::string& held, Seen& seen) {
  while (true) {
    const std::size_t taken = handshake.on_bytes(held, seen.answer);
    fuzz::require(taken <= held.size());
    held.erase(0, taken);
    seen.taken += taken;
    if (auto question = handshake.take_question()) {
      answer(handshake, std::move(*question), seen);
      continue;
    }
    auto result = handshake.take_result();
    if (!result) return false;
    if (!std::holds_alternative<session::TlsRequest>(*result)) {
      note_result(*result, seen);
      return true;
    }
    fuzz::require(!seen.has_started_tls && setting.encryption != session::Encryption::Disabled);
    seen.has_started_tls = true;
    fuzz::require(handshake.awaits_tls() && handshake.on_bytes(held, seen.answer) == 0);
    handshake.on_tls(inside(setting.channel, setting.shows_certificate));
    held.erase(0, 1);  // for a ClientHello, which is not empty
  }
}

Seen shake_hands(const Setting& setting, std::string_view stream, std::size_t piece) {
  session::Handshake handshake(
      {users(), kNonce, setting.channel, setting.encryption, setting.others});
  Seen seen;
  std::string held;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    held += stream.substr(at, piece);
    if (take(handshake, setting, held, seen)) {
      std::string more;
      fuzz::require(handshake.on_bytes(held, more) == 0 && more.empty());
      return seen;
    }
    fuzz::require(held.size() <= session::Handshake::kBytesMax);
  }
  return seen;
}

// 'N' or 'S' for each request to encrypt, then messages; in the form of protocol 2 a text.
void check_answer(std::string_view answer, bool is_failure) {
  while (answer.starts_with('N') || answer.starts_with('S')) answer.remove_prefix(1);
  if (answer.starts_with("EFATAL:  ")) return fuzz::require(is_failure && answer.ends_with('\0'));
  bool is_told = false;
  while (!answer.empty()) {
    const auto header = pgwire::read_header(answer);
    fuzz::require(header && *header && answer.size() >= (*header)->frame_bytes() && !is_told);
    is_told = (*header)->type == pgwire::backend::kErrorResponse;
    answer.remove_prefix((*header)->frame_bytes());
  }
  fuzz::require(is_told == is_failure);
}

void check_login(const Setting& setting, std::string_view stream, const Seen& seen) {
  using enum auth::Method;
  using Peer = session::Channel::Peer;
  fuzz::require(!fuzz::canary() && !seen.database.empty());
  fuzz::require(setting.encryption != session::Encryption::Required || seen.has_started_tls ||
                setting.channel.peer == Peer::UnixSocket);
  switch (seen.method) {
    case Trust: return fuzz::require(seen.user == "local" && setting.channel.peer != Peer::Network);
    case Password:
      return fuzz::require(seen.user == "clear" && seen.has_started_tls && seen.was_password_right);
    case Certificate:
      return fuzz::require(seen.user == "shown" && seen.has_started_tls &&
                           setting.shows_certificate);
    case ScramSha256:
      return fuzz::require((seen.user == "user" || seen.user == "found") && holds_proof(stream));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Setting setting = setting_of(data[0]);
  const Seen seen = shake_hands(setting, stream, std::size_t{data[1]} + 1);
  // A request to encrypt must be the last that has come: there what is behind it counts.
  const bool is_cut_told = seen.answer.starts_with('N') || seen.answer.starts_with('S') ||
                           seen.answer.contains("unencrypted");
  if (!is_cut_told) fuzz::require(seen == shake_hands(setting, stream, stream.size()));
  check_answer(seen.answer, seen.kind == kKind<session::LoginFailure>);
  if (seen.kind == kKind<session::Login>) check_login(setting, stream, seen);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// What a handshake asks, and its answers: who a user is that is in no file, and whether a password
// in clear text is the right one. Meanwhile the client's bytes are kept.
#include <utility>
#include <variant>

#include "gateway/relay/relay.h"

namespace gateway::relay {

using Subject = session::Handshake::Subject;

// Whether the handshake may go on at once.
bool Relay::answer_question(std::string& to_client) {
  auto question = handshake_->take_question();
  if (!question) return false;
  if (auto* password = std::get_if<session::PasswordQuestion>(&*question)) {
    roster_.password_checks().join(id_, std::move(*password));
    return false;
  }
  const std::string& user = std::get<session::UserQuestion>(*question).user;
  if (const auto* known = roster_.user_lookups()->known(user)) {
    tell_handshake(*known, to_client);
    return true;
  }
  roster_.user_lookups()->join(id_, user);
  return false;
}

// Who does not exist is asked for a password as somebody who does.
void Relay::tell_handshake(const auth::DirectoryAnswer& answer, std::string& to_client) {
  using auth::DirectoryFailure;
  using session::CloseReason;
  directory_epoch_ = roster_.user_lookups()->epoch();
  if (const auto* found = std::get_if<auth::FoundUser>(&answer)) {
    handshake_->on_user(found->verifier, Subject::Genuine, to_client);
  } else if (const auto* failure = std::get_if<DirectoryFailure>(&answer)) {
    if (failure->kind == DirectoryFailure::Kind::Unreachable) {
      return refuse_login(CloseReason::ServerUnreachable,
                          "the server that knows the users does not answer");
    }
    refuse_login(CloseReason::LoginRefused,
                 "the user could not be looked up; the gateway's log says why");
  } else {
    const int iterations = roster_.user_lookups()->usual_iterations();
    handshake_->on_user(roster_.surroundings().users.fake(handshake_->user(), iterations),
                        Subject::Fake, to_client);
  }
}

void Relay::on_user_answer(const auth::DirectoryAnswer& answer) {
  if (phase_ != Phase::LoggingIn) return;
  std::string to_client;
  tell_handshake(answer, to_client);
  resume_login(to_client);
}

void Relay::on_password_checked(PasswordChecks::Outcome outcome) {
  if (phase_ != Phase::LoggingIn) return;
  std::string to_client;
  handshake_->on_password_checked(outcome, to_client);
  resume_login(to_client);
}

void Relay::resume_login(std::string_view to_client) {
  if (phase_ != Phase::LoggingIn) return;
  if (!to_client.empty()) client_.write(to_client);
  from_client_.feed({}, [this](std::string_view all) { return on_login_bytes(all); });
  if (phase_ == Phase::Serving) pump();
}

}  // namespace gateway::relay

// SPDX-License-Identifier: Apache-2.0
// From the first byte of a client to who it is: GSSENCRequest (answered 'N'), SSLRequest ('S' where
// there is TLS) or TLS at once, the start-up packet, protocol negotiation, authentication. Pure:
// bytes in, bytes and results out.
//
//   Opening --'N' to SSLRequest/GSSENCRequest--> Opening    Opening --CancelRequest--> Done
//   Opening --SSLRequest/0x16--> AwaitingTls --on_tls--> Opening
//   Opening --StartupMessage--> SaslInitial (scram-sha-256), Password, Done (trust, cert)
//                               or AwaitingUser (in no file) --on_user--> SaslInitial
//   SaslInitial --> SaslFinal --> Done                  any --error--> Done
//   Password --> AwaitingCheck --on_password_checked--> Done
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/auth/scram.h"
#include "gateway/auth/users.h"
#include "gateway/pgwire/frontend_messages.h"
#include "gateway/pgwire/startup.h"
#include "gateway/session/close_reason.h"

namespace gateway::session {

using Settings = std::vector<std::pair<std::string, std::string>>;

// A client that proved who it is. AuthenticationOk was not sent yet: the session does.
struct Login {
  std::string user, database;
  auth::Method method = auth::Method::ScramSha256;
  Settings settings;  // of the start-up packet and its `options`, in order; not judged yet
  std::uint32_t protocol = pgwire::kProtocol30;  // spoken from here on: 3.0 or 3.2
};

// The client's next bytes are TLS records: start it, then on_tls().
enum class TlsRequest : std::uint8_t {
  Asked,   // by SSLRequest, answered 'S'
  Direct,  // the first byte was one of TLS; nothing was consumed
};

struct CancelKey {
  std::int32_t process_id = 0;
  std::string key;
};

struct LoginFailure {
  CloseReason reason = CloseReason::LoginRefused;
  std::string user;     // as far as it was told
  std::string message;  // what the client was told, too
};

using HandshakeResult = std::variant<TlsRequest, Login, CancelKey, LoginFailure>;

// What a handshake cannot know by itself; it takes no bytes until it is answered.
struct UserQuestion {  // who is this? To be answered by on_user()
  std::string user;
};
struct PasswordQuestion {  // slow to find out (auth::is_password_of): on_password_checked()
  std::string password;
  auth::ScramVerifier verifier;
};
using HandshakeQuestion = std::variant<UserQuestion, PasswordQuestion>;

// What the client's bytes come through, as far as a login depends on it.
struct Channel {
  enum class Peer : std::uint8_t { Network, Loopback, UnixSocket } peer = Peer::Network;
  bool is_encrypted = false;
  // Of our certificate, under TLS: the binding data "tls-server-end-point" (RFC 5929 section 4.1).
  std::string end_point;
  std::string certificate_name;  // the CN of the client's verified certificate; empty without one
};

// Whether clients may, or must, speak TLS. A Unix socket knows none.
enum class Encryption : std::uint8_t { Disabled, Allowed, Required };

struct HandshakeContext {
  const auth::Users& users;
  std::string server_nonce;  // 24 random characters of base64
  Channel channel;
  Encryption encryption = Encryption::Disabled;
  // Who is not among `users` is asked after, or does not exist.
  enum class OtherUsers : std::uint8_t { None, AskedAfter } other_users = OtherUsers::None;
};

class Handshake {
 public:
  explicit Handshake(HandshakeContext context);

  // Consumes whole packets from the front of `bytes`, appends what the client gets to `to_client`,
  // and answers how many bytes it took. Ask result() after it.
  std::size_t on_bytes(std::string_view bytes, std::string& to_client);
  const std::optional<HandshakeResult>& result() const { return result_; }
  // TLS was asked for and has come about: what is given from now on was inside it.
  void on_tls(Channel channel);
  bool awaits_tls() const { return phase_ == Phase::AwaitingTls; }
  std::optional<HandshakeResult> take_result() { return std::exchange(result_, std::nullopt); }
  std::optional<HandshakeQuestion> take_question() {
    return std::exchange(question_, std::nullopt);
  }
  const std::string& user() const { return login_.user; }

  // The answers. There may be a result after them, and bytes to take.
  using Subject = auth::ScramExchange::Subject;
  void on_user(const auth::ScramVerifier& verifier, Subject subject, std::string& to_client);
  enum class PasswordCheck : std::uint8_t { Wrong, Right };
  void on_password_checked(PasswordCheck outcome, std::string& to_client);

  // More than this is never buffered before a login.
  static constexpr std::size_t kBytesMax = 16 * 1024;

 private:
  enum class Phase : std::uint8_t {
    Opening,
    AwaitingTls,
    AwaitingUser,
    SaslInitial,
    SaslFinal,
    Password,
    AwaitingCheck,
    Done
  };
  enum class Asked : std::uint8_t { Ssl, GssEnc };

  bool awaits_answer() const {
    return phase_ == Phase::AwaitingTls || phase_ == Phase::AwaitingUser ||
           phase_ == Phase::AwaitingCheck;
  }
  std::size_t on_startup_bytes(std::string_view bytes, std::string& to_client);
  bool is_direct_tls(std::string_view bytes) const;
  bool offers_tls() const;
  void on_encryption_request(Asked asked, std::string_view behind, std::string& to_client);
  void on_startup(const pgwire::StartupMessage& message, std::string& to_client);
  void refuse_version(const pgwire::StartupMessage& message, std::string& to_client);
  void name_user(const pgwire::StartupMessage& message);
  bool take_parameters(const pgwire::StartupMessage& message, std::string& to_client);
  void negotiate(const pgwire::StartupMessage& message, std::string& to_client);
  void fail(CloseReason reason, std::string_view sqlstate, std::string message,
            std::string& to_client, std::string_view detail = {});

  // authentication.cc
  void start_authentication(std::string& to_client);
  void start_scram(const auth::ScramVerifier& verifier, Subject subject, std::string& to_client);
  void start_password(const auth::ScramVerifier& verifier, Subject subject, std::string& to_client);
  void admit_trusted(std::string& to_client);
  void admit_certified(const std::string& certificate_name, std::string& to_client);
  std::size_t on_password_bytes(std::string_view bytes, std::string& to_client);
  void on_password(std::string_view body, std::string& to_client);
  void on_sasl_initial(std::string_view body, std::string& to_client);
  void on_sasl_response(std::string_view body, std::string& to_client);
  void fail_scram(auth::ScramError error, std::string& to_client);
  void fail_password(std::string& to_client);
  void admit(auth::Method method);

  HandshakeContext context_;
  Phase phase_ = Phase::Opening;
  bool ssl_asked_ = false, gss_asked_ = false;
  Login login_;
  std::optional<auth::ScramExchange> scram_;
  auth::ScramVerifier verifier_;  // of a password in clear text
  Subject subject_ = Subject::Fake;
  std::optional<HandshakeQuestion> question_;
  std::optional<HandshakeResult> result_;
};

// The settings in a start-up packet's `options` ("-c name=value --name=value", backslash escapes);
// nullopt where PostgreSQL would not understand it, or where it is another switch than these.
std::optional<Settings> read_options(std::string_view options);

}  // namespace gateway::session

// SPDX-License-Identifier: Apache-2.0
// From the first byte of a client to who it is: SSLRequest and GSSENCRequest (both answered 'N'),
// the start-up packet, protocol negotiation, authentication. Pure: bytes in, bytes and one result
// out.
//
//   Opening --SSLRequest/GSSENCRequest--> Opening       Opening --CancelRequest--> Done
//   Opening --StartupMessage--> SaslInitial (scram-sha-256) or Done (trust)
//   SaslInitial --> SaslFinal --> Done                  any --error--> Done
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

using HandshakeResult = std::variant<Login, CancelKey, LoginFailure>;

struct HandshakeContext {
  const auth::Users& users;
  std::string server_nonce;  // 24 random characters of base64
  enum class Peer : std::uint8_t { Loopback, Network } peer = Peer::Network;
};

class Handshake {
 public:
  explicit Handshake(HandshakeContext context);

  // Consumes whole packets from the front of `bytes`, appends what the client gets to `to_client`,
  // and answers how many bytes it took. Ask result() after it.
  std::size_t on_bytes(std::string_view bytes, std::string& to_client);
  const std::optional<HandshakeResult>& result() const { return result_; }
  std::optional<HandshakeResult> take_result() { return std::exchange(result_, std::nullopt); }
  const std::string& user() const { return login_.user; }

  // More than this is never buffered before a login.
  static constexpr std::size_t kBytesMax = 16 * 1024;

 private:
  enum class Phase : std::uint8_t { Opening, SaslInitial, SaslFinal, Done };

  std::size_t on_startup_bytes(std::string_view bytes, std::string& to_client);
  std::size_t on_password_bytes(std::string_view bytes, std::string& to_client);
  void on_encryption_request(bool& seen, std::string_view behind, std::string& to_client);
  void on_startup(const pgwire::StartupMessage& message, std::string& to_client);
  bool take_parameters(const pgwire::StartupMessage& message, std::string& to_client);
  void negotiate(const pgwire::StartupMessage& message, std::string& to_client);
  void start_authentication(std::string& to_client);
  void on_sasl_initial(std::string_view body, std::string& to_client);
  void on_sasl_response(std::string_view body, std::string& to_client);
  void fail_scram(auth::ScramError error, std::string& to_client);
  void fail(CloseReason reason, std::string_view sqlstate, std::string message,
            std::string& to_client);

  HandshakeContext context_;
  Phase phase_ = Phase::Opening;
  bool ssl_asked_ = false, gss_asked_ = false;
  Login login_;
  std::optional<auth::ScramExchange> scram_;
  std::optional<HandshakeResult> result_;
};

// The settings in a start-up packet's `options` ("-c name=value --name=value", backslash escapes);
// nullopt where PostgreSQL would not understand it, or where it is another switch than these.
std::optional<Settings> read_options(std::string_view options);

}  // namespace gateway::session

// SPDX-License-Identifier: Apache-2.0
// A session between two strings: what each side sends is given, what each side gets is kept.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/session/session.h"
#include "tests/unit/gateway/session/ledger.h"
#include "tests/unit/gateway/session/messages.h"
#include "tests/unit/gateway/session/unbounded.h"

namespace gateway::session {

class Talk {
 public:
  explicit Talk(policy::Mode mode = policy::Mode::Balanced) : Talk(policy::Profile{.mode = mode}) {}
  explicit Talk(policy::Profile profile, std::size_t max_statement_bytes = 4096,
                Admission* admission = nullptr)
      : profile_(std::move(profile)),
        max_statement_bytes_(max_statement_bytes),
        admission_(admission) {
    session_.greet({.user = "user", .database = "shop"}, {}, {1, "abcd"}, out_);
    out_.clear();
  }

  Talk& attach(const Parameters& server = {{"application_name", ""}}) {
    session_.attach(server, out_);
    return carry_out();
  }
  // Attached, and in the transaction that a BEGIN opened.
  Talk& begin() {
    client(wire::query("BEGIN")).attach().client("");
    server(wire::complete("BEGIN") + wire::ready('T'));
    return forget();
  }
  Talk& client(std::string_view bytes) {
    from_client_ += bytes;
    const std::size_t taken = session_.on_client_bytes(from_client_, now_, out_);
    carry_out();
    from_client_.erase(0, taken);
    return *this;
  }
  Talk& server(std::string_view bytes) {
    from_server_ += bytes;
    const std::size_t taken = session_.on_server_bytes(from_server_, now_, out_);
    carry_out();
    from_server_.erase(0, taken);
    return session_.hold() == Session::Hold::None ? *this : client("");
  }
  // Keeps a verdict on `sql` by which only plans bound its statements.
  Talk& unbound(std::string_view sql, std::span<const std::uint32_t> types = {}) {
    const policy::Question question{.sql = sql, .parameter_types = types, .profile = profile_};
    verdicts_.keep(question, unbounded_verdict(question));
    return *this;
  }
  Talk& tick(std::chrono::milliseconds time) {
    now_ = TimePoint(time);
    session_.on_tick(now_, out_);
    return carry_out();
  }
  Talk& end(CloseReason reason) {
    session_.end(reason, "the end", out_);
    return carry_out();
  }
  Talk& forget() {
    to_server.clear();
    to_client.clear();
    return *this;
  }
  Session& session() { return session_; }
  Output& output() { return out_; }

  std::string to_server, to_client;
  std::optional<CloseReason> closed;
  bool cancels = false, catalog_changed = false;
  bool audited = true;
  Ledger ledger;

 private:
  Talk& carry_out() {
    for (const std::string_view piece : out_.to_server.pieces()) to_server += piece;
    for (const std::string_view piece : out_.to_client.pieces()) to_client += piece;
    if (out_.close) closed = out_.close;
    cancels |= out_.cancel_server;
    catalog_changed |= out_.catalog_changed;
    out_.clear();
    return *this;
  }

  policy::Profile profile_;
  std::size_t max_statement_bytes_;
  Admission* admission_;
  policy::VerdictCache verdicts_{1 << 20, 1};
  PlanCache plans_{1};
  std::uint64_t next_request_id_ = 1;
  Session session_{{verdicts_, plans_, next_request_id_, audited},
                   ledger,
                   {.standing = {std::make_shared<const policy::Profile>(profile_)},
                    .max_statement_bytes = max_statement_bytes_,
                    .admission = admission_}};
  Output out_;
  TimePoint now_{};
  std::string from_client_, from_server_;
};

// The types of the frames in `bytes`, with the SQLSTATE behind an E and the status behind a Z.
inline std::string outline(std::string_view bytes) {
  std::string text;
  while (bytes.size() >= 5) {
    std::size_t size = 1;
    for (std::size_t i = 1; i < 5; ++i) {
      size += std::size_t{static_cast<std::uint8_t>(bytes[i])} << (8 * (4 - i));
    }
    if (!text.empty()) text += ' ';
    text += bytes[0];
    const std::string_view frame = bytes.substr(0, size);
    if (bytes[0] == 'Z') text += frame.substr(5);
    const std::size_t code = frame.find(std::string_view("\0C", 2));
    if (bytes[0] == 'E' && code != std::string_view::npos) text += frame.substr(code + 2, 5);
    if (frame.size() < size) return text + "...";
    bytes.remove_prefix(size);
  }
  return bytes.empty() ? text : text + "...";
}

}  // namespace gateway::session

// SPDX-License-Identifier: Apache-2.0
// Property: whatever both sides send, in whatever pieces, the session forwards no denied statement,
// sends whole messages to both sides, says nothing after it closed, and ends each decision once.
// Input: steps of one byte that says what to do and one that says how many bytes follow for it.
#include "gateway/session/session.h"

#include <cstdint>
#include <set>
#include <string>

#include "gateway/pgwire/frame.h"
#include "tests/fuzz/canary.h"

namespace {

namespace pgwire = gateway::pgwire;
namespace session = gateway::session;

const auto kProfile = std::make_shared<const policy::Profile>(
    policy::Profile{.mode = policy::Mode::Balanced, .max_statement_bytes = 4096});
const bool kAudited = true;

class Ends final : public session::Recorder {
 public:
  void on_decision(const session::Decision& decision) override {
    if (decision.allowed()) fuzz::require(open_.insert(decision.request_id).second);
  }
  void on_end(const session::End& end) override { fuzz::require(open_.erase(end.request_id) == 1); }
  bool empty() const { return open_.empty(); }

 private:
  std::set<std::uint64_t> open_;
};

// Bytes of a stream as messages; keeps what is not whole.
template <typename OnFrame>
void take_frames(std::string& bytes, OnFrame on_frame) {
  std::size_t at = 0;
  while (true) {
    const std::string_view rest = std::string_view(bytes).substr(at);
    const auto header = pgwire::read_header(rest);
    fuzz::require(header.has_value());
    if (!*header || rest.size() < (*header)->frame_bytes()) break;
    on_frame((*header)->type, rest.substr(pgwire::kHeaderBytes, (*header)->body_bytes));
    at += (*header)->frame_bytes();
  }
  bytes.erase(0, at);
}

bool may_reach_server(std::string_view sql) {
  if (sql == "'" || sql == "EXECUTE _postern_absent_" ||
      sql.starts_with("SET application_name TO "))
    return true;
  return policy::judge({sql, {}, *kProfile}).allowed();
}

class Conversation {
 public:
  Conversation() {
    session_.greet({.user = "user", .database = "shop"}, {}, {1, "abcd"}, out_);
    out_.clear();
  }

  void step(unsigned char what, std::string_view data) {
    switch (what % 8) {
      case 0: return attach();
      case 1: static_cast<void>(session_.cancel()); return;
      case 2:
      case 3:
      case 4: from_client_ += data; return client();
      default: from_server_ += data; return server();
    }
  }
  bool closed() const { return closed_; }
  void finish() {
    session_.abandon({});
    fuzz::require(ends_.empty());
  }

 private:
  void client() {
    const std::size_t taken = session_.on_client_bytes(from_client_, {}, out_);
    carry_out();
    from_client_.erase(0, taken);
  }
  void server() {
    if (!session_.attached()) return from_server_.clear();
    const std::size_t taken = session_.on_server_bytes(from_server_, {}, out_);
    carry_out();
    from_server_.erase(0, taken);
    if (!closed_ && session_.hold() != session::Session::Hold::None) client();
  }
  void attach() {
    if (session_.attached() || session_.hold() != session::Session::Hold::Server) return;
    session_.attach({{"application_name", "other"}}, out_);
    carry_out();
    client();
  }

  void carry_out() {
    for (const std::string_view piece : out_.to_server.pieces()) to_server_ += piece;
    for (const std::string_view piece : out_.to_client.pieces()) to_client_ += piece;
    take_frames(to_server_, [](char type, std::string_view body) {
      if (body.empty()) return;  // no Query or Parse can run so: the end of a broken COPY
      if (type == pgwire::frontend::kQuery) {
        const auto query = pgwire::read_query(body);
        fuzz::require(query && may_reach_server(query->sql) && !fuzz::canary());
      }
      if (type == pgwire::frontend::kParse) {
        const auto parse = pgwire::read_parse(body);
        fuzz::require(parse && may_reach_server(parse->sql) && !fuzz::canary());
      }
      fuzz::require(type != pgwire::frontend::kTerminate);
    });
    bool told_the_end = false;
    take_frames(to_client_, [&](char type, std::string_view body) {
      if (type != pgwire::backend::kErrorResponse) return;
      told_the_end |= pgwire::read_error_front(body).is_fatal();
    });
    closed_ = out_.close.has_value();
    out_.clear();
    if (!closed_) return;
    // Told once, and never in the middle of a message.
    session_.end(session::CloseReason::Drained, "again", out_);
    fuzz::require(out_.to_server.empty());
    if (told_the_end || !to_client_.empty()) fuzz::require(out_.to_client.empty());
  }

  Ends ends_;
  policy::VerdictCache verdicts_{1 << 20, 1};
  session::PlanCache plans_{1};
  std::uint64_t next_request_id_ = 1;
  session::Session session_{{verdicts_, plans_, next_request_id_, kAudited},
                            ends_,
                            {.standing = {kProfile}, .max_statement_bytes = 4096}};
  session::Output out_;
  std::string from_client_, from_server_, to_client_, to_server_;
  bool closed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  Conversation conversation;
  while (input.size() >= 2 && !conversation.closed()) {
    const auto what = static_cast<unsigned char>(input[0]);
    const std::size_t count = static_cast<unsigned char>(input[1]);
    conversation.step(what, input.substr(2, count));
    input.remove_prefix(std::min(input.size(), 2 + count));
  }
  conversation.finish();
  return 0;
}

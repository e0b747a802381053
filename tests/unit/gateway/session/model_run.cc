// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/gateway/session/model_run.h"

#include <algorithm>
#include <array>
#include <vector>

#include "tests/unit/gateway/session/messages.h"
#include "tests/unit/gateway/session/unbounded.h"

namespace gateway::session {
namespace {

const bool kAudited = true;

std::uint32_t length_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

// The frames of a client's view that answer it: those that come by themselves left out, errors only
// by their type (a refusal stands where the server's own error would). A '?' for what is no frame.
std::string answers(std::string_view bytes) {
  std::string list;
  while (!bytes.empty()) {
    if (bytes.size() < 5 || bytes.size() < length_at(bytes, 1) + 1) return list + "?";
    const std::string_view frame = bytes.substr(0, length_at(bytes, 1) + 1);
    const char type = frame[0];
    if (type == 'E') list.push_back('E');
    if (type != 'E' && type != 'N' && type != 'S' && type != 'A') list.append(frame);
    bytes.remove_prefix(frame.size());
  }
  return list;
}

std::string printable(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text.push_back(c >= ' ' && c <= '~' ? c : '.');
  return text;
}

}  // namespace

ModelRun::ModelRun(Surroundings surroundings, std::uint32_t seed, model::ServerOptions options)
    : random_(seed),
      surroundings_(surroundings),
      server_(
          options, [this](const std::string& text) { ledger_.on_read(text); },
          [this](const std::string& text) { ledger_.on_run(text); }),
      session_({surroundings.verdicts, surroundings.plans, surroundings.next_request_id, kAudited},
               ledger_, {.standing = {surroundings.profile}}) {
  session_.greet({.user = "user", .database = "shop"}, {}, {1, "abcd"}, out_);
  out_.clear();
}

std::string ModelRun::play() {
  const std::size_t messages = 5 + below(25);
  while (serial_ < static_cast<int>(messages) && ledger_.fault.empty()) {
    if (copy_ == ClientCopy::None && one_in(2)) say_something();
    step();
    ++serial_;
  }
  const bool is_cut = one_in(10);
  if (!is_cut && ledger_.fault.empty()) {
    drain();
    say(wire::sync());
    drain();
    say_probes();
    check_rest();
    compare();
  }
  session_.abandon({});
  if (!ledger_.open.empty()) ledger_.blame("a decision without an end");
  return ledger_.fault;
}

void ModelRun::say(std::string_view bytes) {
  said_.append(bytes);
  to_gate_.append(bytes);
}

std::string ModelRun::name() {
  static constexpr std::array kNames{"", "a", "b"};
  return kNames[below(kNames.size())];
}

// Names of SQL are never empty.
std::string ModelRun::statement() {
  const std::string number = std::to_string(serial_);
  const std::string sql_name = one_in(2) ? "a" : "b";
  static constexpr std::array kMarks{"fail_parse", "fail_describe", "fail_run", "defer"};
  switch (below(24)) {
    case 0: return "LOAD 'x" + number + "'";
    case 1: return "SELEC " + number;
    case 2:
    case 3: return "BEGIN";
    case 4: return "COMMIT";
    case 5: return "ROLLBACK";
    case 6: return "COMMIT AND CHAIN";
    case 7:
    case 8: return "PREPARE " + sql_name + " AS SELECT " + number + weight();
    case 9:
    case 10: return "EXECUTE " + sql_name;
    case 11: return "DEALLOCATE " + sql_name;
    case 12: return "DEALLOCATE ALL";
    case 13: return "DECLARE " + sql_name + " CURSOR FOR SELECT " + number + weight();
    case 14: return "DECLARE " + sql_name + " CURSOR WITH HOLD FOR SELECT " + number + weight();
    case 15: return "FETCH 1 FROM " + sql_name;
    case 16: return one_in(3) ? "CLOSE ALL" : "CLOSE " + sql_name;
    case 17: return "COPY t" + number + " TO STDOUT";
    case 18: says_copy_ = true; return "COPY t" + number + " FROM STDIN";
    case 19:
    case 20: return "SELECT " + number + " AS " + kMarks[below(kMarks.size())];
    default: return "SELECT " + number + weight();
  }
}

// Of a statement that only its plan can bound, where there is a gate.
std::string ModelRun::weight() {
  static constexpr std::array kWeights{" AS heavy", " AS heavy_dear", " AS heavy_fail_plan"};
  return is_gated() && one_in(2) ? kWeights[below(kWeights.size())] : "";
}

// The text of a message: the engine leaves what is heavy to its plan.
std::string ModelRun::judged(std::string text) {
  if (!is_gated()) return text;
  const policy::Question question{
      .sql = text, .parameter_types = {}, .profile = *surroundings_.profile};
  surroundings_.verdicts.keep(question, unbounded_verdict(question, "heavy"));
  return text;
}

std::string ModelRun::sql() {
  if (one_in(20)) return "";
  // Not in the extended protocol: the Query with the settings of the log-in that follows it there
  // drops the unnamed statement, which PostgreSQL would leave.
  if (one_in(20)) return "DISCARD ALL";
  std::string text = statement();
  while (one_in(3)) text += "; " + statement();
  return text;
}

void ModelRun::say_something() {
  says_copy_ = false;
  switch (below(16)) {
    case 0:
    case 1:
    case 2: say(wire::query(judged(sql()))); break;
    case 3:
    case 4: say(wire::sync()); break;
    case 5: say(wire::flush()); break;
    case 6: say(wire::close(one_in(2) ? 'S' : 'P', name())); break;
    case 7: say(wire::describe(one_in(2) ? 'S' : 'P', name())); break;
    case 8:
    case 9: say(wire::parse(name(), judged(one_in(12) ? "" : statement()))); break;
    case 10: say(wire::bind(name(), name(), one_in(8) ? "fail_bind" : "")); break;
    case 11: {
      static constexpr std::array<std::uint32_t, 4> kRows{0, 0, 1, model::kFailingRows};
      say(wire::execute(name(), kRows[below(kRows.size())]));
      says_copy_ = true;  // perhaps
      break;
    }
    case 12: say(wire::frame('F', wire::be32(7))); break;
    default: {
      const std::string statement_name = name(), portal = name();
      if (one_in(2)) say(wire::close('S', statement_name));
      say(wire::parse(statement_name, judged(statement())));
      say(wire::bind(portal, statement_name));
      if (one_in(2)) say(wire::describe('P', portal));
      say(wire::execute(portal));
      if (says_copy_ && one_in(3)) break;
      if (!one_in(4)) say(wire::sync());
    }
  }
  if (says_copy_) copy_ = ClientCopy::Awaited;
}

// Ignored by a server in copy-in mode: Sync, Flush. It may fail at any CopyData.
void ModelRun::say_copy() {
  if (one_in(4)) say(wire::sync());
  if (one_in(4)) say(wire::flush());
  for (std::size_t i = below(3); i > 0; --i) say(wire::copy_data(one_in(5) ? "bad" : "row"));
  say(one_in(6) ? wire::copy_fail() : wire::copy_done());
  copy_ = ClientCopy::Awaited;
}

// What each name is believed to be shows in what it does.
void ModelRun::say_probes() {
  for (const char* each : {"", "a", "b"}) {
    say(wire::describe('S', each) + wire::sync() + wire::describe('P', each) + wire::sync());
  }
  say(wire::query("ROLLBACK"));
  for (const char* each : {"a", "b"}) say(wire::execute(each, 1) + wire::sync());
  for (const char* each : {"", "a", "b"}) {
    say(wire::bind("", each) + wire::execute("", 1) + wire::sync());
    copy_ = ClientCopy::Awaited;
    drain();
    say(wire::sync());
    drain();
  }
}

void ModelRun::step() {
  if (one_in(40)) interrupt();
  if (is_gated() && session_.hold() == Session::Hold::Plan && one_in(40)) interrupt_probe();
  if (one_in(2) && !to_gate_.empty()) give_session(1 + below(to_gate_.size()));
  if (session_.hold() == Session::Hold::Server && one_in(2)) attach();
  if (one_in(2)) {
    from_server_ += server_.take_output();
    if (!from_server_.empty()) give_server_bytes(1 + below(from_server_.size()));
  }
  if (copy_ == ClientCopy::Asked) say_copy();
  if (copy_ == ClientCopy::Awaited && one_in(4) && !move()) copy_ = ClientCopy::None;
}

// Until nothing moves any more; a client that waits for a COPY then knows that there is none.
void ModelRun::drain() {
  while (ledger_.fault.empty()) {
    if (copy_ == ClientCopy::Asked) say_copy();
    if (move()) continue;
    if (copy_ == ClientCopy::None) break;
    copy_ = ClientCopy::None;
  }
}

bool ModelRun::move() {
  bool moved = false;
  if (!to_gate_.empty()) give_session(to_gate_.size()), moved = true;
  if (session_.hold() == Session::Hold::Server) attach(), moved = true;
  from_server_ += server_.take_output();
  if (!from_server_.empty()) give_server_bytes(from_server_.size()), moved = true;
  if (!moved && session_.hold() != Session::Hold::None) ledger_.blame("a hold that never ends");
  return moved && ledger_.fault.empty();
}

void ModelRun::give_session(std::size_t count) {
  held_ += to_gate_.substr(0, count);
  to_gate_.erase(0, count);
  const std::size_t taken = session_.on_client_bytes(held_, {}, out_);
  carry_out();
  held_.erase(0, taken);
}

void ModelRun::give_server_bytes(std::size_t count) {
  unmatched_ += from_server_.substr(0, count);
  from_server_.erase(0, count);
  const std::size_t taken = session_.on_server_bytes(unmatched_, {}, out_);
  carry_out();
  unmatched_.erase(0, taken);
  if (session_.hold() != Session::Hold::None) give_session(0);
}

void ModelRun::attach() {
  session_.attach({{"application_name", one_in(2) ? "" : "another"}}, out_);
  carry_out();
  give_session(0);
}

void ModelRun::carry_out() {
  for (const std::string_view piece : out_.to_server.pieces()) server_.receive(piece);
  for (const std::string_view piece : out_.to_client.pieces()) seen_.append(piece);
  if (out_.close) ledger_.blame("closed: " + std::string(gateway::session::name(*out_.close)));
  if (server_.is_broken()) ledger_.blame("the server was sent what it must not be");
  out_.clear();
  while (seen_.size() - seen_at_ >= 5 && seen_.size() - seen_at_ > length_at(seen_, seen_at_ + 1)) {
    const char type = seen_[seen_at_];
    if (type == 'Z') seen_status_ = seen_[seen_at_ + 5];
    if (type == 'G') copy_ = ClientCopy::Asked;
    seen_at_ += length_at(seen_, seen_at_ + 1) + 1;
  }
}

// A cancel that the server did not see in time: what it says then is not what counts.
void ModelRun::interrupt_probe() {
  is_interrupted_ = true;
  if (one_in(2)) {
    session_.cancel();
    return;
  }
  for (const int hour : {1, 2}) session_.on_tick(TimePoint(std::chrono::hours(hour)), out_);
  carry_out();
}

// A message that answers nothing, long enough to arrive in pieces.
void ModelRun::interrupt() {
  const std::string text =
      wire::z("SNOTICE") + wire::z("C00000") + wire::z("M" + std::string(below(40), 'n')) + '\0';
  server_.send_asynchronous(one_in(3) ? wire::frame('S', wire::z("TimeZone") + wire::z("UTC"))
                                      : wire::frame(one_in(2) ? 'N' : 'A', text));
}

void ModelRun::check_rest() {
  if (!ledger_.fault.empty()) return;
  if (!held_.empty() || !unmatched_.empty()) ledger_.blame("bytes that nobody took");
  if (session_.has_outstanding()) ledger_.blame("replies that never came");
  if (seen_status_ != server_.status()) ledger_.blame("client and server disagree on the status");
  if (!session_.is_idle() && server_.status() == 'I') ledger_.blame("not idle at the end");
  if (seen_.find("_postern") != std::string::npos) ledger_.blame("the reserved name was shown");
}

void ModelRun::compare() {
  if (!ledger_.fault.empty()) return;
  if (is_interrupted_) return;
  model::Server direct(
      {.refuses = true, .gates = is_gated()}, [](const std::string&) {}, [](const std::string&) {});
  direct.receive(said_);
  const std::string expected = answers(direct.take_output()), got = answers(seen_);
  if (expected == got) return;
  ledger_.blame("another answer than the server's\nsaid " + printable(said_) + "\nwant " +
                printable(expected) + "\ngot  " + printable(got));
}

}  // namespace gateway::session

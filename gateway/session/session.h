// SPDX-License-Identifier: Apache-2.0
// A logged-in client in steady state: judges each of its messages, keeps the queue of replies that
// the server owes, and what it believes of the server's names and transaction. Pure: bytes and
// times in, bytes, decisions and wishes out. Knows no socket, pool, file or clock.
//
// A message is, in this order: read, judged, checked against believed names, given a server (or
// held), decided (recorded), and only then put into `to_server`. The caller writes the record down
// before it lets these bytes leave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/pgwire/backend_messages.h"
#include "gateway/pgwire/frame.h"
#include "gateway/pgwire/frontend_messages.h"
#include "gateway/session/admission.h"
#include "gateway/session/close_reason.h"
#include "gateway/session/handshake.h"
#include "gateway/session/names.h"
#include "gateway/session/planning.h"
#include "gateway/session/recorder.h"
#include "gateway/session/refusal.h"
#include "gateway/session/reply_queue.h"
#include "gateway/session/runs.h"
#include "policy/cache.h"
#include "policy/rules/output.h"
#include "policy/standing.h"

namespace gateway::session {

using Parameters = std::map<std::string, std::string, std::less<>>;

// Read of an ErrorResponse before it is passed on.
inline constexpr std::size_t kErrorFrontBytes = 8 * 1024;
// Of a server's message that is read whole.
inline constexpr std::uint32_t kServerControlLengthMax = 1 << 20;
// Up to here a server's message is passed on whole: should the server go away in the middle of it,
// the client can still be told. Larger ones stream.
inline constexpr std::size_t kWholeMessageBytes = 8 * 1024;

// What all sessions of a loop share. Each reference outlives the session.
struct Shared {
  policy::VerdictCache& verdicts;
  PlanCache& plans;
  std::uint64_t& next_request_id;
  const bool& audit_available;  // false: every statement is refused
};

using VerdictRef = std::shared_ptr<const policy::Verdict>;

// A question to be judged where it holds nobody up: on another thread.
struct Inquiry {
  std::string sql;
  std::vector<std::uint32_t> parameter_types;
  std::shared_ptr<const policy::Profile> profile;
  int server_major = 0;
  policy::Question question() const;  // borrowed
};

// Of one statement's rows, to the client.
struct Returned {
  std::uint64_t rows = 0, bytes = 0;
};

struct SessionSettings {
  policy::Standing standing;
  int server_major = 15;
  std::size_t max_statement_bytes = 1 << 20;
  Admission* admission = nullptr;  // outlives the session; null: nothing is denied or limited
};

// What one call leaves to do. Reused: the caller clears it after it did.
struct Output {
  Runs to_client;
  Runs to_server;
  bool decided = false;          // to_server must wait until the audit is written
  bool cancel_server = false;    // a cancel that had to wait may go now
  bool catalog_changed = false;  // by what the server has done: it is to be looked at
  std::optional<CloseReason> close;
  void clear();
};

class Session {
 public:
  Session(Shared shared, Recorder& recorder, SessionSettings settings);

  // Greets the client: AuthenticationOk, ParameterStatus, BackendKeyData, ReadyForQuery; from what
  // is known of the server and what the client set at start-up. Refuses (closes) settings that it
  // may not make.
  void greet(const Login& login, const Parameters& known, const CancelKey& key, Output& out);

  // Takes whole messages, and parts of those that stream, off the front of `bytes`; answers how
  // many. It stops short where hold() says why; the rest is to be given again when that has passed.
  std::size_t on_client_bytes(std::string_view bytes, TimePoint now, Output& out);

  // Statements that come from now on are judged by this.
  void judge_by(policy::Standing standing);

  enum class Hold : std::uint8_t {
    None,
    Server,   // wants a server: attach(), or unavailable()
    Verdict,  // wants the verdict on its inquiry()
    Catalog,  // wants a look at the catalog that starts after now: catalog_was_read()
    Plan,     // wants the server's answer to what it was asked about it
    Replies,  // depends on what the server has not answered yet, or has too much outstanding
    Leaving,  // ends when the server has answered what was asked for before
  };
  Hold hold() const { return hold_; }

  // Of Hold::Verdict. Not null then.
  const std::shared_ptr<const Inquiry>& inquiry() const { return inquiry_; }
  // Of no effect where it is no longer what is asked.
  void on_verdict(const std::shared_ptr<const Inquiry>& inquiry, VerdictRef verdict);
  // The look ended, whatever came of it; what it brought was given to judge_by() before.
  void catalog_was_read();

  // A server was found, which reported these. The client is told what it was not told so, and the
  // settings are brought to what it asked for. Earlier: they may have changed unreported since.
  enum class Reported : std::uint8_t { Now, Earlier };
  void attach(const Parameters& server, Output& out, Reported reported = Reported::Now);
  bool attached() const { return attached_; }
  // None was, or a cancel came: the message that waits is refused with this.
  void unavailable(Refusal refusal) { unavailable_ = std::move(refusal); }

  // A few times a second: probes, exchanges and transactions have time limits.
  void on_tick(TimePoint now, Output& out);

  // Matches replies; answers how many bytes it took (the rest is an incomplete message).
  std::size_t on_server_bytes(std::string_view bytes, TimePoint now, Output& out);
  void on_server_end(Output& out);
  // on_server_bytes() takes nothing before a look at the catalog that starts after now: rows name a
  // relation that is not known. Then it is to be called again, by whatever look_ended() said.
  bool holds_rows() const { return look_ == Look::Wanted; }
  void look_ended();
  // The cancel that `cancel_server` asked for has arrived, or never will: it can hit no other
  // statement.
  void cancel_ended() { is_cancelling_ = false; }

  enum class CancelTarget : std::uint8_t { Nothing, WaitingHere, Server, Later };
  // What a client's cancel request means now. WaitingHere: unavailable() ends it. Later: the
  // gateway's own message runs; the cancel is remembered and cancel_server is set when the client's
  // turn comes.
  CancelTarget cancel();

  // Nothing outstanding, no transaction, no message begun: a good moment to end, and the server may
  // be reset.
  bool is_idle() const;
  bool may_reuse_server() const;
  // The server answers without another byte of the client: not in the middle of a message or of a
  // COPY, nor where a Sync is missing.
  bool will_be_answered() const;
  bool has_outstanding() const { return !replies_.empty(); }

  // Tells the client (FATAL) unless it was told already, and ends what is outstanding.
  void end(CloseReason reason, std::string_view message, Output& out);
  // Records the end of everything that was outstanding, without a word to anybody.
  void abandon(TimePoint now);

 private:
  enum class Discard : std::uint8_t {
    None,
    UntilSyncLocal,   // refused here: the gateway answers the Sync
    UntilSyncServer,  // the server skips too: the Sync goes there
    ForEver,          // the server is about to end the connection
  };
  enum class Copy : std::uint8_t { None, Starting, In };
  enum class Flow : std::uint8_t { Done, Hold };          // Done: the message is consumed
  enum class Quoting : std::uint8_t { Nothing, Hidden };  // what errors of a message may quote

  // Of either side.
  struct Message {
    pgwire::FrameHeader header;
    std::string_view frame;  // what is there of it, from its type byte
    char type() const { return header.type; }
    std::string_view body() const { return frame.substr(pgwire::kHeaderBytes); }
    bool whole() const { return frame.size() == header.frame_bytes(); }
  };

  void correct_told(const Parameters& server, Output& out);

  const policy::Profile& profile() const { return *settings_.standing.profile; }
  // There are rules, and they are not only warned of.
  bool is_enforced() const {
    return profile().access != nullptr && profile().enforcement == policy::Enforcement::Enforce;
  }

  // judging.cc
  struct Text {
    std::string_view sql;
    std::span<const std::uint32_t> parameter_types;
  };
  VerdictRef verdict_on(const Text& text);
  std::optional<Flow> not_judged_now(const Message& message, std::string_view sql, Output& out);
  bool asks_for(const Text& text) const;
  void ask_elsewhere(const Text& text);
  std::expected<VerdictRef, Flow> verdict_now(const Message& message, const Text& text,
                                              std::string_view clients_sql, Output& out);
  std::optional<Flow> on_changed_schema(const Message& message, std::string_view sql,
                                        const policy::Verdict& verdict, Output& out);
  std::expected<VerdictRef, Flow> judge(const Message& message, const Text& text, Output& out);
  std::optional<Flow> judge_again(const Message& message, Prepared& prepared, Output& out);
  bool is_guarded() const;
  std::optional<Flow> judge_named_again(const Message& message, const policy::Effect& effect,
                                        std::uint64_t unit, Output& out);
  void note_ddl(const policy::Verdict& verdict, const Expected& entry);
  void settle_ddl(Output& out);

  // admitting.cc
  using Statements = std::span<const policy::StatementVerdict>;
  struct Shape {
    policy::StatementClass statement_class;
    std::uint64_t fingerprint;
  };
  std::optional<Flow> denied(const Message& message, std::string_view sql, const Shape& shape,
                             Output& out);
  std::optional<Flow> denied(const Message& message, std::string_view sql, Statements statements,
                             Output& out);
  std::optional<Flow> not_started(const Message& message, std::string_view sql,
                                  Statements statements, Output& out);
  void stop_if_nothing_runs();

  // client_messages.cc
  bool stream_client_body(std::string_view rest, std::size_t& at, Output& out);
  std::optional<Message> next_message(std::string_view rest, Output& out);
  bool has_enough(const Message& message) const;
  bool is_too_long(const Message& message) const;
  Flow on_message(const Message& message, Output& out);
  Flow on_copy_mode_message(const Message& message, Output& out);
  Flow on_sync(const Message& message, Output& out);
  Flow on_flush(const Message& message, Output& out);

  // function_call.cc
  Flow on_function_call(const Message& message, Output& out);

  // plan_needs.cc
  struct Place {
    std::size_t part;  // which statement of its message
    std::uint64_t unit;
  };
  static bool changes_plans(const policy::StatementVerdict& statement);
  void note_changed_plans(const policy::Verdict& verdict, const Expected& entry);
  void settle_changed_plans();
  bool shares_plan(const PlanNeed& need) const;
  std::string_view obstacle_before(const policy::Verdict& verdict, const PlanNeed& need) const;
  bool find_executed(const policy::Effect& effect, std::uint64_t unit, PlanNeed& need) const;
  std::optional<PlanNeed> plan_need(std::string_view sql, const policy::Verdict& verdict,
                                    Place place) const;

  // plan_gate.cc
  struct Gated {
    std::string_view sql;  // the client's, of the message
    const VerdictRef& verdict;
    const policy::StatementVerdict* statement;
  };
  bool is_asking() const { return question_ && question_->stage == PlanQuestion::Stage::Asked; }
  std::string plan_key(const PlanNeed& need) const;
  PlanRef plan_of(std::size_t part) const;
  PlanRef known_plan(const std::string& key, const PlanNeed& need);
  PlanRef take_answer(const std::string& key, const PlanNeed& need);
  bool is_sure_to_fail() const;
  std::optional<policy::Violation> why_not_asked(const Message& message,
                                                 const PlanNeed& need) const;
  std::optional<Flow> pass_gate(const Message& message, const Gated& gated, const PlanNeed& need,
                                Output& out);
  std::optional<Flow> gate_query(const Message& message, const VerdictRef& verdict, Output& out);
  std::optional<Flow> gate_bind(const Message& message, const Prepared& prepared, Output& out);
  std::optional<Flow> gate_execute(const Message& message, const Prepared& prepared, Output& out);
  static Refusal plan_refusal(const Gated& gated, std::span<const policy::Violation> violations);
  Flow refuse_plan(const Message& message, const Gated& gated,
                   std::span<const policy::Violation> violations, Output& out);
  Flow refuse_stopped(const Message& message, std::string_view sql, const Refusal& refusal,
                      Output& out);
  bool is_failure_let_pass(std::string_view sqlstate) const;
  std::optional<Flow> on_no_plan(const Message& message, const Gated& gated, const PlanNeed& need,
                                 Output& out);

  // plan_probe.cc
  Flow ask(const Message& message, const Gated& gated, const PlanNeed& need, Output& out);
  void send_query_probe(const std::string& probe, Output& out);
  void send_unit_probe(const std::string& probe, const PlanNeed& need, Output& out);
  void close_probe(Output& out);
  void expect_probe(ReplyKind kind);
  void collect(std::string_view bytes);
  void note_probe_end(const Expected& entry);
  void on_probe_error(const Message& reply, const pgwire::ErrorFields& fields, Output& out);
  void end_probed_unit(Output& out);
  void interrupt_probe(TimePoint now, Output& out);

  // time_limits.cc
  void note_sent();
  void note_ready();
  bool is_working() const;
  void interrupt_exchange(TimePoint now, Output& out);
  bool tells_overdue(const pgwire::ErrorFields& fields) const;
  bool on_overdue(Output& out);

  // query.cc
  Flow on_query(const Message& message, Output& out);
  std::expected<Quoting, Flow> predict_query(const Message& message, const VerdictRef& verdict,
                                             std::uint64_t unit, Output& out);

  // extended.cc
  Flow on_parse(const Message& message, Output& out);
  Flow on_bind(const Message& message, Output& out);
  Flow on_describe(const Message& message, Output& out);
  Flow on_execute(const Message& message, Output& out);
  Flow on_close(const Message& message, Output& out);

  // name_use.cc
  struct Believed {
    Names::Belief belief;
    std::string_view name;
  };
  const Names& kept_in(const policy::Effect& effect) const {
    return effect.kind == policy::Effect::Kind::Prepare ? statements_ : portals_;
  }
  Flow no_room(const Message& message, std::string_view sql, const Names& names, Output& out);
  Flow not_executable(const Message& message, std::string_view sql, const Believed& name,
                      Output& out);
  std::optional<Flow> check_names(std::string_view name, const Names& names, const Message& message,
                                  Output& out);

  // refusing.cc
  Flow refuse(const Message& message, std::string_view sql, const Refusal& refusal, Output& out);
  void record_denied(std::string_view sql, const Refusal& refusal, const ServerError& why = {});
  Flow refuse_malformed(const Message& message, std::string_view error, Output& out);
  void refuse_login(const policy::Violation& violation, Output& out);
  Flow refuse_too_long(const Message& message, Output& out);
  bool will_be_idle() const;
  void answer(std::string text, Output& out);
  void answer_alone(const Message& message, std::string text, Output& out);
  void poison(const Message& message, const Refusal& refusal, Output& out);
  Flow execute_unknown(std::string_view name, Output& out);
  Flow send_unknown(const Message& message, const pgwire::Describe& unknown, Output& out);

  // forwarding.cc
  std::optional<Flow> need_server(const Message& message, std::string_view sql, Output& out);
  Expected& expect(ReplyKind kind, Treatment treatment = Treatment::Forward);
  Expected& forward(const Message& message, ReplyKind kind, Output& out);
  Expected& forward_query(const Message& message, const policy::Verdict& verdict, Output& out);
  Expected& forward_parse(const Message& message, const policy::Verdict& verdict, Output& out);
  Flow wait_for_replies(Output& out);
  void start_copy(const Expected& entry);
  void note_begin(const policy::Effect& effect, const Expected& entry);
  struct Decided {
    std::string_view sql;             // the client's
    std::string_view rewritten = {};  // the server's, where it is another
    PlanCheck check = PlanCheck::Passed;
    PlanRef plan = {};  // null: it was not asked for
  };
  static Decided decided(const Prepared& prepared, const PlanRef& plan) {
    return {.sql = prepared.sql,
            .rewritten = prepared.rewritten ? prepared.rewritten->text : std::string_view{},
            .plan = plan ? plan : prepared.plan};
  }
  std::uint64_t decide(const Decided& decided, const policy::StatementVerdict& statement,
                       Output& out);
  Names::Belief predict(const policy::Effect& effect, PreparedRef text, Place place);
  void predict_query_start(std::uint64_t unit);
  void withdraw_predictions();
  void note_resets(const policy::Effect& effect);
  void restore_settings(Output& out);
  bool holds_until_restored(std::string_view setting) const;
  void end_restoring(Output& out);
  Expected& send_settings(const std::string& sql, Output& out);

  // server_replies.cc
  bool stream_server_body(std::string_view rest, std::size_t& at, Output& out);
  bool on_reply(const Message& reply, Output& out);
  bool on_rows(const Message& reply, Output& out);
  bool on_function_result(const Message& reply, Output& out);
  bool on_description(const Message& reply, Output& out);
  bool on_complete(const Message& reply, ReplyKind kind, Output& out);
  bool on_statement_complete(const Message& reply, Output& out);
  bool on_copy_in(const Message& reply, Output& out);
  bool on_ready(const Message& reply, Output& out);
  bool on_parameter_status(const Message& reply, Output& out);
  void pass(const Message& reply, Output& out);
  void pop(Output& out);
  void end_copy(const Expected& entry);
  void drop_front();
  bool is_inside_reply() const;
  void pop_fakes(Output& out);

  // server_errors.cc
  bool on_error(const Message& reply, Output& out);
  void refuse_settings(const pgwire::ErrorFields& fields, Output& out);
  void settle_error(const ServerError& error);
  void pass_error(const Message& reply, const pgwire::ErrorFields& fields, Output& out);
  void on_notice(const Message& reply, Output& out);
  void relay_text(const Message& reply, Output& out);
  std::optional<std::string> told_text(const Message& reply) const;
  bool is_text_read_whole() const;
  void on_query_error(const ServerError& error);
  void on_extended_error(const ServerError& error);
  void skip_to_sync(std::uint64_t failed_request, const ServerError& error);

  // row_guard.cc
  enum class Rows : std::uint8_t { Pass, Hold, End };  // End: `out` closes
  bool is_guarded(char type) const;
  Rows guard_rows(const Message& reply, Output& out);
  policy::OutputVerdict judge_origin(policy::catalog::ColumnKey origin) const;
  void end_at_denied_rows(policy::catalog::ColumnKey origin, Output& out);
  void note_described(std::string_view portal, const Expected& entry);
  void describe_first(std::string_view portal, const Prepared& prepared, std::uint64_t request,
                      Output& out);

  // result_cap.cc
  bool exceeds_cap(const Message& reply);
  void cut_result(Output& out);
  void cancel_cut(Output& out);
  ServerError cut_error(const ServerError& error);
  bool ends_cut(const Expected& entry) const;
  bool settle_cut(Output& out);

  // ends.cc
  void end_request(std::uint64_t request, Outcome outcome, std::int64_t rows,
                   const ServerError& error);
  void end_query(Expected& query, Outcome first, ServerError error);
  void end_parse(std::uint64_t request, Outcome outcome, const ServerError& error);
  void end_parses_through(std::uint64_t unit);

  // quoting.cc
  bool hides_anything() const;
  bool may_quote_hidden(const policy::StatementVerdict& statement, std::uint64_t unit) const;
  void note_quoting(Expected& entry, Quoting quoting, std::string_view sql,
                    const policy::Verdict& verdict) const;
  void note_quoting(Expected& entry, const Prepared& prepared) const;

  Shared shared_;
  Recorder& recorder_;
  SessionSettings settings_;
  Settings client_settings_;         // lower-case names, one each: what the client set at start-up
  Parameters server_defaults_;       // what the server returns to by RESET ALL; empty: not known
  Settings reset_;                   // the client's that returned to these, to be restored
  bool restores_later_ = false;      // they could not be yet
  Parameters told_;                  // ParameterStatus as the client knows it
  std::uint64_t restoring_seq_ = 0;  // our Query behind a RESET; 0: none is under way
  Parameters unsettled_;             // ParameterStatus that came until its end, not told yet

  Hold hold_ = Hold::None;
  std::shared_ptr<const Inquiry> inquiry_;  // of the message that is next
  VerdictRef answered_;                     // … and what came of it
  bool has_looked_again_ = false;  // the catalog was read since the next message was first judged
  bool catalog_is_in_doubt_ = false;  // changed by this session: to be read before it is judged by
  enum class Look : std::uint8_t { None, Wanted, Ended };
  Look look_ = Look::None;  // at the catalog, for the rows that are next
  // A result that is too large for the client.
  //   None --a row too many--> Found --cancel asked for--> Running --statement's end--> Over
  //   Found --statement's end--> Over --ReadyForQuery--> None
  enum class Cut : std::uint8_t { None, Found, Running, Over };
  Cut cut_ = Cut::None;
  ReplyKind cut_until_ = ReplyKind::Sync;  // whose ReadyForQuery ends it
  bool is_cancelling_ = false;       // a cancel of ours is under way: nothing else may be hit by it
  Returned returned_;                // by the statement that is answered now
  std::uint64_t described_seq_ = 0;  // the newest Describe of a portal
  std::string described_portal_;     // … and which
  std::uint64_t ddl_seq_ = 0;  // the newest message that changed the schema, not committed yet
  std::optional<Refusal> unavailable_;
  bool has_started_ = false;  // something that the admission counts as running
  // The plan gate's, of the message that is next.
  std::optional<PlanQuestion> question_;
  std::vector<PlanFound> plans_found_;  // answers to what was asked for it
  std::vector<PlanNeed> plan_needs_;    // of its statements, gone through anew each time
  struct Planned {
    std::size_t part;
    PlanRef plan;
  };
  std::vector<Planned> planned_;   // … and what those that may run were found to be
  bool probe_may_remain_ = false;  // on the server: its statement, after an error
  // The newest message that other plans may depend on: its request, and while its transaction may
  // still take the change back its place in the queue.
  std::uint64_t plans_changed_by_ = 0, plans_changed_seq_ = 0;
  bool keeps_set_config_ = false;  // a name may stand for what changes settings
  Discard discard_ = Discard::None;
  Copy copy_ = Copy::None;
  std::uint64_t copy_seq_ = 0;  // whose COPY `copy_` is about
  bool attached_ = false;
  bool unit_open_ = false;    // messages were sent since the last Sync
  bool client_told_ = false;  // by a FATAL that this is the end
  bool cancel_later_ = false;
  TimePoint exchange_since_{};     // the server owes answers since; or since the last of a unit
  TimePoint transaction_since_{};  // … and works on what ends together since
  bool is_overdue_ = false;        // it was told to cancel for that
  pgwire::TransactionStatus status_ = pgwire::TransactionStatus::Idle;

  std::uint64_t begun_seq_ = 0;    // the newest message that may leave a transaction open
  std::uint64_t ready_seq_ = 0;    // the newest that a ReadyForQuery answered
  std::uint64_t flushed_seq_ = 0;  // next_seq_ when a Flush of ours was sent last
  std::uint64_t unit_ = 1;
  std::uint64_t next_seq_ = 1;
  TimePoint now_{};
  ReplyQueue replies_;
  Names statements_, portals_;
  Queue<PreparedRef> parses_;  // parsed in a unit whose end is not settled: not claimed yet

  enum class Body : std::uint8_t { Forward, Drop, Collect };
  std::uint64_t client_body_left_ = 0;
  Body client_body_ = Body::Forward;
  std::uint64_t server_body_left_ = 0;
  Body server_body_ = Body::Forward;
};

}  // namespace gateway::session

// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL server as the protocol documentation describes it (55.2 "Message Flow"), reduced to
// what decides who may run what: names, portals, transactions, skipping up to Sync, copy-in mode,
// buffered replies. Knows no code of the gateway, so that both cannot be wrong alike.
//
// Whether something fails is written in it, so that a second server fed with the same messages
// fails alike: the words fail_parse, fail_describe, fail_run and defer (fails at commit) in a
// statement, fail_bind in the values of a Bind, kFailingRows as the limit of an Execute, bad in
// CopyData. Statements are split at ';' and known by their first words.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace model {

inline constexpr std::uint32_t kFailingRows = 7777;

struct ServerOptions {
  bool refuses = false;            // what a gateway in front of it would (is_refused)
  bool gates = false;              // … refuses by plan, too
  bool registers_skipped = false;  // broken: a skipped Parse or Close happens all the same
};

// What a gateway puts before a text to ask for its plan; words in the text say what it is: dear, or
// fail_plan. Only what is marked heavy is asked about.
inline constexpr std::string_view kAskForPlan =
    "/* postern plan gate */ EXPLAIN (VERBOSE, FORMAT JSON) ";

// A statement that no policy of the tests allows, or that does not parse.
bool is_refused(std::string_view statement);

std::vector<std::string> split_statements(std::string_view sql);

class Server {
 public:
  using OnText = std::function<void(const std::string& statement)>;
  // `on_read` for each statement that reaches the server, `on_run` before each that it runs.
  Server(ServerOptions options, OnText on_read, OnText on_run);

  void receive(std::string_view bytes);
  std::string take_output();  // what it has flushed
  void send_asynchronous(std::string_view frame);
  char status() const { return status_; }
  bool is_broken() const { return broken_; }  // it would have closed the connection

 private:
  struct Statement {
    std::string text;  // as it was given, PREPARE or DECLARE included
    std::string body;  // what it does
  };
  struct Portal {
    Statement statement;
    bool holdable = false, fresh = true, done = false;
  };
  struct Pending {  // of the Query or Execute that runs
    std::vector<std::string> statements;
    std::size_t next = 0;
    bool is_query = false;
    bool is_copying = false;
  };
  using Error = std::optional<std::string>;  // a SQLSTATE

  void on_message(char type, std::string_view body);
  void on_copy_message(char type, std::string_view body);
  void on_query(std::string_view sql);
  void run_query();
  Error parse(std::string_view body);
  Error bind(std::string_view body);
  Error describe(std::string_view body);
  Error execute(std::string_view body);
  void close(std::string_view body);
  void sync();
  Error run(const Statement& statement);
  Error run_transaction(const std::string& text);
  Error run_prepared(const std::string& text);
  Error run_cursor(const std::string& text);
  Error declare(const std::string& text);
  Error discard_all();
  Error commit();
  void end_transaction(bool committed);
  Error check_refusals(const std::vector<std::string>& statements) const;
  Error check_plans(const std::vector<std::string>& statements) const;
  using Names = std::map<std::string, Statement>;
  static std::string planned(const std::string& text, const Names& names);
  Error explain(const std::string& text);
  void fail(const std::string& sqlstate);
  void ready();
  void send(char type, std::string_view body);
  void complete(std::string_view tag);
  void flush();

  ServerOptions options_;
  OnText on_read_, on_run_;
  std::string in_, buffer_, flushed_;
  std::string subject_;  // the name that an error message shows
  std::map<std::string, Statement> statements_;
  std::map<std::string, Portal> portals_;
  Pending pending_;
  char status_ = 'I';
  bool skipping_ = false, unit_open_ = false, deferred_error_ = false, broken_ = false;
};

}  // namespace model

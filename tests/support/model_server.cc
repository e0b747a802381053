// SPDX-License-Identifier: Apache-2.0
#include "tests/support/model_server.h"

#include <algorithm>
#include <set>
#include <utility>

#include "tests/unit/gateway/pgwire/bytes.h"

namespace model {
namespace {

constexpr std::size_t kSendBufferBytes = 8192;

bool has(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

std::string trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

std::string word(std::string_view text, std::size_t index) {
  for (; index > 0; --index) text.remove_prefix(std::min(text.size(), text.find(' ') + 1));
  return std::string(text.substr(0, text.find(' ')));
}

std::string take_string(std::string_view& body) {
  const std::size_t end = body.find('\0');
  std::string text(body.substr(0, end));
  body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
  return text;
}

std::uint32_t read_be32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[std::size_t(i)]);
  return value;
}

bool ends_transaction(std::string_view text) {
  return text.starts_with("COMMIT") || text.starts_with("ROLLBACK");
}

bool returns_rows(std::string_view text) {
  return text.starts_with("SELECT") || text.starts_with(kAskForPlan) || text.starts_with("FETCH") ||
         text.starts_with("EXECUTE");
}

}  // namespace

bool is_refused(std::string_view statement) {
  return statement.starts_with("LOAD") || statement.starts_with("SELEC ");
}

std::vector<std::string> split_statements(std::string_view sql) {
  std::vector<std::string> statements;
  while (!sql.empty()) {
    const std::size_t end = std::min(sql.find(';'), sql.size());
    if (auto text = trim(sql.substr(0, end)); !text.empty()) statements.push_back(std::move(text));
    sql.remove_prefix(std::min(sql.size(), end + 1));
  }
  return statements;
}

Server::Server(ServerOptions options, OnText on_read, OnText on_run)
    : options_(options), on_read_(std::move(on_read)), on_run_(std::move(on_run)) {}

void Server::receive(std::string_view bytes) {
  in_.append(bytes);
  std::size_t at = 0;
  while (in_.size() - at >= 5) {
    const std::size_t size = 1 + read_be32(std::string_view(in_).substr(at + 1));
    if (in_.size() - at < size) break;
    on_message(in_[at], std::string_view(in_).substr(at + 5, size - 5));
    at += size;
  }
  in_.erase(0, at);
}

std::string Server::take_output() { return std::exchange(flushed_, {}); }

void Server::send_asynchronous(std::string_view frame) {
  buffer_.append(frame);
  flush();
}

void Server::flush() { flushed_.append(std::exchange(buffer_, {})); }

void Server::send(char type, std::string_view body) {
  buffer_.append(wire::frame(type, body));
  if (buffer_.size() < kSendBufferBytes) return;
  flushed_.append(buffer_, 0, kSendBufferBytes);
  buffer_.erase(0, kSendBufferBytes);
}

void Server::complete(std::string_view tag) { send('C', wire::z(tag)); }

void Server::ready() {
  send('Z', std::string(1, status_));
  flush();
}

void Server::fail(const std::string& sqlstate) {
  send('E', wire::z("SERROR") + wire::z("VERROR") + wire::z("C" + sqlstate) +
                wire::z("Mname \"" + subject_ + "\"") + '\0');
  flush();
  if (status_ == 'T') status_ = 'E';
  if (status_ == 'I') end_transaction(false);
}

void Server::end_transaction(bool committed) {
  deferred_error_ = false;
  std::erase_if(portals_, [&](const auto& entry) {
    return !entry.second.holdable || (entry.second.fresh && !committed);
  });
  for (auto& [name, portal] : portals_) portal.fresh = false;
  status_ = 'I';
}

Server::Error Server::commit() {
  if (std::exchange(deferred_error_, false)) {
    status_ = 'I';
    return "23503";
  }
  end_transaction(true);
  return std::nullopt;
}

void Server::on_message(char type, std::string_view body) {
  if (broken_) return;
  subject_.clear();
  if (pending_.is_copying) return on_copy_message(type, body);
  if (type == 'S') return sync();
  if (skipping_) {
    if (options_.registers_skipped && type == 'P') {
      const std::string name = take_string(body);
      const std::string sql = take_string(body);
      statements_[name] = {sql, sql};
    }
    return;
  }
  Error error;
  if (type == 'P' || type == 'B' || type == 'D' || type == 'E' || type == 'C') unit_open_ = true;
  switch (type) {
    case 'Q': return on_query(body.substr(0, body.size() - 1));
    case 'P': error = parse(body); break;
    case 'B': error = bind(body); break;
    case 'D': error = describe(body); break;
    case 'E': error = execute(body); break;
    case 'C': close(body); break;
    case 'H': flush(); break;
    case 'F': fail("42883"); return ready();
    case 'd':
    case 'c':
    case 'f': break;  // late ones of a COPY that failed
    default: broken_ = true;
  }
  if (!error) return;
  fail(*error);
  skipping_ = true;
}

void Server::on_copy_message(char type, std::string_view body) {
  if (type == 'S' || type == 'H' || (type == 'd' && !has(body, "bad"))) return;
  pending_.is_copying = false;
  if (type == 'c') {
    complete("COPY 1");
    if (pending_.is_query) run_query();
    return;
  }
  if (type != 'd' && type != 'f') {
    broken_ = true;
    return;
  }
  fail("22P04");
  if (pending_.is_query) return ready();
  skipping_ = true;
}

Server::Error Server::check_refusals(const std::vector<std::string>& statements) const {
  if (!options_.refuses) return std::nullopt;
  std::set<std::string> names;
  for (const auto& [name, statement] : statements_) names.insert(name);
  for (const std::string& text : statements) {
    if (is_refused(text)) return "42501";
    if (text.starts_with("PREPARE")) names.insert(word(text, 1));
    if (text == "DEALLOCATE ALL" || text == "DISCARD ALL") names.clear();
    if (text.starts_with("DEALLOCATE")) names.erase(word(text, 1));
    if (text.starts_with("EXECUTE") && !names.contains(word(text, 1))) return "26000";
  }
  return std::nullopt;
}

// What running `text` plans; "?" for what executes itself.
std::string Server::planned(const std::string& text, const Names& names) {
  std::string next = text;
  for (int depth = 0; depth <= 4; ++depth) {
    if (!next.starts_with("EXECUTE")) return next;
    const auto found = names.find(word(next, 1));
    if (found == names.end()) return "";
    next = found->second.body;
  }
  return "?";
}

Server::Error Server::check_plans(const std::vector<std::string>& statements) const {
  if (!options_.gates) return std::nullopt;
  Names names = statements_;
  bool has_ended = false, has_discarded = false, has_named = false;
  for (const std::string& text : statements) {
    const std::string plans = planned(text, names);
    const bool executes = text.starts_with("EXECUTE"), prepares = text.starts_with("PREPARE");
    if (plans == "?") return "54000";
    if (has(plans, "heavy") && !prepares) {
      const bool is_late =
          has_discarded || (executes && has_named) || unit_open_ || (status_ != 'I' && has_ended);
      if (is_late) return "54000";
      if (status_ != 'E' && has(plans, "dear")) return "54000";
      if (status_ != 'E' && has(plans, "fail_plan")) return "22012";
    }
    if (prepares) names[word(text, 1)] = {text, text.substr(text.find(" AS ") + 4)};
    if (text == "DEALLOCATE ALL" || text == "DISCARD ALL") names.clear();
    if (text.starts_with("DEALLOCATE")) names.erase(word(text, 1));
    has_named = has_named || prepares || text.starts_with("DEALLOCATE");
    has_discarded = has_discarded || text == "DISCARD ALL";
    has_ended = has_ended || ends_transaction(text);
  }
  return std::nullopt;
}

Server::Error Server::explain(const std::string& text) {
  const std::string plans = planned(text, statements_);
  if (plans.empty()) return "26000";
  if (has(plans, "fail_plan")) return "22012";
  const std::string json =
      std::string(R"([{"Plan": {"Node Type": "Result", "Startup Cost": 0.0, )") +
      R"("Plan Rows": 1, "Plan Width": 4, "Total Cost": )" + (has(plans, "dear") ? "1e9" : "1.0") +
      "}}]";
  send('D', wire::be16(1) + wire::be32(static_cast<std::uint32_t>(json.size())) + json);
  complete("EXPLAIN");
  return std::nullopt;
}

void Server::on_query(std::string_view sql) {
  statements_.erase("");
  portals_.erase("");
  pending_ = {.statements = split_statements(sql), .is_query = true};
  Error error = check_refusals(pending_.statements);
  if (!error) error = check_plans(pending_.statements);
  if (!error && sql == "'") error = "42601";
  if (error) {
    fail(*error);
    return ready();
  }
  for (const std::string& text : pending_.statements) on_read_(text);
  if (pending_.statements.empty()) send('I', "");
  run_query();
}

void Server::run_query() {
  while (pending_.next < pending_.statements.size()) {
    const std::string text = pending_.statements[pending_.next++];
    Error error;
    if (is_refused(text)) error = "42601";
    if (!error && status_ == 'E' && !ends_transaction(text)) error = "25P02";
    if (!error && has(text, "fail_parse")) error = "42P01";
    const bool is_unknown = (text.starts_with("EXECUTE") && !statements_.contains(word(text, 1))) ||
                            (text.starts_with("FETCH") && !portals_.contains(word(text, 3)));
    if (!error && returns_rows(text) && !is_unknown) send('T', wire::be16(0));
    if (!error) error = run({text, text});
    if (error) {
      fail(*error);
      return ready();
    }
    if (pending_.is_copying) return flush();
  }
  if (status_ == 'I') {
    if (const Error error = commit()) fail(*error);
  }
  ready();
}

Server::Error Server::parse(std::string_view body) {
  const std::string name = take_string(body);
  const std::string sql = trim(take_string(body));
  if (name.empty()) statements_.erase(name);
  if (sql == "'") return "42601";
  if (options_.refuses && is_refused(sql)) return "42501";
  if (!sql.empty()) on_read_(sql);
  if (is_refused(sql)) return "42601";
  if (status_ == 'E' && !sql.empty() && !ends_transaction(sql)) return "25P02";
  if (has(sql, "fail_parse")) return "42P01";
  if (!name.empty() && statements_.contains(name)) return "42P05";
  statements_[name] = {sql, sql};
  send('1', "");
  return std::nullopt;
}

Server::Error Server::bind(std::string_view body) {
  const std::string portal = take_string(body);
  subject_ = take_string(body);
  const auto found = statements_.find(subject_);
  if (found == statements_.end()) return "26000";
  const Statement& statement = found->second;
  if (status_ == 'E' && !ends_transaction(statement.body)) return "25P02";
  if (!portal.empty() && portals_.contains(portal)) return "42P03";
  const bool is_contained = statement.text != statement.body;
  const bool has_plan = !statement.body.starts_with("PREPARE");
  if (options_.gates && has_plan && has(statement.body, "heavy")) {
    if (has(body, "fail_bind")) return "22P02";
    if (is_contained || has(statement.body, "dear")) return "54000";
    if (has(statement.body, "fail_plan")) return "22012";
  }
  portals_.erase(portal);
  if (has(body, "fail_bind")) return "22P02";
  portals_[portal] = {.statement = statement};
  send('2', "");
  return std::nullopt;
}

Server::Error Server::describe(std::string_view body) {
  const bool is_statement = body[0] == 'S';
  body.remove_prefix(1);
  const std::string name = subject_ = take_string(body);
  std::string text;
  if (is_statement) {
    const auto found = statements_.find(name);
    if (found == statements_.end()) return "26000";
    text = found->second.body;
  } else {
    const auto found = portals_.find(name);
    if (found == portals_.end()) return "34000";
    text = found->second.statement.body;
  }
  if (status_ == 'E' && returns_rows(text)) return "25P02";
  if (has(text, "fail_describe")) return "XX000";
  if (is_statement) send('t', wire::be16(0));
  send(returns_rows(text) ? 'T' : 'n', returns_rows(text) ? wire::be16(0) : "");
  return std::nullopt;
}

Server::Error Server::execute(std::string_view body) {
  const std::string name = subject_ = take_string(body);
  const std::uint32_t rows = read_be32(body);
  const auto found = portals_.find(name);
  if (found == portals_.end()) return "34000";
  const Statement statement = found->second.statement;
  const std::string& text = statement.body;
  if (text.empty()) {
    send('I', "");
    return std::nullopt;
  }
  if (status_ == 'E' && !ends_transaction(text)) return "25P02";
  if (found->second.done && !returns_rows(text)) return "55000";
  if (options_.gates && text.starts_with("EXECUTE")) {
    const std::string plans = planned(text, statements_);
    if (plans == "?" || (has(plans, "heavy") && has(plans, "dear"))) return "54000";
    if (has(plans, "heavy") && has(plans, "fail_plan")) return "22012";
  }
  if (rows == kFailingRows) return "22012";
  if (rows == 1 && text.starts_with("SELECT") && !found->second.done) {
    on_run_(statement.text);
    found->second.done = true;
    send('D', wire::be16(0));
    send('s', "");
    return std::nullopt;
  }
  found->second.done = true;
  pending_ = {};
  return run(statement);
}

Server::Error Server::run(const Statement& statement) {
  const std::string& text = statement.body;
  on_run_(statement.text);
  if (text.starts_with(kAskForPlan)) return explain(text.substr(kAskForPlan.size()));
  if (has(text, "fail_run")) return "22012";
  if (has(text, "defer")) deferred_error_ = true;
  if (text == "BEGIN" || ends_transaction(text)) return run_transaction(text);
  for (const std::string_view start : {"PREPARE", "EXECUTE", "DEALLOCATE"}) {
    if (text.starts_with(start)) return run_prepared(text);
  }
  for (const std::string_view start : {"DECLARE", "FETCH", "CLOSE"}) {
    if (text.starts_with(start)) return run_cursor(text);
  }
  if (text == "DISCARD ALL") return discard_all();
  if (text.starts_with("COPY") && has(text, "FROM")) {
    send('G', std::string(1, '\0') + wire::be16(0));
    pending_.is_copying = true;
    flush();
    return std::nullopt;
  }
  if (text.starts_with("COPY")) {
    send('H', std::string(1, '\0') + wire::be16(0));
    send('d', "row");
    send('c', "");
    complete("COPY 1");
    return std::nullopt;
  }
  if (text.starts_with("SELECT")) send('D', wire::be16(0));
  complete(word(text, 0) + " 1");
  return std::nullopt;
}

Server::Error Server::run_transaction(const std::string& text) {
  if (text == "BEGIN") {
    if (status_ == 'I') status_ = 'T';
    complete("BEGIN");
    return std::nullopt;
  }
  const bool chains = has(text, "CHAIN"), was_open = status_ != 'I';
  if (chains && !was_open) return "25P01";
  const bool commits = text.starts_with("COMMIT") && status_ != 'E';
  if (!commits) end_transaction(false);
  if (commits) {
    if (const Error error = commit()) return error;
  }
  if (chains) status_ = 'T';
  complete(commits ? "COMMIT" : "ROLLBACK");
  return std::nullopt;
}

Server::Error Server::run_prepared(const std::string& text) {
  const std::string name = word(text, 1);
  if (text == "DEALLOCATE ALL") {
    std::erase_if(statements_, [](const auto& entry) { return !entry.first.empty(); });
  } else if (text.starts_with("DEALLOCATE")) {
    if (statements_.erase(name) == 0) return "26000";
  } else if (text.starts_with("PREPARE")) {
    if (statements_.contains(name)) return "42P05";
    statements_[name] = {text, text.substr(text.find(" AS ") + 4)};
  } else if (!statements_.contains(name)) {
    return "26000";
  }
  complete(word(text, 0));
  return std::nullopt;
}

Server::Error Server::run_cursor(const std::string& text) {
  if (text.starts_with("DECLARE")) return declare(text);
  if (text == "CLOSE ALL") {
    portals_.clear();
  } else if (text.starts_with("CLOSE")) {
    if (portals_.erase(word(text, 1)) == 0) return "34000";
  } else if (!portals_.contains(word(text, 3))) {
    return "34000";
  }
  complete(word(text, 0));
  return std::nullopt;
}

Server::Error Server::declare(const std::string& text) {
  const bool is_holdable = has(text, "WITH HOLD");
  const bool is_in_block = status_ == 'T' || pending_.statements.size() > 1;
  if (!is_holdable && !is_in_block) return "25P01";
  const std::string name = word(text, 1);
  if (portals_.contains(name)) return "42P03";
  portals_[name] = {.statement = {text, text.substr(text.find(" FOR ") + 5)},
                    .holdable = is_holdable};
  complete("DECLARE CURSOR");
  return std::nullopt;
}

Server::Error Server::discard_all() {
  if (status_ == 'T' || pending_.statements.size() > 1) return "25001";
  std::erase_if(statements_, [](const auto& entry) { return !entry.first.empty(); });
  portals_.clear();
  complete("DISCARD ALL");
  return std::nullopt;
}

void Server::close(std::string_view body) {
  const bool is_statement = body[0] == 'S';
  body.remove_prefix(1);
  const std::string name = take_string(body);
  if (is_statement) statements_.erase(name);
  if (!is_statement) portals_.erase(name);
  send('3', "");
}

void Server::sync() {
  skipping_ = unit_open_ = false;
  if (status_ == 'I') {
    if (const Error error = commit()) fail(*error);
  }
  ready();
}

}  // namespace model

// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/command.h"

#include <expected>
#include <fstream>
#include <istream>
#include <iterator>
#include <ostream>
#include <string_view>
#include <utility>

#include "gateway/check/input.h"
#include "gateway/check/report_json.h"
#include "gateway/check/subject.h"
#include "gateway/config/command.h"
#include "gateway/config/load.h"

namespace gateway::check {
namespace {

using Json = nlohmann::ordered_json;

std::string read_all(std::istream& stream) {
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::expected<std::string, std::string> read_input(const Options& options, std::istream& in) {
  if (options.sql) return *options.sql;
  if (options.file.empty())
    return std::unexpected("give --sql, a FILE (\"-\": standard input) or --jsonl");
  if (options.file == "-") return read_all(in);
  std::ifstream file(options.file, std::ios::binary);
  if (!file) return std::unexpected(options.file + " cannot be opened");
  std::string text = read_all(file);
  if (file.bad()) return std::unexpected(options.file + " cannot be read");
  return text;
}

int complain(std::ostream& err, std::string_view message) {
  err << "postern check: " << message << '\n';
  return kUnusable;
}

Judged judge_case(Case asked, const Subject& subject) {
  SessionView session(subject.profile, subject.server_major);
  Judged judged{.id = std::move(asked.id), .is_script = asked.is_script};
  for (const Step& step : asked.steps) judged.steps.push_back(session.run(step));
  return judged;
}

int check_one(std::string sql, const Options& options, const Subject& subject, std::ostream& out) {
  const Judged judged = judge_case({.steps = {{.sql = std::move(sql)}}}, subject);
  if (options.is_json) {
    Json report = report_json(judged, subject.profile);
    report.erase("id");
    out << line_of(report) << '\n';
  } else {
    out << report_text(judged.steps.front(), subject.profile, options.colour);
  }
  return judged.allowed() ? kAllowed : kDenied;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

int check_lines(const Subject& subject, const Streams& streams) {
  int code = kAllowed;
  std::string line;
  while (std::getline(streams.in, line)) {
    if (is_blank(line)) continue;
    auto asked = read_case(line);
    if (asked) {
      streams.out << line_of(report_json(judge_case(*std::move(asked), subject), subject.profile));
    } else {
      code = kUnusable;
      streams.out << line_of({{"id", asked.error().id}, {"error", asked.error().message}});
    }
    streams.out << '\n';
  }
  streams.out.flush();
  return streams.in.bad() ? kUnusable : code;
}

}  // namespace

int run_check(const Options& options, const config::Sources& sources, const Streams& streams) {
  if (options.is_jsonl && (options.sql || !options.file.empty())) {
    return complain(streams.err, "--jsonl reads standard input: leave --sql and FILE out");
  }
  if (options.sql && !options.file.empty()) {
    return complain(streams.err, "give --sql or a FILE, not both");
  }
  const auto loaded = config::load(options.config, sources);
  if (!loaded) {
    config::print(loaded.error(), options.config, streams.err);
    return kUnusable;
  }
  const auto subject =
      subject_of(loaded->config,
                 {.database = options.database, .user = options.user, .catalog = options.catalog});
  if (!subject) return complain(streams.err, subject.error());
  if (options.is_jsonl) return check_lines(*subject, streams);
  auto sql = read_input(options, streams.in);
  if (!sql) return complain(streams.err, sql.error());
  return check_one(*std::move(sql), options, *subject, streams.out);
}

}  // namespace gateway::check

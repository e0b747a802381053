// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/command.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "gateway/check/subject.h"
#include "gateway/config/command.h"
#include "gateway/config/libpq.h"
#include "gateway/config/load.h"
#include "gateway/config/principal.h"
#include "gateway/doctor/checks.h"
#include "gateway/doctor/report.h"
#include "gateway/upstream/plain_rows.h"

namespace gateway::doctor {
namespace {

constexpr int kClean = 0;
constexpr int kFound = 1;
constexpr int kUnusable = 2;

int complain(std::ostream& err, const std::string& message) {
  err << "postern doctor: " << message << '\n';
  return kUnusable;
}

std::expected<Survey, std::string> ask_server(const config::Database& database) {
  auto connection = upstream::PlainConnection::open(
      {.connection = config::libpq_parameters(database),
       .pinned = upstream::with_own_search_path(config::pinned_settings(database)),
       .connect_timeout = database.connect_timeout});
  if (!connection) return std::unexpected(connection.error());
  Survey survey;
  for (const Question& question : questions()) {
    auto rows = connection->ask(question.sql);
    if (!rows) return std::unexpected("cannot read the server's catalogs: " + rows.error().message);
    survey.put(question.topic, *std::move(rows));
  }
  return survey;
}

bool is_found(const Findings& findings) {
  return std::ranges::any_of(findings,
                             [](const Finding& each) { return each.severity != Severity::Note; });
}

}  // namespace

int run_doctor(const Options& options, const config::Sources& sources, std::ostream& out,
               std::ostream& err) {
  const auto loaded = config::load(options.config, sources);
  if (!loaded) {
    config::print(loaded.error(), options.config, err);
    return kUnusable;
  }
  const auto subject =
      check::subject_of(loaded->config, {.database = options.database,
                                         .user = options.user,
                                         .catalog_use = check::CatalogUse::Always});
  if (!subject) return complain(err, subject.error());
  const auto& database = *subject->database;
  const auto survey = ask_server(database);
  if (!survey) return complain(err, survey.error());
  auto session = session_facts(*survey);
  if (!session) return complain(err, "the server does not tell which role and database it serves");
  const grants::Rights rights(subject->profile);
  const auto inputs = config::profile_inputs(database, {.user = options.user});
  const Findings findings = check_all({.survey = *survey,
                                       .session = *std::move(session),
                                       .rights = rights,
                                       .database = database,
                                       .access = inputs.access});
  out << (options.is_json ? report_json(findings, database.name)
                          : report_text(findings, database.name))
      << std::flush;
  if (!out) return complain(err, "the findings cannot be written");
  return is_found(findings) ? kFound : kClean;
}

}  // namespace gateway::doctor

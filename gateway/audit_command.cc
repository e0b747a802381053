// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit_command.h"

#include <CLI/CLI.hpp>
#include <expected>
#include <ostream>

#include "gateway/audit_tool/files.h"
#include "gateway/config/command.h"
#include "gateway/config/load.h"
#include "gateway/config/secret_file.h"

namespace gateway {
namespace {

constexpr const char* kDefaultConfig = "postern.yaml";
constexpr int kUnusable = 2;

using Error = std::unexpected<std::string>;

void add_files(CLI::App& command, AuditChoices& choices) {
  command.add_option("FILE", choices.files, "Audit files, in any order");
  command
      .add_option("-c,--config", choices.config,
                  "Or the configuration, whose audit file is meant and what it was rotated to")
      ->envname("POSTERN_CONFIG");
}

void add_filter(CLI::App& command, audit_tool::Filter& filter) {
  command.add_option("-U,--user", filter.user, "Who logged in");
  command.add_option("-d,--database", filter.database, "The configured name");
  command.add_option("--event", filter.event, "event_type, such as query_denied");
  command.add_option("--since", filter.since, "From this time on, UTC: 2026-11-21T08:00");
  command.add_option("--until", filter.until, "Up to this time; 2026-11-21 has all of that day");
  command.add_option("--code", filter.code, "Error code, SQLSTATE or status of the result");
  command.add_option("--table", filter.table, "A relation that was used, with its schema or not");
  command.add_option("--text", filter.text, "Part of the statement, in any case");
}

// What the commands need of a configuration, or of the options.
struct Place {
  std::vector<std::string> files;
  std::string path;  // the newest file
  std::string key;
};

std::expected<config::Audit, int> audit_of(const std::string& path, const config::Sources& sources,
                                           std::ostream& err) {
  auto parsed = config::load(path, sources);
  if (parsed) return std::move(parsed->config.audit);
  config::print(parsed.error(), path, err);
  return std::unexpected(kUnusable);
}

std::expected<std::string, std::string> read_key(const std::string& path,
                                                 const config::Sources& sources) {
  auto key = config::read_secret(path, sources.read_file);
  if (!key) return Error("--key-file " + path + " " + key.error());
  return key;
}

int refuse(const std::string& why, std::ostream& err) {
  err << "postern: " << why << '\n';
  return kUnusable;
}

std::expected<Place, int> find_place(const AuditChoices& choices, const config::Sources& sources,
                                     std::ostream& err) {
  Place place{.files = choices.files, .path = {}, .key = {}};
  if (choices.files.empty() || !choices.config.empty()) {
    const std::string config = choices.config.empty() ? kDefaultConfig : choices.config;
    const auto audit = audit_of(config, sources, err);
    if (!audit) return std::unexpected(audit.error());
    place.key = audit->key.reveal();
    place.path = audit->file_path;
  }
  if (!choices.files.empty()) place.path = choices.files.front();
  if (choices.files.empty()) place.files = audit_tool::rotated_files(place.path);
  if (place.files.empty()) {
    return std::unexpected(refuse("there is no audit file " + place.path, err));
  }
  if (choices.key_file.empty()) return place;
  auto key = read_key(choices.key_file, sources);
  if (!key) return std::unexpected(refuse(key.error(), err));
  place.key = std::move(*key);
  return place;
}

}  // namespace

bool AuditCommands::parsed() const {
  return verify->parsed() || search->parsed() || tail->parsed();
}

AuditCommands add_audit_commands(CLI::App& app, AuditChoices& choices) {
  CLI::App* audit = app.add_subcommand("audit", "Read and verify the audit record");
  audit->require_subcommand(1);
  AuditCommands commands{
      .verify = audit->add_subcommand("verify", "Say whether the chain of records is whole"),
      .search = audit->add_subcommand("search", "Print the records that match"),
      .tail = audit->add_subcommand("tail", "Print the last records")};
  for (CLI::App* command : {commands.verify, commands.search, commands.tail}) {
    add_files(*command, choices);
  }
  commands.verify->add_option("--key-file", choices.key_file, "Holds audit.key");
  commands.verify->add_option("--head", choices.head,
                              "What the log last had as `head`: shows whether the end was cut off");
  add_filter(*commands.search, choices.filter);
  commands.tail->add_option("-n", choices.tail.count, "How many")->capture_default_str();
  commands.tail->add_flag_function(
      "-f,--follow", [&](std::int64_t) { choices.tail.follow = audit_tool::Follow::Yes; },
      "Go on with what is written, over rotations");
  return commands;
}

int run_audit_command(const AuditCommands& commands, const AuditChoices& choices,
                      const config::Sources& sources, std::ostream& out, std::ostream& err) {
  const auto place = find_place(choices, sources, err);
  if (!place) return place.error();
  if (commands.verify->parsed()) {
    return audit_tool::run_verify({.files = place->files,
                                   .newest = choices.files.empty() ? place->path : std::string(),
                                   .key = place->key,
                                   .head = choices.head},
                                  out, err);
  }
  if (commands.search->parsed()) {
    return audit_tool::run_search({.files = place->files, .filter = choices.filter}, out, err);
  }
  audit_tool::TailOptions tail = choices.tail;
  tail.file = place->path;
  return audit_tool::run_tail(tail, out, err);
}

}  // namespace gateway

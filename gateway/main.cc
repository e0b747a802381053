// SPDX-License-Identifier: Apache-2.0
// The command line.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <expected>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/audit_command.h"
#include "gateway/build_settings.h"
#include "gateway/catalog_command.h"
#include "gateway/check/command.h"
#include "gateway/config/command.h"
#include "gateway/config/load.h"
#include "gateway/demo/demo.h"
#include "gateway/denial_command.h"
#include "gateway/descriptors.h"
#include "gateway/doctor/command.h"
#include "gateway/grants/command.h"
#include "gateway/server.h"
#include "gateway/suggest/command.h"
#include "gateway/telemetry/log.h"
#include "gateway/tls_files.h"

namespace {

constexpr const char* kDefaultConfig = "postern.yaml";

std::expected<gateway::config::Config, std::vector<std::string>> reread(const std::string& path) {
  using namespace gateway;
  auto parsed = config::load(path, config::process_sources());
  if (parsed) return std::move(parsed->config);
  std::vector<std::string> errors;
  for (const auto& diagnostic : parsed.error()) {
    if (diagnostic.severity != config::Severity::Error) continue;
    errors.push_back(config::describe(diagnostic, path));
  }
  return std::unexpected(std::move(errors));
}

int serve(const std::string& path) {
  using namespace gateway;
  const auto parsed = config::load(path, config::process_sources());
  if (!parsed) {
    config::print(parsed.error(), path, std::cerr);
    return 1;
  }
  config::print(parsed->warnings, path, std::cerr);
  const auto& logging = parsed->config.logging;
  const auto started = telemetry::start_log(log_format(logging.format), log_level(logging.level));
  if (!started) {
    std::cerr << "postern: " << started.error() << "\n";
    return 1;
  }
  const std::string shortage = descriptor_shortage(parsed->config, raise_descriptor_limit());
  if (!shortage.empty()) telemetry::log_warn("too few descriptors", {{"why", shortage}});
  auto server = Server::open(parsed->config, [path] { return reread(path); });
  if (!server) {
    telemetry::log_error("cannot start", {{"why", server.error()}});
    telemetry::stop_log();
    return 1;
  }
  (*server)->run();
  server->reset();
  telemetry::stop_log();
  return 0;
}

struct Choices {
  std::string config = kDefaultConfig;
  gateway::demo::DemoOptions demo;
  gateway::check::Options check;
  gateway::grants::Options grants;
  gateway::doctor::Options doctor;
  gateway::suggest::Options suggest;
  gateway::config::Validation validation;
  gateway::AuditChoices audit;
  gateway::DenialOptions denial;
};

void add_config_option(CLI::App& command, Choices& choices) {
  command.add_option("-c,--config", choices.config, "The configuration file")
      ->envname("POSTERN_CONFIG")
      ->capture_default_str();
}

void add_database_option(CLI::App& command, std::string& database) {
  command.add_option("-d,--database", database, "Which; needed where there are several");
}

void add_format_option(CLI::App& command, bool& is_json) {
  command
      .add_option_function<std::string>(
          "--format", [&](const std::string& format) { is_json = format == "json"; },
          "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

void add_check_options(CLI::App& command, gateway::check::Options& options) {
  add_database_option(command, options.database);
  command.add_option("-U,--user", options.user, "As whom");
  command.add_option("--sql", options.sql, "The text to judge");
  command.add_option("FILE", options.file, "Or the file that holds it; - is standard input");
  command.add_option("--catalog", options.catalog, "A snapshot instead of the live database");
  add_format_option(command, options.is_json);
  command.add_flag("--jsonl", options.is_jsonl, "Judge each line of standard input, a JSON object");
}

// `postern deny` and what belongs to it; those that are given set the verb.
void add_denial_commands(CLI::App& app, Choices& choices) {
  auto& options = choices.denial;
  const auto add = [&](const char* name, const char* verb, const char* help) {
    CLI::App* command = app.add_subcommand(name, help);
    command->callback([&options, verb] { options.verb = verb; });
    add_config_option(*command, choices);
    command->add_option("--socket", options.socket, "Instead of the file's listen.admin_socket");
    return command;
  };
  const auto add_target = [&](CLI::App* command) {
    command->add_option("KIND", options.kind, "user, database or fingerprint")
        ->required()
        ->check(CLI::IsMember({"user", "database", "fingerprint"}));
    command->add_option("NAME", options.name, "Or 16 hex digits, as in audit records")->required();
    command->add_option("-d,--database", options.database, "Of a user: only there");
  };
  CLI::App* deny = add("deny", "DENY", "Refuse a user, database or statement from now on");
  add_target(deny);
  deny->add_option("--for", options.lasts, "30s, 10m, 2h, 1d; without it until allowed again");
  deny->add_option("--reason", options.reason, "For the client and the audit");
  deny->add_flag("--cancel", options.cancels, "Cancel what runs");
  add_target(add("allow", "ALLOW", "Lift a denial"));
  add("denials", "LIST", "Print what is denied now");
}

void add_grants_options(CLI::App& command, gateway::grants::Options& options) {
  add_database_option(command, options.database);
  command.add_option("-U,--user", options.user, "Of the configuration: whose policy is meant");
  command.add_option("--role", options.role,
                     "Of PostgreSQL: who is granted; else readonly_role, or the pool's user");
  command.add_flag_callback(
      "--revoke-builtins", [&] { options.built_ins = gateway::grants::BuiltIns::Revoke; },
      "Take the refused built-in functions from everybody, too");
}

void add_doctor_options(CLI::App& command, gateway::doctor::Options& options) {
  add_database_option(command, options.database);
  command.add_option("-U,--user", options.user, "Of the configuration: whose policy is meant");
  add_format_option(command, options.is_json);
}

void add_suggest_options(CLI::App& command, gateway::suggest::Options& options) {
  command.add_option("-c,--config", options.config, "The configuration that is in force")
      ->envname("POSTERN_CONFIG");
  add_database_option(command, options.database);
  command.add_option("--catalog", options.catalog, "A snapshot instead of the live database");
  command
      .add_option_function<std::string>(
          "--by",
          [&](const std::string& by) {
            options.by = by == "user" ? gateway::suggest::By::User : gateway::suggest::By::Database;
          },
          "database, or user: a principal for each")
      ->check(CLI::IsMember({"database", "user"}));
  command.add_option("AUDIT-FILE", options.files, "What was recorded, oldest or newest first")
      ->required();
}

int check(Choices& choices) {
  choices.check.config = choices.config;
  if (::isatty(STDOUT_FILENO) == 1) choices.check.colour = gateway::check::Colour::Yes;
  std::ios::sync_with_stdio(false);
  return gateway::check::run_check(choices.check, gateway::config::process_sources(),
                                   {.in = std::cin, .out = std::cout, .err = std::cerr});
}

// Programs beside the gateway, that look at a database or at what was recorded.
struct Tools {
  CLI::App* dump = nullptr;
  CLI::App* grants = nullptr;
  CLI::App* doctor = nullptr;
  CLI::App* suggest = nullptr;
  gateway::AuditCommands audit;
};

Tools add_tools(CLI::App& app, Choices& choices) {
  Tools tools;
  CLI::App* catalog = app.add_subcommand("catalog", "What the policy knows of a database");
  catalog->require_subcommand(1);
  tools.dump = catalog->add_subcommand("dump", "Print a snapshot, for check --catalog");
  add_config_option(*tools.dump, choices);
  add_database_option(*tools.dump, choices.check.database);

  tools.grants = app.add_subcommand("grants", "Print SQL that grants what the policy allows");
  add_config_option(*tools.grants, choices);
  add_grants_options(*tools.grants, choices.grants);

  tools.doctor = app.add_subcommand("doctor", "Look for what weakens the policy");
  add_config_option(*tools.doctor, choices);
  add_doctor_options(*tools.doctor, choices.doctor);

  tools.audit = gateway::add_audit_commands(app, choices.audit);
  tools.suggest =
      app.add_subcommand("suggest", "Print the access policy that admits what was recorded");
  add_suggest_options(*tools.suggest, choices.suggest);
  return tools;
}

// Nothing: none of them was asked for.
std::optional<int> run_tool(const Tools& tools, Choices& choices,
                            const gateway::config::Sources& sources) {
  if (tools.grants->parsed()) {
    choices.grants.config = choices.config;
    return gateway::grants::run_grants(choices.grants, sources, std::cout, std::cerr);
  }
  if (tools.doctor->parsed()) {
    choices.doctor.config = choices.config;
    return gateway::doctor::run_doctor(choices.doctor, sources, std::cout, std::cerr);
  }
  if (tools.audit.parsed()) {
    return gateway::run_audit_command(tools.audit, choices.audit, sources, std::cout, std::cerr);
  }
  if (tools.suggest->parsed()) {
    return gateway::suggest::run_suggest(choices.suggest, sources, std::cout, std::cerr);
  }
  if (tools.dump->parsed()) {
    return gateway::run_catalog_dump({.config = choices.config, .database = choices.check.database},
                                     sources, std::cout, std::cerr);
  }
  return std::nullopt;
}

int run(int argc, char** argv) {
  CLI::App app(
      "Postern, a PostgreSQL gateway: every statement is judged, audited, then forwarded.");
  app.set_version_flag("--version", "postern " POSTERN_VERSION);
  app.require_subcommand(1);
  Choices choices;

  CLI::App* serve_command = app.add_subcommand("serve", "Serve until SIGTERM");
  add_config_option(*serve_command, choices);

  CLI::App* config_command = app.add_subcommand("config", "Look at a configuration");
  config_command->require_subcommand(1);
  CLI::App* validate = config_command->add_subcommand("validate", "Print every error and warning");
  add_config_option(*validate, choices);
  validate->add_option("--catalog", choices.validation.catalog, "A snapshot to compare rules with");
  validate->add_option("-d,--database", choices.validation.database, "The database that it is of");
  CLI::App* show = config_command->add_subcommand("show", "Print what is in force, secrets hidden");
  add_config_option(*show, choices);

  CLI::App* check_command = app.add_subcommand("check", "Judge statements without running them");
  add_config_option(*check_command, choices);
  add_check_options(*check_command, choices.check);

  const Tools tools = add_tools(app, choices);
  add_denial_commands(app, choices);

  CLI::App* demo = app.add_subcommand("demo", "Serve a throwaway PostgreSQL with a small shop");
  demo->add_flag("--check", choices.demo.check, "Run a tour on free ports, then end");
  demo->add_option("--port", choices.demo.port, "For clients")->capture_default_str();
  demo->add_option("--metrics-port", choices.demo.metrics_port, "For metrics and health")
      ->capture_default_str();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (serve_command->parsed()) return serve(choices.config);
  if (check_command->parsed()) return check(choices);
  if (demo->parsed()) return gateway::demo::run_demo(choices.demo);
  const auto sources = gateway::config::process_sources();
  if (const auto status = run_tool(tools, choices, sources)) return *status;
  if (!choices.denial.verb.empty()) {
    choices.denial.config = choices.config;
    return gateway::run_denial(choices.denial, sources, std::cout, std::cerr);
  }
  choices.validation.path = choices.config;
  choices.validation.check_tls_files = gateway::check_tls_files;
  return validate->parsed()
             ? gateway::config::run_config_validate(choices.validation, sources, std::cout,
                                                    std::cerr)
             : gateway::config::run_config_show(choices.config, sources, std::cout, std::cerr);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // of a library, such as std::bad_alloc
    std::fprintf(stderr, "postern: %s\n", error.what());
    return EXIT_FAILURE;
  }
}

// SPDX-License-Identifier: Apache-2.0
#include "gateway/denial_command.h"

#include <expected>
#include <ostream>

#include "gateway/admin/client.h"
#include "gateway/admin/quoting.h"
#include "gateway/config/command.h"
#include "gateway/config/load.h"

namespace gateway {
namespace {

constexpr int kRefused = 1, kUnusable = 2;

std::string line_of(const DenialOptions& options) {
  if (options.verb == "LIST") return options.verb;
  std::string line = options.verb + ' ' + options.kind + ' ' + admin::quoted(options.name);
  const auto clause = [&line](const char* keyword, const std::string& value) {
    if (!value.empty()) line += std::string(keyword) + admin::quoted(value);
  };
  clause(" DATABASE ", options.database);
  clause(" FOR ", options.lasts);
  clause(" REASON ", options.reason);
  if (options.cancels) line += " CANCEL";
  return line;
}

}  // namespace

int run_denial(const DenialOptions& options, const config::Sources& sources, std::ostream& out,
               std::ostream& err) {
  std::string socket = options.socket;
  if (socket.empty()) {
    const auto parsed = config::load(options.config, sources);
    if (!parsed) {
      config::print(parsed.error(), options.config, err);
      return kUnusable;
    }
    socket = parsed->config.listen.admin_socket;
  }
  if (socket.empty()) {
    err << "postern: " << options.config << " has no listen.admin_socket; give one, or --socket\n";
    return kUnusable;
  }
  const auto answer = admin::ask(socket, line_of(options));
  if (!answer) {
    err << "postern: " << answer.error() << "\n";
    return kRefused;
  }
  out << *answer;
  return 0;
}

}  // namespace gateway

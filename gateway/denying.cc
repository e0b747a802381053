// SPDX-License-Identifier: Apache-2.0
#include "gateway/denying.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "gateway/admin/quoting.h"
#include "gateway/telemetry/log.h"

namespace gateway {
namespace {

using std::chrono::seconds;

// What is left of it, at least a second; 0: it has no end.
std::uint64_t seconds_left(const admin::Denial& denial, admin::Denial::TimePoint now) {
  if (!denial.until) return 0;
  const auto left = std::chrono::ceil<seconds>(*denial.until - now).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(left, 1));
}

// The command that would make it again.
std::string line_of(const admin::Denial& denial, admin::Denial::TimePoint now) {
  std::string line = "DENY " + admin::text_of(denial.target);
  if (denial.until) line += fmt::format(" FOR {}s", seconds_left(denial, now));
  if (!denial.reason.empty()) line += " REASON " + admin::quoted(denial.reason);
  return line + '\n';
}

}  // namespace

std::string Denying::answer(std::string_view line, std::uint32_t uid) {
  const auto command = admin::parse_command(line);
  if (!command) return "ERROR " + command.error() + '\n';
  if (const auto* asked = std::get_if<admin::Deny>(&*command)) return deny(*asked, uid);
  if (const auto* asked = std::get_if<admin::Allow>(&*command)) return allow(*asked, uid);
  return list();
}

std::string Denying::deny(const admin::Deny& deny, std::uint32_t uid) {
  admin::Denial denial{.target = deny.target, .reason = deny.reason, .uid = uid};
  if (deny.lasts) denial.until = std::chrono::steady_clock::now() + *deny.lasts;
  const auto& target = deny.target;
  if (!target.database.empty() && running_.roster.find_database(target.database) == nullptr) {
    return "ERROR there is no database " + admin::quoted(target.database) + '\n';
  }
  if (!running_.denials.deny(denial)) {
    return fmt::format("ERROR {} are denied already, which is the most: lift some by ALLOW\n",
                       admin::kDenialsMax);
  }
  note(Change::Denied, denial);
  if (deny.running == admin::Running::GoesOn) return "OK denied\n";
  return fmt::format("OK denied, {} cancelled\n",
                     running_.roster.cancel(target.database, target.user));
}

std::string Denying::allow(const admin::Allow& allow, std::uint32_t uid) {
  if (!running_.denials.allow(allow.target)) {
    return "ERROR " + admin::text_of(allow.target) + " is not denied; LIST shows what is\n";
  }
  note(Change::Allowed, {.target = allow.target, .uid = uid});
  return "OK allowed\n";
}

std::string Denying::list() const {
  const auto now = std::chrono::steady_clock::now();
  std::string lines;
  for (const admin::Denial& denial : running_.denials.all()) lines += line_of(denial, now);
  return lines + fmt::format("OK {} denied\n", running_.denials.size());
}

void Denying::expire() {
  for (const admin::Denial& denial : running_.denials.expire(std::chrono::steady_clock::now())) {
    note(Change::Expired, denial);
  }
}

std::string_view Denying::name(Change change) {
  switch (change) {
    case Change::Denied: return "denied";
    case Change::Allowed: return "allowed";
    case Change::Expired: return "expired";
  }
  std::unreachable();
}

void Denying::note(Change change, const admin::Denial& denial) {
  const std::string_view status = name(change);
  const std::string target = admin::text_of(denial.target);
  const std::uint64_t left = change == Change::Denied
                                 ? seconds_left(denial, std::chrono::steady_clock::now())
                                 : std::uint64_t{0};
  telemetry::log_warn(
      "denial changed",
      {{"status", status}, {"target", target}, {"uid", denial.uid}, {"reason", denial.reason}});
  running_.audit.append(
      audit::Log::format_denial(
          {.target = target, .reason = denial.reason, .seconds = left, .uid = denial.uid}),
      audit::Occurrence{.event = audit::Event::DenialChanged, .status = status});
  running_.loop.wake();
}

}  // namespace gateway

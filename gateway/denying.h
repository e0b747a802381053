// SPDX-License-Identifier: Apache-2.0
// Does what operators say on the admin socket: what is denied or allowed again counts from the next
// message on, and is said in the audit and the log. It outlives reloads, not the process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/admin/command.h"
#include "gateway/admin/denials.h"
#include "gateway/audit/log.h"
#include "gateway/net/loop.h"
#include "gateway/relay/roster.h"

namespace gateway {

class Denying {
 public:
  // Each outlives it.
  struct Running {
    net::Loop& loop;
    admin::Denials& denials;
    relay::Roster& roster;
    audit::Log& audit;
  };
  explicit Denying(Running running) : running_(running) {}

  // As admin::Answer.
  std::string answer(std::string_view line, std::uint32_t uid);
  // Lifts those whose time is over; to be called a few times a second.
  void expire();

 private:
  enum class Change : std::uint8_t { Denied, Allowed, Expired };

  static std::string_view name(Change change);  // the status in the audit and the log
  std::string deny(const admin::Deny& deny, std::uint32_t uid);
  std::string allow(const admin::Allow& allow, std::uint32_t uid);
  std::string list() const;
  void note(Change change, const admin::Denial& denial);

  Running running_;
};

}  // namespace gateway

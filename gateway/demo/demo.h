// SPDX-License-Identifier: Apache-2.0
// `postern demo`: a supervisor of two children, a throwaway PostgreSQL and `postern serve`. It
// knows the gateway only as a program: nothing of it is linked in here.
#pragma once

#include <cstdint>
#include <string>

namespace gateway::demo {

struct DemoOptions {
  bool check = false;  // free ports, a tour of statements, then the end
  std::uint16_t port = 6432;
  std::uint16_t metrics_port = 9090;
  std::string program = "/proc/self/exe";  // run as: PROGRAM serve --config FILE
};

// Runs until SIGINT or SIGTERM (or the tour's end) and leaves nothing behind. The process's exit
// code: 0; 1 when something failed, which is then said on standard error. Call it before starting
// threads.
int run_demo(const DemoOptions& options);

}  // namespace gateway::demo

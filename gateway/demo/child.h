// SPDX-License-Identifier: Apache-2.0
// A child process that never outlives us: it is stopped when its owner goes, and the kernel signals
// it should we be killed. It has a session of its own, so that Ctrl-C reaches only the supervisor.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "gateway/demo/account.h"
#include "gateway/demo/failure.h"
#include "gateway/demo/signals.h"

namespace gateway::demo {

struct Command {
  std::vector<std::string> argv;         // argv[0] is the path, not searched
  std::vector<std::string> environment;  // NAME=value, added to ours without any PG* variable
  std::optional<Account> account;        // run as; else as we do
  std::string input_path;                // standard input; empty: /dev/null
  std::string output_path;               // standard output and error, appended; empty: ours
  int stop_signal = SIGTERM;             // asks it to end; also sent by the kernel when we die
};

class Child {
 public:
  // Fails also when the program could not be executed.
  static Result<Child> spawn(const Command& command);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();  // stop()

  // The exit code, or 128 + the signal that ended it; nothing while it runs.
  std::optional<int> exit_code();
  // Asks it to end, kills it after some seconds, and waits until it is gone.
  int stop();
  // Until it ended by itself. Fails at the deadline or when the user asks to stop.
  Result<int> wait(Signals& signals, std::chrono::milliseconds at_most);

 private:
  Child(pid_t pid, int stop_signal, std::string name);
  pid_t pid_ = -1;  // -1: moved from
  int stop_signal_;
  std::string name_;
  std::optional<int> exit_code_;
};

}  // namespace gateway::demo

// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string_view>
#include <utility>

namespace gateway::demo {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kStopGrace{15'000};
constexpr milliseconds kPoll{50};

// All that is between fork and exec must be prepared: only system calls are safe there.
struct Prepared {
  std::vector<char*> argv, envp;
  std::vector<std::string> environment;
  const Command* command = nullptr;
  const char* input = "/dev/null";
  pid_t parent = 0;
};

Prepared prepare(const Command& command) {
  Prepared prepared;
  prepared.command = &command;
  prepared.parent = getpid();
  if (!command.input_path.empty()) prepared.input = command.input_path.c_str();
  for (const std::string& argument : command.argv) {
    prepared.argv.push_back(const_cast<char*>(argument.c_str()));
  }
  prepared.argv.push_back(nullptr);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("PG")) prepared.environment.emplace_back(*entry);
  }
  for (const std::string& entry : command.environment) prepared.environment.push_back(entry);
  for (std::string& entry : prepared.environment) prepared.envp.push_back(entry.data());
  prepared.envp.push_back(nullptr);
  return prepared;
}

bool redirect(const Prepared& prepared) {
  const int input = open(prepared.input, O_RDONLY);
  if (input < 0 || dup2(input, STDIN_FILENO) < 0) return false;
  if (prepared.command->output_path.empty()) return true;
  const int output =
      open(prepared.command->output_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  return output >= 0 && dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0;
}

bool become(const std::optional<Account>& account) {
  if (!account) return true;
  return setgroups(0, nullptr) == 0 && setgid(account->gid) == 0 && setuid(account->uid) == 0;
}

void reset_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
}

// In the child. Files are opened with our rights, then those are dropped. A change of user clears
// the parent-death signal, so that comes after.
[[noreturn]] void become_program(const Prepared& prepared, int report_fd) {
  setsid();
  reset_signals();
  if (redirect(prepared) && become(prepared.command->account) && chdir("/") == 0) {
    prctl(PR_SET_PDEATHSIG, prepared.command->stop_signal);
    if (getppid() != prepared.parent) _exit(1);
    execve(prepared.argv[0], prepared.argv.data(), prepared.envp.data());
  }
  const int reason = errno;
  [[maybe_unused]] const auto ignored = write(report_fd, &reason, sizeof reason);
  _exit(127);
}

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

milliseconds until(steady_clock::time_point deadline) {
  return std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
}

}  // namespace

Child::Child(pid_t pid, int stop_signal, std::string name)
    : pid_(pid), stop_signal_(stop_signal), name_(std::move(name)) {}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      stop_signal_(other.stop_signal_),
      name_(std::move(other.name_)),
      exit_code_(other.exit_code_) {}

Child::~Child() {
  if (pid_ > 0) stop();
}

Result<Child> Child::spawn(const Command& command) {
  const Prepared prepared = prepare(command);
  int report[2];  // closed by a successful exec, else it carries errno
  if (pipe2(report, O_CLOEXEC) != 0) return fail_errno("cannot make a pipe");
  const pid_t pid = fork();
  if (pid == 0) become_program(prepared, report[1]);
  close(report[1]);
  if (pid < 0) {
    close(report[0]);
    return fail_errno("cannot start a process");
  }
  Child child{pid, command.stop_signal, command.argv.front()};
  int reason = 0;
  const bool failed = read(report[0], &reason, sizeof reason) == sizeof reason;
  close(report[0]);
  if (!failed) return child;
  errno = reason;
  return fail_errno("cannot run " + command.argv.front());
}

std::optional<int> Child::exit_code() {
  int status = 0;
  if (!exit_code_ && waitpid(pid_, &status, WNOHANG) == pid_) exit_code_ = code_of(status);
  return exit_code_;
}

int Child::stop() {
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  const timespec pause{0, std::chrono::nanoseconds(kPoll).count()};
  const auto deadline = steady_clock::now() + kStopGrace;
  if (!exit_code()) kill(pid_, stop_signal_);
  while (!exit_code()) {
    if (steady_clock::now() >= deadline) kill(pid_, SIGKILL);
    sigtimedwait(&child_ended, nullptr, &pause);
  }
  return *exit_code_;
}

Result<int> Child::wait(Signals& signals, milliseconds at_most) {
  const auto deadline = steady_clock::now() + at_most;
  while (!exit_code()) {
    if (signals.stopping()) return std::unexpected(Failure{"stopped", true});
    if (steady_clock::now() >= deadline) {
      return fail(fmt::format("{} did not end within {} s", name_, at_most.count() / 1000));
    }
    signals.wait(std::min(kPoll, until(deadline)));
  }
  return *exit_code_;
}

}  // namespace gateway::demo

// SPDX-License-Identifier: Apache-2.0
#include "tests/support/postgres_cluster.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/wait.h"

namespace tests {
namespace {

namespace fs = std::filesystem;
constexpr int kStartAttempts = 5;  // another process may take the free port first
constexpr std::chrono::seconds kStartTimeout{60};

using Arguments = std::vector<std::string>;

// Newest of Debian's layout, else from PATH.
std::string binary(const std::string& name) {
  std::vector<std::pair<int, std::string>> found;
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const fs::path candidate = version.path() / "bin" / name;
    if (fs::exists(candidate)) {
      found.emplace_back(std::atoi(version.path().filename().c_str()), candidate);
    }
  }
  return found.empty() ? name : std::ranges::max(found).second;
}

// PostgreSQL refuses to run as root.
void become_postgres() {
  if (::geteuid() != 0) return;
  const passwd* user = ::getpwnam("postgres");
  if (user == nullptr || ::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
      ::setuid(user->pw_uid) != 0) {
    ::_exit(126);
  }
}

[[noreturn]] void execute(const Arguments& arguments, const std::string& log) {
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::setenv("LC_ALL", "C.UTF-8", 1);
  std::vector<char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  ::execvp(pointers[0], pointers.data());
  ::_exit(127);
}

pid_t spawn(const Arguments& arguments, const std::string& log) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  become_postgres();
  ::signal(SIGPIPE, SIG_DFL);
  execute(arguments, log);
}

bool succeeds(const Arguments& arguments, const std::string& log) {
  int status = 0;
  const pid_t child = spawn(arguments, log);
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  ::close(fd);
  return ntohs(address.sin_port);
}

std::string make_directory() {
  std::string path = fs::temp_directory_path() / "postern-test-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return "";
  if (::geteuid() == 0) {
    const passwd* user = ::getpwnam("postgres");
    if (user == nullptr || ::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) return "";
  }
  return path;
}

// Waits until the lifeline is cut, then stops the postmaster and removes everything. It holds no
// other descriptor: another cluster's lifeline, say.
[[noreturn]] void run_janitor(int lifeline, const std::string& directory, const Arguments& server) {
  ::dup2(lifeline, 3);
  ::close_range(4, ~0U, 0);
  ::setpgid(0, 0);  // Ctrl-C reaches the test, whose end cuts the lifeline
  const pid_t postmaster = spawn(server, directory + "/log");
  char byte;
  while (::read(3, &byte, 1) < 0 && errno == EINTR) {
  }
  ::kill(postmaster, SIGCONT);
  ::kill(postmaster, SIGQUIT);
  ::waitpid(postmaster, nullptr, 0);
  std::error_code ignored;
  fs::remove_all(directory, ignored);
  ::_exit(0);
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool wait_until_ready(const std::string& conninfo) {
  return wait_until([&] { return PQping(conninfo.c_str()) == PQPING_OK; }, kStartTimeout);
}

Arguments server_arguments(const std::string& directory, std::uint16_t port,
                           const std::vector<std::string>& settings) {
  Arguments arguments{
      binary("postgres"),   "-D", directory + "/data",         "-k", directory, "-p",
      std::to_string(port), "-c", "listen_addresses=127.0.0.1"};
  for (const char* fast : {"fsync=off", "full_page_writes=off", "synchronous_commit=off",
                           "shared_buffers=16MB", "autovacuum=off", "max_connections=40"}) {
    arguments.insert(arguments.end(), {"-c", fast});
  }
  for (const auto& setting : settings) arguments.insert(arguments.end(), {"-c", setting});
  return arguments;
}

}  // namespace

std::expected<std::unique_ptr<PostgresCluster>, std::string> PostgresCluster::start(
    std::vector<std::string> settings) {
  std::string reason;
  for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
    std::unique_ptr<PostgresCluster> cluster(new PostgresCluster());
    cluster->directory_ = make_directory();
    if (cluster->directory_.empty()) return std::unexpected("cannot make a directory for postgres");
    const std::string log = cluster->directory_ + "/log";
    const Arguments initdb{binary("initdb"),
                           "-D",
                           cluster->directory_ + "/data",
                           "-A",
                           "trust",
                           "-U",
                           "postgres",
                           "--no-sync",
                           "-E",
                           "UTF8",
                           "--locale=C"};
    if (!succeeds(initdb, log)) {
      reason = "initdb failed: " + text_of(log);
      fs::remove_all(cluster->directory_);
      return std::unexpected(reason);
    }
    cluster->port_ = free_port();
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected("no pipe");
    cluster->lifeline_ = ends[1];
    cluster->janitor_ = ::fork();
    if (cluster->janitor_ == 0) {
      run_janitor(ends[0], cluster->directory_,
                  server_arguments(cluster->directory_, cluster->port_, settings));
    }
    ::close(ends[0]);
    if (wait_until_ready(cluster->conninfo())) return cluster;
    reason = "postgres did not start: " + text_of(log);
  }
  return std::unexpected(reason);
}

PostgresCluster::~PostgresCluster() {
  if (lifeline_ >= 0) ::close(lifeline_);
  if (janitor_ > 0) ::waitpid(janitor_, nullptr, 0);
}

std::string PostgresCluster::conninfo() const {
  return "host=" + directory_ + " port=" + std::to_string(port_) + " user=postgres dbname=postgres";
}

std::string PostgresCluster::query(const std::string& sql) const {
  PGconn* connection = PQconnectdb(conninfo().c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const auto status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    std::fprintf(stderr, "%s: %s\n", sql.c_str(), PQerrorMessage(connection));
    std::abort();
  }
  std::string value = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
  PQclear(result);
  PQfinish(connection);
  return value;
}

void PostgresCluster::signal_postmaster(int signum) const {
  ::kill(std::atoi(text_of(directory_ + "/data/postmaster.pid").c_str()), signum);
}

}  // namespace tests

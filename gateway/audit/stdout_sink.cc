// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string>

#include "gateway/audit/file.h"
#include "gateway/audit/sink.h"

namespace gateway::audit {
namespace {

enum class Way : std::uint8_t {
  File,       // a regular file does not block
  Reopened,   // pipe or terminal, opened again: a description of our own, which is non-blocking
  Socket,     // MSG_DONTWAIT needs no flag on the description
  PollFirst,  // a pipe that cannot be opened again: after POLLOUT it takes PIPE_BUF bytes
};

class StdoutSink final : public Sink {
 public:
  StdoutSink(int fd, std::size_t backlog_max) : fd_(fd), backlog_max_(backlog_max) {
    struct stat facts{};
    if (::fstat(fd, &facts) != 0) return;  // the first write says what is wrong
    if (S_ISREG(facts.st_mode)) {
      way_ = Way::File;
    } else if (S_ISSOCK(facts.st_mode)) {
      way_ = Way::Socket;
    } else {
      reopen();
    }
  }

  std::expected<Place, std::string> make_ready(std::size_t, std::chrono::microseconds) override {
    return Place::Same;
  }

  // After an error inside a line the rest of that line is still known, so it only has to follow.
  Result write(std::string_view lines, std::chrono::microseconds) override {
    if (const int error = send_backlog(); error != 0) return refuse(error, 0);
    if (!backlog_.empty()) return hold_back(lines);
    const Written written = send(lines);
    if (written.error != 0 && written.bytes == 0) return refuse(written.error, 0);
    backlog_.assign(lines.substr(written.bytes));
    return written.error == 0 ? Result{} : refuse(written.error, lines.size());
  }

  bool has_backlog() const override { return !backlog_.empty(); }

 private:
  void reopen() {
    const std::string path = "/proc/self/fd/" + std::to_string(fd_);
    constexpr int kFlags = O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    reopened_ = FileDescriptor{::open(path.c_str(), kFlags)};
    if (!reopened_.is_open()) return;
    fd_ = reopened_.get();
    way_ = Way::Reopened;
  }

  static Result refuse(int error, std::size_t taken_bytes) {
    return std::unexpected(WriteFailure{describe("cannot write", "stdout", error), taken_bytes, 0});
  }

  ssize_t send_once(std::string_view bytes) {
    switch (way_) {
      case Way::File:
      case Way::Reopened: return ::write(fd_, bytes.data(), bytes.size());
      case Way::Socket: return ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      case Way::PollFirst: break;
    }
    pollfd ready{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (::poll(&ready, 1, 0) == 0) {
      errno = EAGAIN;
      return -1;
    }
    return ::write(fd_, bytes.data(), bytes.size() < PIPE_BUF ? bytes.size() : PIPE_BUF);
  }

  // EAGAIN is no error: fewer bytes are written.
  Written send(std::string_view bytes) {
    Written written;
    while (written.bytes < bytes.size()) {
      const ssize_t count = send_once(bytes.substr(written.bytes));
      if (count > 0) {
        written.bytes += static_cast<std::size_t>(count);
      } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
        written.error = count == 0 ? EIO : errno;
        break;
      } else if (errno == EAGAIN) {
        break;
      }
    }
    return written;
  }

  int send_backlog() {
    const Written written = send(backlog_);
    backlog_.erase(0, written.bytes);
    if (backlog_.empty()) backlog_.shrink_to_fit();
    return written.error;
  }

  Result hold_back(std::string_view lines) {
    if (backlog_.size() + lines.size() > backlog_max_) {
      return std::unexpected(WriteFailure{"stdout is not being read: its buffer is full", 0, 0});
    }
    backlog_.append(lines);
    return {};
  }

  int fd_;
  std::size_t backlog_max_;
  Way way_ = Way::PollFirst;
  FileDescriptor reopened_;
  std::string backlog_;
};

}  // namespace

std::unique_ptr<Sink> open_stdout_sink(int fd, std::size_t backlog_max) {
  return std::make_unique<StdoutSink>(fd, backlog_max);
}

}  // namespace gateway::audit

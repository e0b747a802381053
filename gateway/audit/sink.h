// SPDX-License-Identifier: Apache-2.0
// Where batches of lines go. A sink never blocks and never loses a line it took.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace gateway::audit {

struct WriteFailure {
  std::string reason;
  // Bytes of the whole lines that were taken. A line that the failure tore in two is not among
  // them: it is to be given again, and the file sink then starts with a newline, so that the torn
  // part stands alone on its line.
  std::size_t taken_bytes = 0;
};

class Sink {
 public:
  using Result = std::expected<void, WriteFailure>;
  virtual ~Sink() = default;
  // `lines` is whole lines, or empty: then only what is held back is tried again.
  virtual Result write(std::string_view lines, std::chrono::microseconds now) = 0;
  virtual bool has_backlog() const { return false; }  // taken, but not out yet
  // A trouble that costs no record (a rotation that failed). Empty without one.
  virtual std::string_view complaint() const { return {}; }
};

struct RotationSettings {
  std::uint64_t bytes_max = 0;  // 0: never rotated here
  unsigned files_max = 1;       // old files kept: path.1 (newest) to path.N
};

std::expected<std::unique_ptr<Sink>, std::string> open_file_sink(std::string path,
                                                                 RotationSettings rotation);

// `fd` is borrowed and stays as it is: stdout is shared with the terminal and other processes, so
// its O_NONBLOCK is not touched. While nobody reads, at most `backlog_max` bytes or one batch are
// held back; more is refused. A writer to a closed pipe gets SIGPIPE: the process ignores that
// signal.
std::unique_ptr<Sink> open_stdout_sink(int fd, std::size_t backlog_max);

}  // namespace gateway::audit

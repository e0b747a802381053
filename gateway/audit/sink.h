// SPDX-License-Identifier: Apache-2.0
// Where batches of lines go. A sink never blocks, but for the disk, and never loses a line it took.
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
  // part stands alone on its line. Where only the newline is missing the line was taken: a backlog.
  std::size_t taken_bytes = 0;
  // Of the torn line, right behind what was taken.
  std::size_t torn_bytes = 0;
};

enum class Place : std::uint8_t {
  Same,  // behind what was written last
  New,   // the beginning of a file
};

// Fsync: what write() took is on the disk when it returns. Where that fails the lines were taken,
// but may not outlive a power cut.
enum class Durability : std::uint8_t { Write, Fsync };

class Sink {
 public:
  using Result = std::expected<void, WriteFailure>;
  virtual ~Sink() = default;
  // Before each write() of lines: rotates if they would not fit, and notices that the file was
  // moved away.
  virtual std::expected<Place, std::string> make_ready(std::size_t bytes,
                                                       std::chrono::microseconds now) = 0;
  // `lines` is whole lines, or empty: then only what is held back is tried again.
  virtual Result write(std::string_view lines, std::chrono::microseconds now) = 0;
  virtual bool has_backlog() const { return false; }  // taken, but not out yet
  // A trouble that costs no record (a rotation that failed). Empty without one.
  virtual std::string_view complaint() const { return {}; }
};

struct RotationSettings {
  std::uint64_t bytes_max = 0;  // 0: never rotated here
  unsigned files_max = 1;       // old files kept: path.1 (newest) to path.N
  // A file holds what was written between two multiples of it since the epoch. 0: any time.
  std::chrono::microseconds every{0};
};

struct FileSettings {
  RotationSettings rotation{};
  Durability durability = Durability::Write;
};

std::expected<std::unique_ptr<Sink>, std::string> open_file_sink(std::string path,
                                                                 FileSettings settings);

// `fd` is borrowed and stays as it is: stdout is shared with the terminal and other processes, so
// its O_NONBLOCK is not touched. While nobody reads, at most `backlog_max` bytes or one batch are
// held back; more is refused. A writer to a closed pipe gets SIGPIPE: the process ignores that
// signal.
std::unique_ptr<Sink> open_stdout_sink(int fd, std::size_t backlog_max);

}  // namespace gateway::audit

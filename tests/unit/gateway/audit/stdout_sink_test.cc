// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "gateway/audit/file.h"
#include "gateway/audit/sink.h"
#include "temporary_folder.h"

namespace gateway::audit {
namespace {

constexpr std::size_t kBacklogMax = 10'000;
constexpr std::chrono::microseconds kNow{0};

struct Ends {
  FileDescriptor reader, writer;
};

Ends make_pipe() {
  std::array<int, 2> fds{};
  EXPECT_EQ(::pipe(fds.data()), 0);
  ::fcntl(fds[0], F_SETFL, O_NONBLOCK);
  return {FileDescriptor{fds[0]}, FileDescriptor{fds[1]}};
}

Ends make_sockets() {
  std::array<int, 2> fds{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data()), 0);
  ::fcntl(fds[0], F_SETFL, O_NONBLOCK);
  return {FileDescriptor{fds[0]}, FileDescriptor{fds[1]}};
}

std::string read_available(const FileDescriptor& fd) {
  std::string out;
  std::array<char, 4096> chunk;
  ssize_t count;
  while ((count = ::read(fd.get(), chunk.data(), chunk.size())) > 0) {
    out.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return out;
}

// Writes numbered lines until the sink refuses one; returns all that were taken.
std::string fill(Sink& sink) {
  std::string taken;
  for (int number = 0;; ++number) {
    const std::string line = std::to_string(number) + std::string(1'000, '.') + '\n';
    if (!sink.write(line, kNow)) return taken;
    taken.append(line);
  }
}

// Reads until everything that was held back is out.
std::string drain(Sink& sink, const FileDescriptor& reader) {
  std::string out = read_available(reader);
  while (sink.has_backlog()) {
    EXPECT_TRUE(sink.write({}, kNow));
    out.append(read_available(reader));
  }
  return out;
}

class StdoutSinkWays : public testing::TestWithParam<Ends (*)()> {};

TEST_P(StdoutSinkWays, NeverBlocksHoldsBackUpToItsMaximumAndLosesNothing) {
  const Ends ends = GetParam()();
  const auto sink = open_stdout_sink(ends.writer.get(), kBacklogMax);
  std::string taken = fill(*sink);
  EXPECT_TRUE(sink->has_backlog());
  const auto refused = sink->write(std::string(2'000, 'x') + '\n', kNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().taken_bytes, 0u);
  EXPECT_EQ(refused.error().reason, "stdout is not being read: its buffer is full");
  EXPECT_EQ(drain(*sink, ends.reader), taken);
  EXPECT_TRUE(sink->write("again\n", kNow));
  EXPECT_EQ(read_available(ends.reader), "again\n");
}

TEST_P(StdoutSinkWays, LeavesTheSharedDescriptionBlocking) {
  const Ends ends = GetParam()();
  const auto sink = open_stdout_sink(ends.writer.get(), kBacklogMax);
  ASSERT_TRUE(sink->write("line\n", kNow));
  EXPECT_EQ(::fcntl(ends.writer.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_P(StdoutSinkWays, AReaderThatWentAwayIsAFailure) {
  ::signal(SIGPIPE, SIG_IGN);
  Ends ends = GetParam()();
  const auto sink = open_stdout_sink(ends.writer.get(), kBacklogMax);
  ends.reader = FileDescriptor{};
  const auto result = sink->write("line\n", kNow);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().reason, "cannot write stdout: Broken pipe");
  EXPECT_EQ(result.error().taken_bytes, 0u);
}

INSTANTIATE_TEST_SUITE_P(Pipe, StdoutSinkWays, testing::Values(&make_pipe));
INSTANTIATE_TEST_SUITE_P(Socket, StdoutSinkWays, testing::Values(&make_sockets));

TEST(StdoutSink, SharesItsPositionInAFile) {
  const TemporaryFolder folder;
  const std::string path = folder.file("out");
  const FileDescriptor fd{::open(path.c_str(), O_WRONLY | O_CREAT, 0600)};
  const auto sink = open_stdout_sink(fd.get(), kBacklogMax);
  ASSERT_EQ(::write(fd.get(), "a\n", 2), 2);
  ASSERT_TRUE(sink->write("b\n", kNow));
  ASSERT_EQ(::write(fd.get(), "c\n", 2), 2);
  EXPECT_EQ(read_file(path), "a\nb\nc\n");
}

TEST(StdoutSink, AFullDeviceIsAFailure) {
  const FileDescriptor fd{::open("/dev/full", O_WRONLY)};
  const auto result = open_stdout_sink(fd.get(), kBacklogMax)->write("line\n", kNow);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().reason, "cannot write stdout: No space left on device");
}

}  // namespace
}  // namespace gateway::audit

// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/stream.h"

#include <gtest/gtest.h>

#include "tests/support/loop_runner.h"
#include "tests/unit/gateway/net/recorder.h"

namespace gateway::net {
namespace {

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() {
    stream->set_events(&events);
    stream->resume();
  }
  ~StreamTest() override { close_peer(); }

  void close_peer() {
    if (peer >= 0) ::close(peer);
    peer = -1;
  }
  void send_from_peer(std::string_view bytes) {
    ASSERT_EQ(::send(peer, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  bool run_until(std::move_only_function<bool()> condition) {
    return runner.run_until(std::move(condition));
  }
  // More than any socket buffer takes at once.
  static std::string large() { return std::string(8'000'000, 'x') + "end"; }

  tests::LoopRunner runner;
  std::array<int, 2> pair = socket_pair();
  int peer = pair[1];
  Recorder events;
  std::unique_ptr<Stream> stream =
      std::make_unique<Stream>(runner.loop, pair[0], Stream::Ownership::Owned);
};

TEST_F(StreamTest, ReadsWhatThePeerSends) {
  send_from_peer("hello");
  ASSERT_TRUE(run_until([&] { return events.received == "hello"; }));
}

TEST_F(StreamTest, ReadsNothingWhilePaused) {
  stream->pause();
  send_from_peer("hello");
  runner.run_iterations(5);
  EXPECT_EQ(events.received, "");
  EXPECT_TRUE(stream->has_pending_input());
  stream->resume();
  EXPECT_TRUE(run_until([&] { return events.received == "hello"; }));
  EXPECT_FALSE(stream->has_pending_input());
}

TEST_F(StreamTest, ReadsAtMostOneBufferAnEvent) {
  send_from_peer(std::string(100'000, 'y'));
  ASSERT_TRUE(run_until([&] { return events.received.size() == 100'000; }));
  EXPECT_GE(events.reads, 2);
}

TEST_F(StreamTest, KeepsInputBackWithoutEvents) {
  stream->set_events(nullptr);
  send_from_peer("hello");
  close_peer();
  runner.run_iterations(5);
  EXPECT_EQ(events.received, "");
  EXPECT_EQ(events.ends, 0);
  stream->set_events(&events);
  stream->resume();
  ASSERT_TRUE(run_until([&] { return events.ends == 1; }));
  EXPECT_EQ(events.received, "hello");
}

TEST_F(StreamTest, SendsAtOnceWhatTheSocketTakes) {
  stream->write("abc");
  EXPECT_EQ(stream->queued_bytes(), 0U);
  EXPECT_EQ(read_available(peer), "abc");
  runner.run_iterations(3);
  EXPECT_EQ(events.writables, 0);
}

TEST_F(StreamTest, SendsManyPiecesInOrder) {
  std::vector<std::string> texts;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    texts.push_back(i % 3 == 0 ? "" : std::to_string(i));
    expected += texts.back();
  }
  const std::vector<std::string_view> pieces(texts.begin(), texts.end());
  stream->write(pieces);
  EXPECT_EQ(read_available(peer), expected);
}

TEST_F(StreamTest, QueuesWhatTheSocketDoesNotTakeAndTellsWhenItIsSent) {
  const std::string expected = large();
  stream->write(expected);
  EXPECT_GT(stream->queued_bytes(), 0U);
  std::string got;
  ASSERT_TRUE(run_until([&] {
    got += read_available(peer);
    return got.size() == expected.size() && events.writables == 1;
  }));
  EXPECT_EQ(got, expected);
  EXPECT_EQ(stream->queued_bytes(), 0U);
}

TEST_F(StreamTest, KeepsOrderBetweenRestAndLaterWrites) {
  const std::string first = large();
  const std::vector<std::string_view> pieces{first, "second", ""};
  stream->write(pieces);
  stream->write("third");
  std::string got;
  ASSERT_TRUE(run_until([&] {
    got += read_available(peer);
    return stream->queued_bytes() == 0 && got.size() == first.size() + 11;
  }));
  EXPECT_EQ(got, first + "secondthird");
}

TEST_F(StreamTest, HoldsQueuedBytesUntilFlush) {
  const std::vector<std::string_view> pieces{"a", "b"};
  stream->queue(pieces);
  stream->write("c");
  runner.run_iterations(3);
  EXPECT_EQ(read_available(peer), "");
  EXPECT_EQ(stream->queued_bytes(), 3U);
  stream->flush();
  EXPECT_EQ(read_available(peer), "abc");
  EXPECT_EQ(events.writables, 1);
}

TEST_F(StreamTest, HoldsQueuedBytesEvenWhenTheSocketBecomesWritable) {
  const std::string first = large();
  stream->write(first);
  const std::string_view held = "held";
  stream->queue(std::span(&held, 1));
  stream->write("behind");
  std::string got;
  ASSERT_TRUE(run_until([&] {
    got += read_available(peer);
    return stream->queued_bytes() == 10;
  }));
  runner.run_iterations(5);
  got += read_available(peer);
  EXPECT_EQ(got.size(), first.size());
  EXPECT_EQ(events.writables, 0);
  stream->flush();
  EXPECT_EQ(read_available(peer), "heldbehind");
  EXPECT_EQ(events.writables, 1);
}

TEST_F(StreamTest, FinishSendsHeldBytesToo) {
  const std::string_view held = "held";
  stream->queue(std::span(&held, 1));
  stream->finish();
  ASSERT_TRUE(run_until([&] { return events.ends == 1; }));
  EXPECT_EQ(read_available(peer), "held");
}

TEST_F(StreamTest, TellsAnEofOnceAfterTheLastBytes) {
  send_from_peer("bye");
  close_peer();
  ASSERT_TRUE(run_until([&] { return events.ends == 1; }));
  EXPECT_EQ(events.received, "bye");
  EXPECT_EQ(events.last_end, StreamEnd::Eof);
  EXPECT_TRUE(stream->ended());
  stream->write("late");
  runner.run_iterations(3);
  EXPECT_EQ(events.ends, 1);
}

TEST_F(StreamTest, WritesToAPeerThatHasSentItsLastByteWhereAsked) {
  events.goes_on_after_input = true;
  send_from_peer("bye");
  ::shutdown(peer, SHUT_WR);
  ASSERT_TRUE(run_until([&] { return events.input_ends == 1; }));
  stream->write("the answer");
  runner.run_iterations(3);
  EXPECT_EQ(read_available(peer), "the answer");
  EXPECT_EQ(events.ends, 0);
  EXPECT_EQ(events.input_ends, 1);
  stream->finish();
  ASSERT_TRUE(run_until([&] { return events.ends == 1; }));
  EXPECT_EQ(events.last_end, StreamEnd::Eof);
}

TEST_F(StreamTest, TellsAFailedWriteFromTheLoopOnly) {
  stream->pause();
  close_peer();
  stream->write("lost");
  EXPECT_EQ(events.ends, 0);
  EXPECT_TRUE(stream->ended());
  ASSERT_TRUE(run_until([&] { return events.ends == 1; }));
  EXPECT_EQ(events.last_end, StreamEnd::Error);
  EXPECT_NE(stream->error(), "");
}

TEST_F(StreamTest, DeliversThePeersLastWordsAfterAFailedWrite) {
  send_from_peer("FATAL");
  close_peer();
  stream->write("lost");
  ASSERT_TRUE(run_until([&] { return events.ends == 1; }));
  EXPECT_EQ(events.received, "FATAL");
  EXPECT_EQ(events.last_end, StreamEnd::Error);
}

TEST_F(StreamTest, FinishSendsTheRestThenEnds) {
  const std::string expected = large();
  stream->write(expected);
  stream->finish();
  std::string got;
  ASSERT_TRUE(run_until([&] {
    got += read_available(peer);
    return events.ends == 1;
  }));
  got += read_available(peer);
  EXPECT_EQ(got, expected);
  EXPECT_EQ(events.last_end, StreamEnd::Eof);
  char byte;
  EXPECT_EQ(::recv(peer, &byte, 1, 0), 0) << "the writing side is shut down";
}

TEST_F(StreamTest, FinishReadsNoMore) {
  send_from_peer("unwanted");
  stream->finish();
  EXPECT_EQ(events.ends, 0) << "told from inside finish()";
  ASSERT_TRUE(run_until([&] { return events.ends == 1; }));
  EXPECT_EQ(events.received, "");
}

TEST_F(StreamTest, MayBeDestroyedInEachOfItsCallbacks) {
  send_from_peer("x");
  events.after_read = [&] { stream.reset(); };
  EXPECT_TRUE(run_until([&] { return !stream; }));
}

TEST_F(StreamTest, MayBeDestroyedWhenWritable) {
  stream->write(large());
  events.after_writable = [&] { stream.reset(); };
  EXPECT_TRUE(run_until([&] {
    read_available(peer);
    return !stream;
  }));
}

TEST_F(StreamTest, MayBeDestroyedByAFlushInsideItsReadCallback) {
  send_from_peer("x");
  events.after_read = [&] {
    const std::string_view piece = "reply";
    stream->queue(std::span(&piece, 1));
    stream->flush();
  };
  events.after_writable = [&] { stream.reset(); };
  EXPECT_TRUE(run_until([&] { return !stream; }));
}

TEST_F(StreamTest, MayBeDestroyedWhenEnded) {
  close_peer();
  events.after_end = [&] { stream.reset(); };
  EXPECT_TRUE(run_until([&] { return !stream; }));
}

TEST_F(StreamTest, MayBeDestroyedBeforeAnEndIsTold) {
  close_peer();
  stream->write("lost");
  stream.reset();
  runner.run_iterations(3);
  EXPECT_EQ(events.ends, 0);
}

TEST_F(StreamTest, BothSidesSendingMoreThanTheBuffersDoNotDeadlock) {
  Recorder other_events;
  Stream other(runner.loop, ::dup(peer), Stream::Ownership::Owned);
  other.set_events(&other_events);
  other.resume();
  const std::string bytes = large();
  stream->write(bytes);
  other.write(bytes);
  EXPECT_TRUE(run_until(
      [&] { return events.received.size() == bytes.size() && other_events.received == bytes; }));
}

TEST_F(StreamTest, BorrowedSocketStaysOpen) {
  auto ends = socket_pair();
  {
    Stream borrowed(runner.loop, ends[0], Stream::Ownership::Borrowed);
  }
  EXPECT_EQ(::send(ends[1], "x", 1, 0), 1);
  Stream again(runner.loop, ends[0], Stream::Ownership::Owned);
  EXPECT_TRUE(again.has_pending_input());
  ::close(ends[1]);
}

TEST_F(StreamTest, SeesAPeerThatClosedAsPendingInput) {
  EXPECT_FALSE(stream->has_pending_input());
  stream->pause();
  close_peer();
  EXPECT_TRUE(stream->has_pending_input());
}

}  // namespace
}  // namespace gateway::net

// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/request_parser.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace gateway::http {
namespace {

struct Parsed {
  std::vector<Request> requests;
  std::optional<ParseError> error;
  bool operator==(const Parsed&) const = default;
};

// Feeds `stream` in pieces that end at `cut` and then every `step` bytes.
Parsed parse(std::string_view stream, std::size_t cut, std::size_t step,
             RequestLimits limits = {}) {
  RequestParser parser(limits);
  Parsed out;
  std::size_t end = cut;
  while (!stream.empty()) {
    std::string_view piece = stream.substr(0, end);
    stream.remove_prefix(piece.size());
    while (!piece.empty()) {
      const auto taken = parser.feed(piece);
      if (!taken) {
        out.error = taken.error();
        return out;
      }
      piece.remove_prefix(*taken);
      if (parser.complete()) out.requests.push_back(parser.take());
    }
    end = step;
  }
  return out;
}

Parsed parse(std::string_view stream, RequestLimits limits = {}) {
  return parse(stream, stream.size(), 1, limits);
}

const char* const kStreams[] = {
    "GET /metrics HTTP/1.1\r\nHost: a\r\nX-Two: b \r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /mcp?x=1&y HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloHEAD / "
    "HTTP/1.1\r\nhost:a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
    "chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n"
    "Trailer: t\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\nrubbish\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nGET /b "
    "HTTP/1.1\r\nHost: a\r\n\r\n",
    "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nEmpty:\r\n\r\n",
};

TEST(RequestParser, EveryCutGivesTheSame) {
  for (const std::string_view stream : kStreams) {
    const Parsed whole = parse(stream);
    EXPECT_FALSE(whole.requests.empty()) << stream;
    EXPECT_EQ(parse(stream, 1, 1), whole) << stream;
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
      EXPECT_EQ(parse(stream, cut, stream.size()), whole) << stream << " at " << cut;
    }
  }
}

TEST(RequestParser, ReadsEveryPartOfARequest) {
  const Parsed parsed = parse(kStreams[1]);
  ASSERT_EQ(parsed.requests.size(), 2u);
  EXPECT_FALSE(parsed.error);
  const Request& post = parsed.requests[0];
  EXPECT_EQ(post.method, "POST");
  EXPECT_EQ(post.path, "/mcp");
  EXPECT_EQ(post.query, "x=1&y");
  EXPECT_EQ(post.body, "hello");
  EXPECT_TRUE(post.keep_alive);
  ASSERT_NE(post.header("content-length"), nullptr);
  EXPECT_EQ(*post.header("content-length"), "5");
  EXPECT_EQ(post.header("missing"), nullptr);
  EXPECT_EQ(parsed.requests[1].method, "HEAD");
}

TEST(RequestParser, TrimsValuesAndKeepsTrailersOutOfTheHeaders) {
  EXPECT_EQ(*parse(kStreams[0]).requests.at(0).header("x-two"), "b");
  const Parsed chunked = parse(kStreams[2]);
  ASSERT_EQ(chunked.requests.size(), 2u);
  EXPECT_EQ(chunked.requests[0].body, "abcde");
  EXPECT_EQ(chunked.requests[0].header("trailer"), nullptr);
  EXPECT_EQ(chunked.requests[1].path, "/next");
}

TEST(RequestParser, KnowsWhetherTheConnectionStays) {
  const Parsed old = parse(kStreams[3]);
  ASSERT_EQ(old.requests.size(), 2u);
  EXPECT_FALSE(old.requests[0].keep_alive);
  EXPECT_TRUE(old.requests[1].keep_alive);
  EXPECT_FALSE(
      parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").requests.at(0).keep_alive);
}

TEST(RequestParser, RefusesWhatIsMalformedOrAmbiguous) {
  for (const char* stream : {
           "\x16\x03\x01\x02",
           "GET\r\n\r\n",
           "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
           "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
           "GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
           "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
           "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
           "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
           "GET / HTTP/1.1\nHost: a\n\n",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
           "chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
       }) {
    const Parsed parsed = parse(stream);
    EXPECT_EQ(parsed.error, ParseError::Malformed) << stream;
    EXPECT_TRUE(parsed.requests.empty()) << stream;
  }
}

std::string get_with_head_of(std::size_t bytes) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n";
  head.insert(head.size() - 4, bytes - head.size(), 'x');
  return head;
}

TEST(RequestParser, TheHeadHasAMaximum) {
  const RequestLimits limits{.head_bytes_max = 100};
  EXPECT_EQ(parse(get_with_head_of(100), limits).requests.size(), 1u);
  EXPECT_EQ(parse(get_with_head_of(101), limits).error, ParseError::HeadTooLarge);
  EXPECT_EQ(parse(std::string(101, '\n'), limits).error, ParseError::HeadTooLarge);
  EXPECT_EQ(parse("GET /" + std::string(200, 'x'), limits).error, ParseError::HeadTooLarge);
}

TEST(RequestParser, HeadersHaveAMaximumCount) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 1; i < 64; ++i) head += "A: b\r\n";
  EXPECT_EQ(parse(head + "\r\n").requests.size(), 1u);
  EXPECT_EQ(parse(head + "A: b\r\n\r\n").error, ParseError::HeadTooLarge);
}

TEST(RequestParser, TheBodyHasAMaximumHoweverItIsSent) {
  const RequestLimits limits{.body_bytes_max = 4};
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(parse(post + "Content-Length: 4\r\n\r\nabcd", limits).requests.size(), 1u);
  EXPECT_EQ(parse(post + "Content-Length: 5\r\n\r\n", limits).error, ParseError::BodyTooLarge)
      << "known before the body comes";
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n";
  EXPECT_EQ(parse(chunked + "2\r\ncd\r\n0\r\n\r\n", limits).requests.size(), 1u);
  EXPECT_EQ(parse(chunked + "3\r\ncde", limits).error, ParseError::BodyTooLarge);
}

TEST(RequestParser, TrailersAndChunkExtensionsHaveAMaximum) {
  const RequestLimits limits{.head_bytes_max = 100};
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string filler(101, 'x');
  EXPECT_EQ(parse(post + "0\r\nT: " + filler + "\r\n\r\n", limits).error, ParseError::HeadTooLarge);
  EXPECT_EQ(parse(post + "1;" + filler + "\r\n", limits).error, ParseError::HeadTooLarge);
}

// Found by the fuzz target: the count was checked when a name began, the bad byte when it ended.
TEST(RequestParser, TheSameOfTwoErrorsComesFirstAtEveryCut) {
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 8; ++i) many += "A: b\r\n";
  const RequestLimits limits{.head_bytes_max = 200, .header_count_max = 8};
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& stream :
       {many + "Host\xba: x\r\n", chunked + "1;" + std::string(300, 'x') + "\x01\r\n",
        chunked + "0\r\nT" + std::string(300, 'x') + "\x01: a\r\n"}) {
    const Parsed whole = parse(stream, limits);
    EXPECT_EQ(whole.error, ParseError::Malformed);
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
      EXPECT_EQ(parse(stream, cut, stream.size(), limits), whole) << stream << " at " << cut;
    }
  }
}

TEST(RequestParser, StaysBrokenAfterAnError) {
  RequestParser parser;
  EXPECT_FALSE(parser.feed("rubbish\r\n\r\n").has_value());
  EXPECT_EQ(parser.feed(kStreams[0]).error(), ParseError::Malformed);
  EXPECT_FALSE(parser.complete());
}

TEST(RequestParser, TellsOnceThatTheClientWaitsToSendItsBody) {
  RequestParser parser;
  const std::string head =
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  EXPECT_TRUE(parser.idle());
  ASSERT_TRUE(parser.feed(head.substr(0, 40)));
  EXPECT_FALSE(parser.idle());
  EXPECT_FALSE(parser.take_expectation());
  ASSERT_TRUE(parser.feed(head.substr(40)));
  EXPECT_TRUE(parser.take_expectation());
  EXPECT_FALSE(parser.take_expectation());
  ASSERT_TRUE(parser.feed("ok"));
  EXPECT_TRUE(parser.complete());
  EXPECT_EQ(parser.take().body, "ok");
  EXPECT_TRUE(parser.idle());
}

}  // namespace
}  // namespace gateway::http

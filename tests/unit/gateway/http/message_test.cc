// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/message.h"

#include <gtest/gtest.h>

namespace gateway::http {
namespace {

TEST(Message, ResponsesSayTheirLengthAndWhatHappensNext) {
  const Response response{
      .status = 200, .content_type = "text/plain", .body = "hi\n", .headers = {}};
  EXPECT_EQ(serialize(response, BodyUse::Send, AfterResponse::KeepOpen),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
            "Connection: keep-alive\r\n\r\nhi\n");
  EXPECT_EQ(serialize(response, BodyUse::LengthOnly, AfterResponse::Close),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
            "Connection: close\r\n\r\n");
}

TEST(Message, NoContentHasNeitherLengthNorBody) {
  EXPECT_EQ(serialize({.status = 204, .body = "x", .headers = {}}, BodyUse::Send,
                      AfterResponse::KeepOpen),
            "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
}

TEST(Message, AHeaderValueCannotSplitTheResponse) {
  Response response = plain_response(200);
  response.headers = {{"X-Bad", "a\r\nSet-Cookie: x"}, {"X-Good", "b"}};
  const std::string out = serialize(response, BodyUse::Send, AfterResponse::Close);
  EXPECT_FALSE(out.contains("Set-Cookie"));
  EXPECT_TRUE(out.contains("\r\nX-Good: b\r\n"));
}

}  // namespace
}  // namespace gateway::http

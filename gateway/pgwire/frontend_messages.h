// SPDX-License-Identifier: Apache-2.0
// Messages that clients send (PostgreSQL documentation 55.7), read from a body. Views are borrowed
// from it. Each reader is total: nullopt where the body does not have the message's shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace gateway::pgwire {

namespace frontend {
inline constexpr char kBind = 'B';
inline constexpr char kClose = 'C';
inline constexpr char kCopyData = 'd';
inline constexpr char kCopyDone = 'c';
inline constexpr char kCopyFail = 'f';
inline constexpr char kDescribe = 'D';
inline constexpr char kExecute = 'E';
inline constexpr char kFlush = 'H';
inline constexpr char kFunctionCall = 'F';
inline constexpr char kParse = 'P';
inline constexpr char kPassword = 'p';  // also SASLInitialResponse and SASLResponse
inline constexpr char kQuery = 'Q';
inline constexpr char kSync = 'S';
inline constexpr char kTerminate = 'X';

// The largest legal length word of a message of this type, as PostgreSQL's SocketBackend() has it;
// 0 for a type that is none. Ours is kPassword's: it comes from somebody who is not known yet.
std::uint32_t length_max(char type);
}  // namespace frontend

struct Query {
  std::string_view sql;
};

struct Parse {
  std::string_view statement;
  std::string_view sql;
  std::string_view parameter_types;  // big-endian OIDs, 4 bytes each
  std::size_t parameter_count() const { return parameter_types.size() / 4; }
  std::uint32_t parameter_type(std::size_t index) const;  // 0 past the end: to be inferred
};

// The OID that a FunctionCall names. `body` has at least its 4 bytes; the rest is not looked at.
std::uint32_t read_function_call(std::string_view body);

// The front of a Bind: what decides. The rest of the body is not looked at.
struct BindHead {
  std::string_view portal;
  std::string_view statement;
};

enum class Target : char { Statement = 'S', Portal = 'P' };

struct Describe {
  Target target = Target::Statement;
  std::string_view name;
};
using Close = Describe;  // the same shape

struct Execute {
  std::string_view portal;
  std::int32_t rows_max = 0;  // 0: all
};

struct SaslInitialResponse {
  std::string_view mechanism;
  std::string_view data;  // empty when the client sent none
};

std::optional<Query> read_query(std::string_view body);
std::optional<Parse> read_parse(std::string_view body);
std::optional<Describe> read_describe(std::string_view body);  // and Close
std::optional<Execute> read_execute(std::string_view body);
std::optional<SaslInitialResponse> read_sasl_initial(std::string_view body);

enum class BindError : std::uint8_t { Incomplete, TooLong };
inline constexpr std::size_t kBindHeadBytesMax = 4096;  // both names with their NULs
// `front` is what is there of the body; Incomplete asks for more, TooLong never passes.
std::expected<BindHead, BindError> read_bind_head(std::string_view front);
// Of a whole Bind: its parameters, the formats in front, as they stand there. What follows them is
// not looked at.
std::optional<std::string_view> read_bind_values(std::string_view body);

}  // namespace gateway::pgwire

// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/frontend_messages.h"

#include "gateway/pgwire/body_reader.h"
#include "gateway/pgwire/frame.h"

namespace gateway::pgwire {

namespace frontend {

std::uint32_t length_max(char type) {
  switch (type) {
    case kBind:
    case kCopyData:
    case kFunctionCall:
    case kParse:
    case kQuery: return kLargeLengthMax;
    case kClose:
    case kCopyDone:
    case kCopyFail:
    case kDescribe:
    case kExecute:
    case kFlush:
    case kPassword:
    case kSync:
    case kTerminate: return kSmallLengthMax;
    default:  // a byte from a peer, not an enum of ours
      return 0;
  }
}

}  // namespace frontend

std::uint32_t Parse::parameter_type(std::size_t index) const {
  if (index >= parameter_count()) return 0;
  return read_uint32(parameter_types.data() + 4 * index);
}

std::uint32_t read_function_call(std::string_view body) { return read_uint32(body.data()); }

std::optional<Query> read_query(std::string_view body) {
  BodyReader reader(body);
  const Query query{reader.cstring()};
  if (!reader.at_end()) return std::nullopt;
  return query;
}

std::optional<Parse> read_parse(std::string_view body) {
  BodyReader reader(body);
  Parse parse;
  parse.statement = reader.cstring();
  parse.sql = reader.cstring();
  const auto count =
      static_cast<std::uint16_t>(reader.int16());  // up to 65,535, as the server reads it
  parse.parameter_types = reader.bytes(4 * std::size_t{count});
  if (!reader.at_end()) return std::nullopt;
  return parse;
}

std::optional<Describe> read_describe(std::string_view body) {
  BodyReader reader(body);
  const char target = reader.byte();
  const std::string_view name = reader.cstring();
  if (!reader.at_end() || (target != 'S' && target != 'P')) return std::nullopt;
  return Describe{static_cast<Target>(target), name};
}

std::optional<Execute> read_execute(std::string_view body) {
  BodyReader reader(body);
  Execute execute;
  execute.portal = reader.cstring();
  execute.rows_max = reader.int32();
  if (!reader.at_end()) return std::nullopt;
  return execute;
}

std::optional<SaslInitialResponse> read_sasl_initial(std::string_view body) {
  BodyReader reader(body);
  SaslInitialResponse response;
  response.mechanism = reader.cstring();
  const std::int32_t length = reader.int32();
  if (!reader.ok() || length < -1) return std::nullopt;
  if (length > 0) response.data = reader.bytes(static_cast<std::size_t>(length));
  if (!reader.at_end()) return std::nullopt;
  return response;
}

std::expected<BindHead, BindError> read_bind_head(std::string_view front) {
  BodyReader reader(front.substr(0, kBindHeadBytesMax));
  BindHead head;
  head.portal = reader.cstring();
  head.statement = reader.cstring();
  if (reader.ok()) return head;
  return std::unexpected(front.size() < kBindHeadBytesMax ? BindError::Incomplete
                                                          : BindError::TooLong);
}

std::optional<std::string_view> read_bind_values(std::string_view body) {
  BodyReader reader(body);
  reader.cstring();
  reader.cstring();
  const std::string_view values = reader.rest();
  const auto formats = static_cast<std::uint16_t>(reader.int16());
  reader.bytes(std::size_t{formats} * 2);
  const auto count = static_cast<std::uint16_t>(reader.int16());
  for (std::uint16_t i = 0; i < count && reader.ok(); ++i) {
    const std::int32_t bytes = reader.int32();
    if (bytes < -1) return std::nullopt;
    if (bytes > 0) reader.bytes(static_cast<std::size_t>(bytes));
  }
  if (!reader.ok()) return std::nullopt;
  return values.substr(0, values.size() - reader.rest().size());
}

}  // namespace gateway::pgwire

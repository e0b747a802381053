// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/writer.h"

#include <array>
#include <charconv>

namespace gateway::pgwire {
namespace {

constexpr std::int32_t kCleartextPassword = 3, kSasl = 10, kSaslContinue = 11, kSaslFinal = 12;

void put_uint32(char* at, std::uint32_t value) {
  at[0] = static_cast<char>(value >> 24);
  at[1] = static_cast<char>(value >> 16);
  at[2] = static_cast<char>(value >> 8);
  at[3] = static_cast<char>(value);
}

void write_authentication(std::string& out, std::int32_t kind, std::string_view data) {
  Writer(out).begin(backend::kAuthentication).int32(kind).bytes(data).end();
}

}  // namespace

Writer& Writer::begin(char type) {
  out_.push_back(type);
  length_at_ = out_.size();
  out_.append(4, '\0');
  return *this;
}

Writer& Writer::byte(char value) {
  out_.push_back(value);
  return *this;
}

Writer& Writer::int16(std::int16_t value) {
  const auto bits = static_cast<std::uint16_t>(value);
  out_.push_back(static_cast<char>(bits >> 8));
  out_.push_back(static_cast<char>(bits));
  return *this;
}

Writer& Writer::int32(std::int32_t value) {
  std::array<char, 4> bytes;
  put_uint32(bytes.data(), static_cast<std::uint32_t>(value));
  out_.append(bytes.data(), bytes.size());
  return *this;
}

Writer& Writer::cstring(std::string_view text) {
  out_.append(text.substr(0, text.find('\0')));
  out_.push_back('\0');
  return *this;
}

Writer& Writer::bytes(std::string_view data) {
  out_.append(data);
  return *this;
}

void Writer::end() {
  put_uint32(out_.data() + length_at_, static_cast<std::uint32_t>(out_.size() - length_at_));
}

void write_error(std::string& out, const ErrorMessage& error) {
  const std::string_view severity = error.severity == Severity::Error ? "ERROR" : "FATAL";
  Writer writer(out);
  writer.begin(backend::kErrorResponse);
  writer.byte('S').cstring(severity).byte('V').cstring(severity);
  writer.byte('C').cstring(error.sqlstate).byte('M').cstring(error.message);
  if (!error.detail.empty()) writer.byte('D').cstring(error.detail);
  if (!error.hint.empty()) writer.byte('H').cstring(error.hint);
  if (error.position > 0) {
    std::array<char, 24> digits;
    const auto [end, failed] =
        std::to_chars(digits.data(), digits.data() + digits.size(), error.position);
    if (failed == std::errc{}) {
      writer.byte('P').cstring({digits.data(), static_cast<std::size_t>(end - digits.data())});
    }
  }
  writer.byte('\0').end();
}

void write_ready_for_query(std::string& out, TransactionStatus status) {
  Writer(out).begin(backend::kReadyForQuery).byte(static_cast<char>(status)).end();
}

void write_parameter_status(std::string& out, const ParameterStatus& status) {
  Writer(out).begin(backend::kParameterStatus).cstring(status.name).cstring(status.value).end();
}

void write_backend_key_data(std::string& out, std::int32_t process_id, std::string_view key) {
  Writer(out).begin(backend::kBackendKeyData).int32(process_id).bytes(key).end();
}

void write_authentication_ok(std::string& out) { write_authentication(out, 0, {}); }

void write_authentication_cleartext_password(std::string& out) {
  write_authentication(out, kCleartextPassword, {});
}

void write_authentication_sasl(std::string& out, const std::vector<std::string_view>& mechanisms) {
  Writer writer(out);
  writer.begin(backend::kAuthentication).int32(kSasl);
  for (const std::string_view mechanism : mechanisms) writer.cstring(mechanism);
  writer.byte('\0').end();
}

void write_authentication_sasl_continue(std::string& out, std::string_view data) {
  write_authentication(out, kSaslContinue, data);
}

void write_authentication_sasl_final(std::string& out, std::string_view data) {
  write_authentication(out, kSaslFinal, data);
}

void write_negotiate_protocol_version(std::string& out, std::uint32_t newest,
                                      const std::vector<std::string_view>& options) {
  Writer writer(out);
  writer.begin(backend::kNegotiateProtocolVersion).int32(static_cast<std::int32_t>(newest));
  writer.int32(static_cast<std::int32_t>(options.size()));
  for (const std::string_view option : options) writer.cstring(option);
  writer.end();
}

void write_query(std::string& out, std::string_view sql) {
  Writer(out).begin(frontend::kQuery).cstring(sql).end();
}

void write_parse(std::string& out, const Parse& parse) {
  Writer writer(out);
  writer.begin(frontend::kParse).cstring(parse.statement).cstring(parse.sql);
  writer.int16(static_cast<std::int16_t>(parse.parameter_count()));
  writer.bytes(parse.parameter_types).end();
}

void write_bind(std::string& out, std::string_view portal, std::string_view statement) {
  Writer writer(out);
  writer.begin(frontend::kBind).cstring(portal).cstring(statement);
  writer.int16(0).int16(0).int16(0).end();
}

void write_bind(std::string& out, const BindHead& head, std::string_view values) {
  Writer writer(out);
  writer.begin(frontend::kBind).cstring(head.portal).cstring(head.statement);
  writer.bytes(values).int16(0).end();
}

void write_describe(std::string& out, const Describe& describe) {
  Writer writer(out);
  writer.begin(frontend::kDescribe).byte(static_cast<char>(describe.target));
  writer.cstring(describe.name).end();
}

void write_close(std::string& out, const Close& close) {
  Writer writer(out);
  writer.begin(frontend::kClose).byte(static_cast<char>(close.target)).cstring(close.name).end();
}

void write_execute(std::string& out, const Execute& execute) {
  Writer(out).begin(frontend::kExecute).cstring(execute.portal).int32(execute.rows_max).end();
}

void write_function_call(std::string& out, std::uint32_t oid) {
  Writer writer(out);
  writer.begin(frontend::kFunctionCall).int32(static_cast<std::int32_t>(oid));
  writer.int16(0).int16(0).int16(0).end();
}

void write_sync(std::string& out) { Writer(out).begin(frontend::kSync).end(); }

void write_flush(std::string& out) { Writer(out).begin(frontend::kFlush).end(); }

}  // namespace gateway::pgwire

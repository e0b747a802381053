// SPDX-License-Identifier: Apache-2.0
// Writes messages by appending to a string that the caller keeps and reuses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/pgwire/backend_messages.h"
#include "gateway/pgwire/frontend_messages.h"

namespace gateway::pgwire {

// One message at a time: begin(), fields, end(). A string written by cstring() is cut at its first
// NUL.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  Writer& begin(char type);
  Writer& byte(char value);
  Writer& int16(std::int16_t value);
  Writer& int32(std::int32_t value);
  Writer& cstring(std::string_view text);
  Writer& bytes(std::string_view data);
  void end();

 private:
  std::string& out_;
  std::size_t length_at_ = 0;
};

enum class Severity : std::uint8_t { Error, Fatal };

// An ErrorResponse of our own. Empty fields are left out.
struct ErrorMessage {
  Severity severity = Severity::Error;
  std::string_view sqlstate = {};
  std::string_view message = {};
  std::string_view detail = {};
  std::string_view hint = {};
  std::size_t position = 0;  // 1-based, in characters; 0: none
};

void write_error(std::string& out, const ErrorMessage& error);
void write_ready_for_query(std::string& out, TransactionStatus status);
void write_parameter_status(std::string& out, const ParameterStatus& status);
void write_backend_key_data(std::string& out, std::int32_t process_id, std::string_view key);
void write_authentication_ok(std::string& out);
void write_authentication_cleartext_password(std::string& out);
void write_authentication_sasl(std::string& out, const std::vector<std::string_view>& mechanisms);
void write_authentication_sasl_continue(std::string& out, std::string_view data);
void write_authentication_sasl_final(std::string& out, std::string_view data);
// `options`: the protocol options ("_pq_.…") that are not known here.
void write_negotiate_protocol_version(std::string& out, std::uint32_t newest,
                                      const std::vector<std::string_view>& options);

void write_query(std::string& out, std::string_view sql);
void write_parse(std::string& out, const Parse& parse);
// A Bind without parameters, all formats text.
void write_bind(std::string& out, std::string_view portal, std::string_view statement);
// With `values` as read_bind_values() gives them; results as text.
void write_bind(std::string& out, const BindHead& head, std::string_view values);
void write_describe(std::string& out, const Describe& describe);
void write_close(std::string& out, const Close& close);
void write_execute(std::string& out, const Execute& execute);
void write_function_call(std::string& out, std::uint32_t oid);  // without arguments
void write_sync(std::string& out);
void write_flush(std::string& out);

}  // namespace gateway::pgwire

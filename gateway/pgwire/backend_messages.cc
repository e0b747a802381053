// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/backend_messages.h"

#include <charconv>

#include "gateway/pgwire/body_reader.h"

namespace gateway::pgwire {

std::optional<TransactionStatus> read_ready_for_query(std::string_view body) {
  if (body.size() != 1) return std::nullopt;
  if (body[0] != 'I' && body[0] != 'T' && body[0] != 'E') return std::nullopt;
  return static_cast<TransactionStatus>(body[0]);
}

std::optional<ParameterStatus> read_parameter_status(std::string_view body) {
  BodyReader reader(body);
  ParameterStatus status;
  status.name = reader.cstring();
  status.value = reader.cstring();
  if (!reader.at_end()) return std::nullopt;
  return status;
}

ErrorFields read_error_front(std::string_view front) {
  ErrorFields fields;
  std::string_view localised;
  BodyReader reader(front);
  while (const char code = reader.byte()) {
    const std::string_view text = reader.cstring();
    if (!reader.ok()) break;
    if (code == 'V') fields.severity = text;
    if (code == 'S') localised = text;
    if (code == 'C') fields.sqlstate = text;
    if (code == 'M') fields.message = text;
    if (code == 'D') fields.detail = text;
  }
  if (fields.severity.empty()) fields.severity = localised;
  return fields;
}

std::optional<std::vector<std::optional<std::string_view>>> read_data_row(std::string_view body) {
  BodyReader reader(body);
  std::vector<std::optional<std::string_view>> values;
  for (int left = reader.int16(); left > 0 && reader.ok(); --left) {
    const std::int32_t bytes = reader.int32();
    values.emplace_back();
    if (bytes >= 0) values.back() = reader.bytes(static_cast<std::size_t>(bytes));
  }
  if (!reader.at_end()) return std::nullopt;
  return values;
}

std::optional<std::string_view> read_command_tag(std::string_view body) {
  BodyReader reader(body);
  const std::string_view tag = reader.cstring();
  if (!reader.at_end()) return std::nullopt;
  return tag;
}

std::int64_t rows_of_tag(std::string_view tag) {
  const std::size_t space = tag.rfind(' ');
  if (space == std::string_view::npos) return -1;
  const std::string_view digits = tag.substr(space + 1);
  std::int64_t rows = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rows);
  if (error != std::errc{} || end != digits.data() + digits.size() || rows < 0) return -1;
  return rows;
}

}  // namespace gateway::pgwire

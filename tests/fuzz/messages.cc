// SPDX-License-Identifier: Apache-2.0
// Property: every reader answers on every body without reading outside it, and what it reads, the
// writer writes back to the same bytes (where there is a writer for all of the message).
// Input: one byte that chooses the message, then its body.
#include <cstdint>
#include <string>

#include "gateway/pgwire/backend_messages.h"
#include "gateway/pgwire/frame.h"
#include "gateway/pgwire/frontend_messages.h"
#include "gateway/pgwire/row_description.h"
#include "gateway/pgwire/startup.h"
#include "gateway/pgwire/writer.h"
#include "tests/fuzz/canary.h"

namespace {

namespace pgwire = gateway::pgwire;

void require_body(const std::string& written, std::string_view body) {
  fuzz::require(std::string_view(written).substr(pgwire::kHeaderBytes) == body);
}

void require_inside(std::string_view part, std::string_view body) {
  if (part.empty()) return;
  fuzz::require(part.data() >= body.data() &&
                part.data() + part.size() <= body.data() + body.size());
}

void check_query(std::string_view body) {
  std::string written;
  const auto query = pgwire::read_query(body);
  if (!query) return;
  pgwire::write_query(written, query->sql);
  require_body(written, body);
}

void check_parse(std::string_view body) {
  const auto parse = pgwire::read_parse(body);
  if (!parse) return;
  require_inside(parse->parameter_types, body);
  for (std::size_t i = 0; i <= parse->parameter_count(); ++i) (void)parse->parameter_type(i);
  std::string written;
  pgwire::write_parse(written, *parse);
  require_body(written, body);
}

void check_bind(std::string_view body) {
  const auto head = pgwire::read_bind_head(body);
  if (!head) return;
  require_inside(head->portal, body);
  require_inside(head->statement, body);
  fuzz::require(head->portal.size() + head->statement.size() + 2 <= pgwire::kBindHeadBytesMax);
}

void check_describe(std::string_view body) {
  const auto describe = pgwire::read_describe(body);
  if (!describe) return;
  std::string written;
  pgwire::write_describe(written, *describe);
  require_body(written, body);
}

void check_execute(std::string_view body) {
  const auto execute = pgwire::read_execute(body);
  if (!execute) return;
  std::string written;
  pgwire::write_execute(written, *execute);
  require_body(written, body);
}

void check_startup(std::string_view body) {
  const auto read = pgwire::read_startup(body);
  if (!read || !*read) return;
  fuzz::require((*read)->bytes <= body.size() && (*read)->bytes <= pgwire::kStartupBytesMax);
  const auto* message = std::get_if<pgwire::StartupMessage>(&(*read)->packet);
  if (message == nullptr) return;
  for (const auto& [name, value] : message->parameters) {
    require_inside(name, body);
    require_inside(value, body);
  }
}

void check_backend(std::string_view body) {
  std::string written;
  if (const auto status = pgwire::read_parameter_status(body)) {
    pgwire::write_parameter_status(written, *status);
    require_body(written, body);
  }
  const pgwire::ErrorFields fields = pgwire::read_error_front(body);
  for (const std::string_view field : {fields.severity, fields.sqlstate, fields.message}) {
    require_inside(field, body);
  }
  if (const auto tag = pgwire::read_command_tag(body))
    fuzz::require(pgwire::rows_of_tag(*tag) >= -1);
  (void)pgwire::read_ready_for_query(body);
  if (const auto sasl = pgwire::read_sasl_initial(body)) require_inside(sasl->data, body);
}

// As many origins as the count says, where the body is whole.
void check_row_description(std::string_view body) {
  pgwire::RowDescriptionReader reader(body);
  std::size_t count = 0;
  while (reader.next()) ++count;
  fuzz::require(count <= UINT16_MAX);
  if (!reader.is_whole()) return;
  const auto high = static_cast<unsigned char>(body[0]), low = static_cast<unsigned char>(body[1]);
  fuzz::require(count == high * 256u + low);
}

constexpr void (*kChecks[])(std::string_view) = {
    check_query,   check_parse,   check_bind,    check_describe,
    check_execute, check_startup, check_backend, check_row_description};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::require(!fuzz::canary());
  if (size < 1) return 0;
  kChecks[data[0] % std::size(kChecks)]({reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}

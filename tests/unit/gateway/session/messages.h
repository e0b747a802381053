// SPDX-License-Identifier: Apache-2.0
// Client messages as tests write them down; knows no code of pgwire.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "tests/unit/gateway/pgwire/bytes.h"

namespace wire {

inline std::string query(std::string_view sql) { return frame('Q', z(sql)); }
inline std::string parse(std::string_view name, std::string_view sql) {
  return frame('P', z(name) + z(sql) + be16(0));
}
inline std::string bind(std::string_view portal, std::string_view statement,
                        std::string_view value = {}) {
  const std::string values =
      value.empty() ? be16(0)
                    : be16(1) + be32(static_cast<std::uint32_t>(value.size())) + std::string(value);
  return frame('B', z(portal) + z(statement) + be16(0) + values + be16(0));
}
inline std::string describe(char target, std::string_view name) {
  return frame('D', target + z(name));
}
inline std::string close(char target, std::string_view name) {
  return frame('C', target + z(name));
}
inline std::string execute(std::string_view portal, std::uint32_t rows = 0) {
  return frame('E', z(portal) + be32(rows));
}
inline std::string sync() { return frame('S', ""); }
inline std::string flush() { return frame('H', ""); }
inline std::string terminate() { return frame('X', ""); }
inline std::string copy_data(std::string_view data) { return frame('d', data); }
inline std::string copy_done() { return frame('c', ""); }
inline std::string copy_fail() { return frame('f', z("no")); }

inline std::string ready(char status) { return frame('Z', std::string(1, status)); }
inline std::string complete(std::string_view tag) { return frame('C', z(tag)); }
// `origins` as RowDescription tells them: relation, column.
struct Origin {
  std::uint32_t relation = 0;
  std::int16_t column = 0;
};
inline std::string described(std::initializer_list<Origin> origins) {
  std::string body = be16(static_cast<std::uint16_t>(origins.size()));
  for (const Origin& origin : origins) {
    body += z("c") + be32(origin.relation) + be16(static_cast<std::uint16_t>(origin.column)) +
            be32(25) + be16(0xffff) + be32(0xffffffff) + be16(0);
  }
  return frame('T', body);
}
inline std::string row(std::string_view value) {
  return frame('D', be16(1) + be32(static_cast<std::uint32_t>(value.size())) + std::string(value));
}
inline std::string error(std::string_view sqlstate, std::string_view severity = "ERROR") {
  return frame('E', z("S" + std::string(severity)) + z("V" + std::string(severity)) +
                        z("C" + std::string(sqlstate)) + z("Mtold") + '\0');
}

}  // namespace wire

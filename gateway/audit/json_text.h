// SPDX-License-Identifier: Apache-2.0
// Appends JSON text to a string. Exact: what is read back is what went in, byte for byte.
// Hand-written because a record is made for every statement; knows nothing of records.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gateway::audit {

// Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// With its quotes. `text` must be UTF-8.
void append_json_string(std::string& out, std::string_view text);

// `"name":"text"`; bytes that are not UTF-8 come as `"name_base64":"…"` instead, so nothing is
// lost. `name` needs no escaping.
void append_member(std::string& out, std::string_view name, std::string_view text);

void append_number(std::string& out, std::int64_t number);
void append_number(std::string& out, std::uint64_t number);
void append_hex(std::string& out, std::uint64_t number);  // 16 digits

}  // namespace gateway::audit

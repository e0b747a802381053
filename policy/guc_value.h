// SPDX-License-Identifier: Apache-2.0
// Setting values as PostgreSQL reads them. Where a reading is in doubt it is the stricter one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace policy {

std::string ascii_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

// parse_bool (bool.c): unique prefixes of true, false, yes, no, on, off; 1 and 0.
std::optional<bool> parse_boolean(std::string_view text);

// parse_real with GUC_UNIT_MS (guc.c): 1000, '5s', '200 ms', '1.5min'. In milliseconds.
std::optional<double> parse_milliseconds(std::string_view text);

// SplitIdentifierString (varlena.c): names folded unless quoted. Nothing: not a list of names.
std::optional<std::vector<std::string>> split_names(std::string_view text);

// clean_encoding_name (encnames.c): 'UTF-8', 'utf8', 'Unicode' are all the one encoding.
bool is_utf8_name(std::string_view text);

}  // namespace policy

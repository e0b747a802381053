// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/login_settings.h"

#include <algorithm>
#include <cstdlib>

#include "gateway/pgwire/own_comment.h"
#include "policy/guc.h"

namespace gateway::session {
namespace {

// As guc_name_compare() folds names, whatever the locale.
char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), folded);
  return lowered;
}

bool equal_names(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, folded, folded);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n\r\f\v");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n\r\f\v") + 1 - first);
}

struct DateStyle {
  std::string style, order;
  bool has_order = false;

  // As check_datestyle() (variable.c) reads a word of the list. False: it knows no such word.
  bool read(const std::string& word) {
    if (word == "iso") {
      style = "ISO";
    } else if (word == "sql") {
      style = "SQL";
    } else if (word.starts_with("postgres")) {
      style = "Postgres";
    } else if (word == "german") {
      style = "German";
      if (!has_order) order = "DMY";
    } else if (word == "ymd") {
      has_order = true, order = "YMD";
    } else if (word == "dmy" || word.starts_with("euro")) {
      has_order = true, order = "DMY";
    } else if (word == "mdy" || word == "us" || word.starts_with("noneuro")) {
      has_order = true, order = "MDY";
    } else {
      return false;
    }
    return true;
  }
};

// "ISO" -> "ISO, MDY": the style and the order each keep what is known where the client names only
// one. What PostgreSQL will refuse stays as it is.
std::string full_date_style(std::string_view asked, std::string_view known) {
  DateStyle read{.style = std::string(known.substr(0, known.find(','))),
                 .order = std::string(known.size() > 3 ? known.substr(known.size() - 3) : "MDY")};
  for (std::size_t at = 0; at <= asked.size();) {
    const std::size_t end = std::min(asked.find(',', at), asked.size());
    if (!read.read(lower(trimmed(asked.substr(at, end - at))))) return std::string(asked);
    at = end + 1;
  }
  return read.style + ", " + read.order;
}

// As pg_char_to_encoding() takes names: letters and digits alone.
bool is_sql_ascii(std::string_view encoding) {
  std::string letters = lower(encoding);
  std::erase_if(letters, [](char c) { return (c < 'a' || c > 'z') && (c < '0' || c > '9'); });
  return letters == "sqlascii";
}

// PostgreSQL keeps only printable ASCII of it: pg_clean_ascii(), which writes '?' for each other
// byte up to 15 and "\xNN" since 16.
std::string clean_application_name(std::string_view name, int server_major) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string clean;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte <= 0x7e) {
      clean.push_back(c);
    } else if (server_major < 16) {
      clean.push_back('?');
    } else {
      clean.append({'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return clean.substr(0, kNameBytesMax);
}

int major_of(const Parameters& parameters) {
  const auto found = parameters.find("server_version");
  return found == parameters.end() ? 0 : std::atoi(found->second.c_str());
}

std::string reported_flag(const std::string& value) {
  const auto flag = read_flag(value);
  return !flag ? value : *flag ? "on" : "off";
}

std::string as_reported(const std::string& name, const std::string& value, std::string_view known) {
  if (name == "datestyle") return full_date_style(value, known);
  if (name == "intervalstyle") return lower(value);
  if (name == "default_transaction_read_only") return reported_flag(value);
  // Judged to mean these, however they were spelled.
  if (name == "client_encoding") return "UTF8";
  if (name == "standard_conforming_strings") return "on";
  return value;
}

bool is_pinned(std::string_view name) {
  return name == "client_encoding" || name == "standard_conforming_strings" ||
         name == "search_path";
}

template <typename NamedValues>
const std::string* value_of(const NamedValues& values, std::string_view name) {
  for (const auto& each : values) {
    if (equal_names(each.first, name)) return &each.second;
  }
  return nullptr;
}

// Does nobody convert between what the client asked for and the server's UTF-8?
bool may_be_told_sql_ascii(std::string_view name, std::string_view asked, const Parameters& known) {
  if (name != "client_encoding" || !is_sql_ascii(asked)) return false;
  const auto server = known.find("server_encoding");
  return server != known.end() && server->second == "UTF8";
}

// Standard strings are pinned: a backslash is a letter.
std::string quoted(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\'') literal.push_back('\'');
    literal.push_back(c);
  }
  return literal + "'";
}

// Of the client's settings what the server does not have anyway.
Settings differing(const Settings& client, const Parameters& server) {
  Settings differing;
  for (const auto& [name, value] : client) {
    if (is_pinned(name)) continue;
    const std::string* present = value_of(server, name);
    if (present != nullptr && *present == as_reported(name, value, *present)) continue;
    differing.emplace_back(name, value);
  }
  return differing;
}

}  // namespace

const std::string* find_value(const Settings& settings, std::string_view name) {
  return value_of(settings, name);
}

std::optional<bool> read_flag(std::string_view text) {
  const std::string word = lower(text);
  const auto begins = [&](std::string_view whole, std::size_t least) {
    return word.size() >= least && whole.starts_with(word);
  };
  if (word == "1" || begins("on", 2) || begins("true", 1) || begins("yes", 1)) return true;
  if (word == "0" || begins("off", 2) || begins("false", 1) || begins("no", 1)) return false;
  return std::nullopt;
}

std::string_view application_name(const Settings& asked) {
  std::string_view found;
  for (const auto& [name, value] : asked) {
    if (equal_names(name, "application_name")) found = value;
  }
  return found;
}

std::expected<Settings, policy::Violation> judge_login_settings(const Settings& asked,
                                                                const policy::Profile& profile) {
  // A server may have been connected for somebody else: without a name of its own, none is shown.
  Settings settings{{"application_name", ""}};
  for (const auto& [name, value] : asked) {
    const bool is_encoding = equal_names(name, "client_encoding") && is_sql_ascii(value);
    const auto violation = is_encoding ? std::nullopt : policy::judge_setting(name, value, profile);
    if (violation) return std::unexpected(*violation);
    std::erase_if(settings, [&](const auto& known) { return equal_names(known.first, name); });
    settings.emplace_back(lower(name), value);
  }
  return settings;
}

Parameters parameters_to_tell(const Parameters& known, const Settings& client) {
  Parameters told = known;
  for (auto& [name, value] : told) {
    const std::string* asked = value_of(client, name);
    if (asked == nullptr) continue;
    const std::string folded_name = lower(name);
    if (folded_name == "application_name") {
      value = clean_application_name(*asked, major_of(known));
    } else if (may_be_told_sql_ascii(folded_name, *asked, known)) {
      value = "SQL_ASCII";
    } else {
      value = as_reported(folded_name, *asked, value);
    }
  }
  return told;
}

std::vector<pgwire::ParameterStatus> in_server_order(const Parameters& told) {
  std::vector<pgwire::ParameterStatus> list;
  for (const auto& [name, value] : told) list.push_back({name, value});
  std::ranges::sort(list, [](const auto& one, const auto& other) {
    return std::ranges::lexicographical_compare(one.name, other.name, {}, folded, folded);
  });
  return list;
}

std::string settings_sql(const Settings& client, const Parameters& server) {
  std::string sql;
  for (const auto& [name, value] : differing(client, server)) {
    sql.append(sql.empty() ? pgwire::kOwnComment : "; ");
    // The name was judged: it is one of a known list, or of the operator's `gucs.allowed`.
    sql.append("SET ").append(name).append(" TO ").append(quoted(value));
  }
  return sql;
}

// What was SET last comes from the "session" and stays so until it is reset. Of what an extension
// or the operator made up there is no source: reset, it is empty, unless a database gives it a
// default.
std::string restoring_sql(const Settings& client, const Parameters& server) {
  std::string wanted;
  for (const auto& [name, value] : differing(client, server)) {
    wanted.append(wanted.empty() ? "(" : ", (").append(quoted(name));
    wanted.append(", ").append(quoted(value)).append(")");
  }
  if (wanted.empty()) return wanted;
  return std::string(pgwire::kOwnComment) +
         "SELECT pg_catalog.count(pg_catalog.set_config(w.name, w.value, false)) FROM (VALUES " +
         wanted +
         ") AS w(name, value) LEFT JOIN pg_catalog.pg_settings AS s ON pg_catalog.lower(s.name) "
         "OPERATOR(pg_catalog.=) w.name WHERE CASE WHEN s.name IS NULL THEN "
         "COALESCE(pg_catalog.current_setting(w.name, true), '') OPERATOR(pg_catalog.=) '' ELSE "
         "s.source OPERATOR(pg_catalog.<>) 'session' END";
}

}  // namespace gateway::session

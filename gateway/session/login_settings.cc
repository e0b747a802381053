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

// "ISO" -> "ISO, MDY": the style and the order each keep what is known where the client names only
// one.
std::string full_date_style(std::string_view asked, std::string_view known) {
  std::string style(known.substr(0, known.find(',')));
  std::string order(known.size() > 3 ? known.substr(known.size() - 3) : "MDY");
  std::string rest = lower(asked);
  std::ranges::replace(rest, ',', ' ');
  for (std::size_t at = 0; at < rest.size();) {
    const std::size_t end = std::min(rest.find(' ', at), rest.size());
    const std::string word = rest.substr(at, end - at);
    if (word == "iso") style = "ISO";
    if (word == "sql") style = "SQL";
    if (word == "postgres") style = "Postgres";
    if (word == "german") style = "German", order = "DMY";
    if (word == "ymd") order = "YMD";
    if (word.starts_with("dmy") || word.starts_with("euro")) order = "DMY";
    if (word.starts_with("mdy") || word.starts_with("us")) order = "MDY";
    at = end + 1;
  }
  return style + ", " + order;
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

std::string as_reported(const std::string& name, const std::string& value, std::string_view known) {
  if (name == "datestyle") return full_date_style(value, known);
  if (name == "intervalstyle" || name == "default_transaction_read_only") return lower(value);
  // Judged to mean these, however they were spelled.
  if (name == "client_encoding") return "UTF8";
  if (name == "standard_conforming_strings") return "on";
  return value;
}

bool is_pinned(std::string_view name) {
  return name == "client_encoding" || name == "standard_conforming_strings" ||
         name == "search_path";
}

// Of the setting that PostgreSQL takes for `name`; null: it is not among them.
template <typename NamedValues>
const std::string* find_value(const NamedValues& values, std::string_view name) {
  for (const auto& each : values) {
    if (equal_names(each.first, name)) return &each.second;
  }
  return nullptr;
}

std::string quoted(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\'') literal.push_back('\'');
    literal.push_back(c);
  }
  return literal + "'";
}

}  // namespace

std::expected<Settings, policy::Violation> judge_login_settings(const Settings& asked,
                                                                const policy::Profile& profile) {
  // A server may have been connected for somebody else: without a name of its own, none is shown.
  Settings settings{{"application_name", ""}};
  for (const auto& [name, value] : asked) {
    if (const auto violation = policy::judge_setting(name, value, profile)) {
      return std::unexpected(*violation);
    }
    std::erase_if(settings, [&](const auto& known) { return equal_names(known.first, name); });
    settings.emplace_back(lower(name), value);
  }
  return settings;
}

Parameters parameters_to_tell(const Parameters& known, const Settings& client) {
  Parameters told = known;
  for (auto& [name, value] : told) {
    const std::string* asked = find_value(client, name);
    if (asked == nullptr) continue;
    const std::string folded_name = lower(name);
    value = folded_name == "application_name" ? clean_application_name(*asked, major_of(known))
                                              : as_reported(folded_name, *asked, value);
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
  for (const auto& [name, value] : client) {
    if (is_pinned(name)) continue;
    const std::string* present = find_value(server, name);
    if (present != nullptr && *present == as_reported(name, value, *present)) continue;
    sql.append(sql.empty() ? pgwire::kOwnComment : "; ");
    // The name was judged: it is one of a known list, or of the operator's `gucs.allowed`.
    sql.append("SET ").append(name).append(" TO ").append(quoted(value));
  }
  return sql;
}

}  // namespace gateway::session

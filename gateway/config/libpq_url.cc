// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/libpq_url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace gateway::config {
namespace {

using std::string_view;
using Done = std::expected<void, std::string>;

constexpr std::array<string_view, 2> kSchemes{"postgresql://", "postgres://"};

struct Name {
  string_view libpq, ours;
};
constexpr std::array<Name, 9> kParameters{{{"user", "user"},
                                           {"password", "password"},
                                           {"dbname", "dbname"},
                                           {"sslmode", "ssl_mode"},
                                           {"sslrootcert", "ssl_root_cert"},
                                           {"sslcert", "ssl_cert"},
                                           {"sslkey", "ssl_key"},
                                           {"target_session_attrs", "target_session_attrs"},
                                           {"connect_timeout", "connect_timeout"}}};

std::optional<std::string> decode(string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      result += text[at];
      continue;
    }
    unsigned code = 0;
    const char* digits = text.data() + at + 1;
    if (text.size() - at < 3) return std::nullopt;
    const auto [end, error] = std::from_chars(digits, digits + 2, code, 16);
    if (error != std::errc() || end != digits + 2 || code == 0) return std::nullopt;
    result += static_cast<char>(code);
    at += 2;
  }
  return result;
}

// Cuts the text up to the first of `marks`, or all of it, off `rest`; the mark stays.
string_view take_until(string_view& rest, string_view marks) {
  const auto part = rest.substr(0, rest.find_first_of(marks));
  rest.remove_prefix(part.size());
  return part;
}

std::vector<string_view> split(string_view text, char separator) {
  std::vector<string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool is_digits(string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

class Reader {
 public:
  std::expected<UrlParts, std::string> read(string_view rest) {
    Done done = read_user(rest);
    if (done) done = read_hosts(take_until(rest, "/?"));
    if (done && rest.starts_with('/')) {
      rest.remove_prefix(1);
      done = add("dbname", take_until(rest, "?"));
    }
    if (done && rest.starts_with('?')) done = read_parameters(rest.substr(1));
    if (done) done = check_ports();
    if (!done) return std::unexpected(done.error());
    return std::move(parts_);
  }

 private:
  // As libpq: what stands before the first '@' that no '/' precedes.
  Done read_user(string_view& rest) {
    const auto end = rest.find_first_of("@/");
    if (end == string_view::npos || rest[end] == '/') return {};
    const string_view user = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    const auto colon = user.find(':');
    const Done done = add("user", user.substr(0, colon));
    if (!done || colon == string_view::npos) return done;
    return add("password", user.substr(colon + 1));
  }

  Done read_hosts(string_view text) {
    if (text.empty()) return {};
    for (string_view host : split(text, ',')) {
      const Done done = read_host(host);
      if (!done) return done;
    }
    return {};
  }

  Done read_host(string_view text) {
    const bool is_ipv6 = text.starts_with('[');
    if (is_ipv6 && !text.contains(']')) return std::unexpected("has a '[' without ']'");
    if (is_ipv6) text.remove_prefix(1);
    const auto host = decode(take_until(text, is_ipv6 ? "]" : ":"));
    if (is_ipv6) text.remove_prefix(1);
    if (!host || host->empty()) return std::unexpected("has a host that cannot be read");
    parts_.hosts.push_back(*host);
    if (text.empty()) {
      parts_.ports.emplace_back();
      return {};
    }
    if (!text.starts_with(':') || !is_digits(text.substr(1))) {
      return std::unexpected(
          "has a port that is no number; write '@', ':' and '/' in user and password as %40, %3A "
          "and %2F");
    }
    parts_.ports.emplace_back(text.substr(1));
    return {};
  }

  Done read_parameters(string_view text) {
    for (string_view parameter : split(text, '&')) {
      const auto equals = parameter.find('=');
      if (equals == string_view::npos) return std::unexpected("has a parameter without '='");
      const Done done = read_parameter(parameter.substr(0, equals), parameter.substr(equals + 1));
      if (!done) return done;
    }
    return {};
  }

  Done read_parameter(string_view name, string_view value) {
    if (name == "host") return read_list(value, parts_.hosts);
    if (name == "port") return read_list(value, parts_.ports);
    const auto known = std::ranges::find(kParameters, name, &Name::libpq);
    if (known == kParameters.end()) {
      return std::unexpected(
          "has a parameter that is not supported; known are host, port, user, password, dbname, "
          "sslmode, sslrootcert, sslcert, sslkey, target_session_attrs and connect_timeout");
    }
    return add(known->ours, value);
  }

  static Done read_list(string_view value, std::vector<std::string>& list) {
    const auto text = decode(value);
    if (!text || text->empty()) return std::unexpected("has an escape that cannot be read");
    if (!list.empty()) return std::unexpected("gives host or port twice");
    for (string_view item : split(*text, ',')) list.emplace_back(item);
    return {};
  }

  Done add(string_view key, string_view value) {
    auto text = decode(value);
    if (!text) return std::unexpected("has an escape that cannot be read");
    if (text->empty()) return {};
    const auto first = std::ranges::find(parts_.parameters, key, &UrlParts::Parameter::key);
    if (first != parts_.parameters.end()) {
      return std::unexpected("gives " + std::string(key) + " twice");
    }
    parts_.parameters.push_back({key, std::move(*text)});
    return {};
  }

  // A host without a port has PostgreSQL's own; no port at all leaves our default.
  Done check_ports() {
    auto& ports = parts_.ports;
    if (std::ranges::all_of(ports, &std::string::empty)) ports.clear();
    for (std::string& port : ports) {
      if (port.empty()) port = "5432";
      if (!is_digits(port)) return std::unexpected("has a port that is no number");
    }
    return {};
  }

  UrlParts parts_;
};

}  // namespace

std::expected<UrlParts, std::string> parse_libpq_url(string_view url) {
  for (string_view scheme : kSchemes) {
    if (url.starts_with(scheme)) return Reader().read(url.substr(scheme.size()));
  }
  return std::unexpected("must start with postgresql:// or postgres://");
}

}  // namespace gateway::config

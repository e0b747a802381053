// SPDX-License-Identifier: Apache-2.0
// `postern check`, for main.cc: what would the gateway say to these statements?
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "gateway/check/report_text.h"
#include "gateway/config/sources.h"

namespace gateway::check {

// Exit codes.
inline constexpr int kAllowed = 0, kUnusable = 2, kDenied = 3;

struct Options {
  std::string config;
  std::string database;            // empty: the only one
  std::string user;                // empty: nobody in particular
  std::optional<std::string> sql;  // given as text
  std::string file;                // or in this one; "-": standard input
  std::string catalog;             // snapshot file; empty: ask the database, where rules need it
  bool is_json = false;
  bool is_jsonl = false;
  Colour colour = Colour::No;
};

struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};

// A single text: 0 allowed, 3 denied, 2 unusable. With `is_jsonl`: 0, or 2 when a line is not
// usable; the others are judged all the same.
int run_check(const Options& options, const config::Sources& sources, const Streams& streams);

}  // namespace gateway::check

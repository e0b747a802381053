// SPDX-License-Identifier: Apache-2.0
// Which functions of users run when values are converted: of casts, input and output, CHECK
// constraints of domains. Built-in functions are left out: conversions by them are harmless.
#pragma once

#include <vector>

#include "policy/catalog/coercion.h"

namespace policy::catalog {

class CastCode {
 public:
  explicit CastCode(const Snapshot& snapshot) : snapshot_(snapshot) {}

  // `source` may be kUnknown or kCannotTell: then every cast that could be the one counts.
  void add(Oid source, Oid target, Context context) { convert(source, target, context, 0); }
  // What types themselves run, whichever it is: input, output, CHECKs of domains.
  void add_types();
  // A conversion that cannot be told, between any two types.
  void add_any();
  std::vector<Oid> take();  // sorted, each once

 private:
  void convert(Oid source, Oid target, Context context, int depth);
  void convert_known(Oid source, Oid target, Context context, int depth);
  void convert_untold(Oid target, Context context, int depth);
  void convert_columns(const Type& target, Context context, int depth);
  void add_type(Oid type);
  void add_parts(const Type& type);
  void add_range_code(const Type& range);
  void add_function(Oid function);

  const Snapshot& snapshot_;
  std::vector<Oid> functions_{};
  std::vector<Oid> open_{};   // types that are still to be looked into
  std::vector<Oid> types_{};  // whose own functions are in already
  bool has_any_ = false;
  std::vector<Oid> untold_{};  // targets of kCannotTell that are in already
};

}  // namespace policy::catalog

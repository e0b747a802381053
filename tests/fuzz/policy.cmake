# SPDX-License-Identifier: Apache-2.0
postern_fuzz(sql_reader SOURCES sql_reader.cc DEPENDS postern_policy)
postern_fuzz(plan SOURCES plan.cc DEPENDS postern_policy_plan postern_policy)
postern_fuzz(judge SOURCES attack.cc judge.cc
  DEPENDS postern_config postern_policy postern_verdict_text nlohmann_json::nlohmann_json)
target_compile_definitions(fuzz_judge PRIVATE
  POSTERN_CORPUS="${PROJECT_SOURCE_DIR}/tests/corpus/policy")

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The house rules, executable: `tidy.py [--root DIR] [RULE…]` prints what breaks a rule and exits 1.

Each rule is one ctest, tidy.RULE. tests/tidy/self_test.py shows for each that it can fail.
"""

import argparse
import sys
from pathlib import Path

import arrows
import build_lists
import documents
import tokens
from tree import Tree

RULES = {
    "includes": arrows.check_includes,
    "depends": arrows.check_depends,
    "libraries": arrows.check_libraries,
    "sources": build_lists.check_sources,
    "scripts": build_lists.check_scripts,
    "tokens": tokens.check_code,
    "queries": tokens.check_queries,
    "headers": tokens.check_headers,
    "licence": tokens.check_licence,
    "text": tokens.check_text,
    "folders": tokens.check_folders,
    "architecture": documents.check_paths,
    "invariants": lambda tree: documents.check_invariants(tree, RULES),
    "pitfalls": lambda tree: documents.check_pitfalls(tree, RULES),
    "named_tests": lambda tree: documents.check_named_tests(tree, RULES),
}


def broken(rule, root):
    """What breaks the rule in the tree below `root`, as lines of text."""
    return list(RULES[rule](Tree(root)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rules", nargs="*", metavar="RULE", help=f"of {', '.join(RULES)}; all by default")
    parser.add_argument("--root", default=Path(__file__).resolve().parents[2])
    options = parser.parse_args()
    unknown = [rule for rule in options.rules if rule not in RULES]
    if unknown:
        parser.error(f"no rule is called {unknown[0]}")

    tree, count = Tree(options.root), 0
    if not tree.files:
        parser.error(f"{options.root} has no files")
    for rule in options.rules or RULES:
        for line in RULES[rule](tree):
            print(f"{rule}: {line}")
            count += 1
    if not options.rules:
        for line in tokens.warn_sizes(tree):
            print(f"warning: {line}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())

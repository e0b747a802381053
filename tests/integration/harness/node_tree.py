# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's own analysis of a query, as pg_rewrite.ev_action and pg_proc.prosqlbody hold it: the text
of nodeToString (outfuncs.c), read into dicts, lists and strings as pg_strtok cuts it."""

import re

TOKEN = re.compile(r"[(){}]|(?:\\.|[^\s(){}\\])+", re.DOTALL)
NAME = "node"  # the key of a dict that holds the node's name


class _Reader:
    def __init__(self, text):
        self.tokens = TOKEN.findall(text)
        self.at = 0

    def value(self):
        token = self.tokens[self.at]
        self.at += 1
        if token == "{":
            return self._node()
        if token == "(":
            return self._list()
        return token

    def _list(self):
        items = []
        while self.tokens[self.at] != ")":
            items.append(self.value())
        self.at += 1
        return items

    def _node(self):
        node = {NAME: self.tokens[self.at]}
        self.at += 1
        while self.tokens[self.at] != "}":
            key = self.tokens[self.at][1:]
            self.at += 1
            values = [self.value()]
            while not self.tokens[self.at].startswith((":", "}")):
                values.append(self.value())
            node[key] = values[0] if len(values) == 1 else values
        self.at += 1
        return node


def read(text):
    return _Reader(text).value()


def nodes(tree):
    """Every node of a tree, in whatever depth."""
    waiting = [tree]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def numbers(value):
    """Of a bitmapset "(b 8 9)" or a list of integers "(i …)", "(o …)"."""
    return [int(item) for item in value[1:]] if isinstance(value, list) else []

#!/usr/bin/env python3
"""Reject the co_await shapes that g++ 12.2 miscompiles (double destruction, crashes, refusal to compile).

Allowed: `co_await f(names);`, `auto x = co_await f(names);`, `T x = co_await ...;`, `x = co_await ...;`,
`CLAIF_CO_TRY(auto x, f(names));` -- never a brace or a lambda in the operand, never inside a condition.
"""
import re
import sys

HEAD = re.compile(r"^(\(void\)\s*|(?:const\s+)?[\w:<>,&*.\s-]*[\w\]\)]\s*=\s*|co_return)?$")


def check(path: str) -> int:
    text = re.sub(r"//[^\n]*|/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), open(path).read(), flags=re.S)
    text = re.sub(r"#define(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    text = re.sub(r'"(?:\\.|[^"\\])*"', lambda m: '"' + " " * (len(m.group()) - 2) + '"', text)
    bad = 0
    for m in re.finditer(r"(?<!operator )\bco_await\b|\bCLAIF_CO_TRY\(", text):
        start = max(text.rfind(c, 0, m.start()) for c in ";{}")
        head = re.sub(r"^\s*(case [^:]+|default)\s*:", "", text[start + 1 : m.start()]).strip()
        head = re.sub(r"^(if|for|while) \(.*\)$", "", head) if m.group() == "co_await" and head.endswith(")") and "co_await" not in head else head
        tail = text[m.end() : text.find(";", m.end())]
        why = None
        if m.group() == "co_await" and not HEAD.match(head):
            why = "co_await must be a whole statement or the whole initialiser of a named variable"
        elif "{" in tail or re.search(r"(^|[(,=\s])\[", tail):
            why = "name the temporary first: no braces and no lambda in a co_await operand"
        elif "co_await" in tail:
            why = "one co_await per statement"
        if why:
            bad += 1
            print(f"{path}:{text.count(chr(10), 0, m.start()) + 1}: {why}")
    return bad


sys.exit(1 if sum(check(p) for p in sys.argv[1:]) else 0)

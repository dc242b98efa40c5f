#!/usr/bin/env python3
"""Reports source files over 250 lines and fails on those over 400 (tests: 600)."""
import pathlib
import sys

SOFT, HARD, HARD_TESTS = 250, 400, 600

bad = 0
for path in sys.argv[1:]:
    lines = len(pathlib.Path(path).read_text(encoding="utf-8").splitlines())
    is_test = path.startswith("tests/") or path.endswith("_test.cpp")
    hard = HARD_TESTS if is_test else HARD
    if lines > hard:
        bad += 1
        print(f"{path}: {lines} lines, the limit is {hard}: split it by concept")
    elif lines > SOFT and not is_test:
        print(f"{path}: {lines} lines, better under {SOFT}")
sys.exit(1 if bad else 0)

#!/usr/bin/env python3
"""Each top-level folder with sources, each plugin and each example has a README.md."""
import pathlib
import sys


def has_sources(folder: pathlib.Path) -> bool:
    return any(f.suffix in (".cpp", ".hpp", ".h", ".c") for f in folder.rglob("*"))


folders = [pathlib.Path(name) for name in ("sdk", "core", "host", "plugins", "tests", "examples")]
folders += [f for name in ("plugins", "examples") for f in sorted(pathlib.Path(name).glob("*/"))]
missing = [f for f in folders if f.is_dir() and has_sources(f) and not (f / "README.md").is_file()]
for folder in missing:
    print(f"{folder}: no README.md")
sys.exit(1 if missing else 0)

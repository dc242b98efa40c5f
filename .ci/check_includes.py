#!/usr/bin/env python3
"""Enforces who may include whom: sdk <- core <- host, plugins only the SDK, and the layers inside core/src."""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
STD = re.compile(r"^([a-z_0-9]+|(std(arg|bool|def|int|io)|string|errno|limits|inttypes)\.h)$")
PLUGIN_API = re.compile(r"^claif/(abi/|sdk/|plugin\.hpp$)")
LOW = {"base", "config", "wire", "net"}
ALLOWED = {"base": set(), "config": {"base"}, "wire": {"base"}, "net": {"base"}, "plugin": LOW}
ALLOWED |= {layer: LOW | {"plugin"} for layer in ("bus", "session", "cache", "approval")}
LAYERS = set(ALLOWED) | {"pipeline"}


def inside(file: pathlib.Path, owner: pathlib.Path, name: str) -> bool:
    return any((base / name).is_file() and ".." not in name for base in (file.parent, owner))


def fault(file: pathlib.Path, quoted: bool, name: str) -> str | None:
    part, first = file.parts, name.split("/")[0]
    if part[0] == "sdk":
        if quoted and "/" in name:
            return "sdk headers include their neighbours only"
        allowed = PLUGIN_API.match(name) or (name.startswith("claif/testing/") and "testing" in part)
        return None if not name.startswith("claif/") or allowed else "sdk may not include core"
    if part[0] == "plugins":
        if quoted:
            shared = name.startswith("shared/") and pathlib.Path("plugins", name).is_file()
            own = inside(file, pathlib.Path(*part[:2]), name)
            return None if own or shared else "neither in the plugin's own folder nor in plugins/shared"
        testing = name.startswith("claif/testing/") and file.name.endswith("_test.cpp")
        return None if not name.startswith("claif/") or PLUGIN_API.match(name) or testing else "plugins may include the SDK only"
    if part[:2] == ("core", "include"):
        public = STD.match(name) or name.startswith("claif/") or name == "tl/expected.hpp"
        return None if public and not quoted else "public headers include std, <claif/...> and <tl/expected.hpp> only"
    if part[:2] == ("core", "src"):
        if name.startswith("claif/testing/"):
            return "core may not include the test kit"
        if not quoted or inside(file, file.parent, name):
            return None
        if not pathlib.Path("core/src", name).is_file():
            return "not in core/src"
        allowed = ALLOWED.get(part[2], LAYERS) | {part[2]}
        return None if first in allowed else f"{part[2]} may not include {first}"
    if part[0] == "host":
        return "host may not include plugins or tests" if first in ("plugins", "tests") or ".." in name else None
    if part[0] == "examples" and quoted:
        return None if inside(file, file.parent, name) else "examples include installed headers only"
    return None


bad = 0
for path in sys.argv[1:]:
    text = pathlib.Path(path).read_text(encoding="utf-8")
    for m in INCLUDE.finditer(text):
        why = fault(pathlib.Path(path), m[1] == '"', m[2])
        if why:
            bad += 1
            print(f"{path}:{text.count(chr(10), 0, m.end()) + 1}: {m[2]}: {why}")
sys.exit(1 if bad else 0)

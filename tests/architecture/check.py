"""The architecture's rules.

check.py includes ROOT                       include direction, and who may see which foreign header
check.py budgets ROOT                        length of files and functions, with written exceptions
check.py paths ROOT                          no absolute path of some machine in any file
check.py symbols LIBRARY --allowed FILE      undefined symbols of the core

Prints a line for each finding and ends with 1 if there are any. With --expect FILE it ends with 0
exactly if the findings are the lines of FILE.
"""

import argparse
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True  # the source tree stays as it is
import c_source  # noqa: E402

# --- Includes -------------------------------------------------------------------------------------

ALLOWED = {
    "base": {"base"},
    "core": {"core"},
    "codec": {"codec", "core", "base"},
    "port": {"port", "codec", "core", "base"},
    "app": {"app", "port", "codec", "core", "base"},
    "kafka": {"kafka", "port", "codec", "core", "base"},
    "postgres": {"postgres", "port", "codec", "core", "base"},
    "http": {"http", "base"},
    "main": {"main", "app", "kafka", "postgres", "http", "port", "codec", "core", "base"},
}

# Foreign header -> the only places that may see it, as prefixes of paths.
FOREIGN = {
    "librdkafka/": ("daemon/kafka/", "deploy/demo/", "deploy/clients/", "tests/"),
    "libpq": ("daemon/postgres/", "tests/"),
    "postgresql/": ("daemon/postgres/", "tests/"),
    "libconfig.h": ("daemon/base/config",),
    "simdjson": ("daemon/codec/",),
    "zlib.h": ("daemon/codec/unpack", "tests/"),
    "zstd.h": ("daemon/codec/unpack", "tests/"),
    "nlopt": ("daemon/app/fit.c",),
    "uuid/": ("daemon/core/",),
    "uuid.h": ("daemon/core/",),
    "microhttpd.h": ("daemon/http/",),
    "curl/": ("daemon/http/client.c",),
    "xxhash.h": tuple(f"{top}/{layer}/" for top in ("daemon", "include")
                      for layer in ALLOWED if layer != "core") + ("tests/",),
}

# The core sees the language, not the system: nothing that reads, writes, waits or tells the time.
CORE_HEADERS = {
    "assert.h", "errno.h", "float.h", "inttypes.h", "limits.h", "math.h", "stdalign.h", "stdarg.h",
    "stdbool.h", "stddef.h", "stdint.h", "stdlib.h", "stdnoreturn.h", "string.h", "uuid/uuid.h",
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)


def layer_of(path):
    """The layer a file belongs to, or None for one outside of daemon/ and include/."""
    parts = path.split("/")
    return parts[1] if parts[0] in ("daemon", "include") and len(parts) > 2 else None


def check_include(path, quote, header, siblings):
    layer = layer_of(path)
    for prefix, places in FOREIGN.items():
        if header.startswith(prefix) and not path.startswith(places):
            return f"may not see <{header}>"
    if layer is None:
        return None
    if quote == "<":
        if header.split("/")[0] in ALLOWED:
            return f'write "{header}", not <{header}>'
        if layer == "core" and header not in CORE_HEADERS:
            return f"core may not see <{header}>"
        return None
    if header in siblings:
        return None
    target = header.split("/")[0] if "/" in header else "?"
    if target not in ALLOWED[layer]:
        return f'{layer} may not include "{header}"'
    return None


def check_includes(root):
    for file in c_source.files(root, ("daemon", "include", "deploy", "tests")):
        path = str(file.relative_to(root))
        layer = layer_of(path)
        if layer is not None and layer not in ALLOWED:
            yield f"{path}: no such layer: {layer}"
            continue
        if path.startswith("daemon/port/"):
            yield f"{path}: port has headers only"
        if path.startswith("include/") and file.suffix != ".h":
            yield f"{path}: only headers belong here"
        if file.suffix == ".cpp" and layer != "codec" and layer is not None:
            yield f"{path}: C++ only in codec"
        siblings = {sibling.name for sibling in file.parent.glob("*.h")}
        text = c_source.blank(file.read_text(encoding="utf-8"), strings=False)
        for match in INCLUDE.finditer(text):
            finding = check_include(path, match[1], match[2], siblings)
            if finding:
                yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {finding}"


# --- Budgets --------------------------------------------------------------------------------------

FILE_LINES = 400
FUNCTION_LINES = 60


def read_exceptions(file):
    """name -> (limit, line number); the name is PATH or PATH:FUNCTION."""
    exceptions = {}
    if not file.exists():
        return exceptions
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            words = line.split(None, 2)
            if len(words) < 3 or not words[1].isdigit():
                raise SystemExit(f"{file}:{number}: expected NAME LIMIT REASON")
            exceptions[words[0]] = (int(words[1]), number)
    return exceptions


def measure(root):
    """(name, lines, budget) for every file and every function."""
    for file in c_source.files(root, ("daemon", "include", "deploy")):
        path = str(file.relative_to(root))
        text = file.read_text(encoding="utf-8")
        yield path, len(text.splitlines()), FILE_LINES
        for function, lines in c_source.functions(text):
            yield f"{path}:{function}", lines, FUNCTION_LINES


def check_budgets(root):
    file = root / "tests" / "architecture" / "exceptions.txt"
    exceptions = read_exceptions(file)
    needed = set()
    for name, lines, budget in measure(root):
        limit = exceptions[name][0] if name in exceptions else budget
        if lines > budget:
            needed.add(name)
        if lines > limit:
            yield f"{name}: {lines} lines, more than {limit}"
    for name, (limit, number) in exceptions.items():
        if name not in needed:
            yield f"{file.relative_to(root)}:{number}: no longer needed: {name} {limit}"


# --- Paths ----------------------------------------------------------------------------------------

STANDARD = {"bin", "boot", "dev", "etc", "lib", "media", "mnt", "opt", "proc", "run", "sbin", "srv",
            "sys", "tmp", "usr", "var"}


def machine_path(root):
    """Matches homes, and the neighbourhood of this very checkout where that is an unusual place."""
    words = ["home", "Users", "root"]
    top = root.resolve().parts[1:]
    if len(top) > 1 and top[0] not in STANDARD and top[0] not in words:
        words.append(re.escape(top[0]))
    return re.compile(r"(?<![\w.$}/-])/(?:" + "|".join(words) + r")/[\w.]")


def check_paths(root):
    pattern = machine_path(root)
    for file in sorted(root.rglob("*")):
        path = file.relative_to(root)
        if path.parts[0] in (".git", "build") or not file.is_file() or file.is_symlink():
            continue
        if path.parts[:3] == ("tests", "architecture", "fixtures") or "__pycache__" in path.parts:
            continue
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # not a text: corpus, picture
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: a path of some machine: {match[0]}..."


# --- Symbols --------------------------------------------------------------------------------------

def check_symbols(library, allowed_file):
    rules = [line.strip() for line in allowed_file.read_text(encoding="utf-8").splitlines()]
    rules = [rule for rule in rules if rule and not rule.startswith("#")]
    names = {rule for rule in rules if not rule.endswith("*")}
    prefixes = tuple(rule[:-1] for rule in rules if rule.endswith("*"))
    output = subprocess.run(["nm", "--portability", str(library)], check=True, capture_output=True,
                            text=True).stdout
    defined, undefined = set(), {}
    member = "?"
    for line in output.splitlines():
        words = line.split()
        if line.endswith(":"):
            member = re.sub(r".*\[(.*)\.o\]:$", r"\1", line)
        elif len(words) >= 2 and words[1] in "Uwv":
            undefined.setdefault(words[0], member)
        elif len(words) >= 2:
            defined.add(words[0])
    for name in sorted(set(undefined) - defined - names):
        if not (prefixes and name.startswith(prefixes)):
            yield f"{undefined[name]}: calls {name}"


# --------------------------------------------------------------------------------------------------

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("rule", choices=("includes", "budgets", "paths", "symbols"))
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--allowed", type=pathlib.Path)
    parser.add_argument("--expect", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.rule == "symbols":
        findings = check_symbols(arguments.root, arguments.allowed)
    else:
        findings = globals()[f"check_{arguments.rule}"](arguments.root)
    findings = sorted(findings)
    for finding in findings:
        print(finding)
    if arguments.expect is None:
        return 1 if findings else 0
    expected = sorted(arguments.expect.read_text(encoding="utf-8").splitlines())
    for line in sorted(set(expected) - set(findings)):
        print(f"expected, but not found: {line}")
    return 0 if findings == expected else 1


if __name__ == "__main__":
    sys.exit(main())

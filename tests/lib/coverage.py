"""Adds up gcov's counters by layer: coverage.py BUILD LAYER... [--files] [--minimum PERCENT]"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys


def executed_lines(notes, root):
    """Yields (file, line, count) for every executable line of one object file."""
    output = subprocess.run(
        ["gcov", "--json-format", "--stdout", str(notes)],
        check=True, capture_output=True, cwd=notes.parent).stdout
    for document in output.splitlines():
        report = json.loads(document)
        base = pathlib.Path(report["current_working_directory"])
        for source in report["files"]:
            path = (base / source["file"]).resolve()
            if path.is_relative_to(root):
                for line in source["lines"]:
                    yield str(path.relative_to(root)), line["line_number"], line["count"]


def measure(build, layers):
    """file -> line -> how often; files that no test reached are there with zeroes."""
    root = pathlib.Path(__file__).resolve().parents[2]
    lines = collections.defaultdict(collections.Counter)
    for layer in layers:
        objects = build / "daemon" / "CMakeFiles" / f"gx_{layer}.dir"
        for notes in sorted(objects.rglob("*.gcno")):
            for path, line, count in executed_lines(notes.resolve(), root):
                if path.startswith(f"daemon/{layer}/"):
                    lines[path][line] += count
    return lines


def share(counters):
    covered = sum(1 for count in counters if count > 0)
    total = len(counters)
    return covered, total, 100.0 * covered / total if total else 0.0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("layers", nargs="+")
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--minimum", type=float, default=0.0)
    arguments = parser.parse_args()
    lines = measure(arguments.build, arguments.layers)
    low = []
    print("line coverage")
    for layer in arguments.layers:
        files = {path: list(counts.values()) for path, counts in lines.items()
                 if path.startswith(f"daemon/{layer}/")}
        if arguments.files:
            for path, counts in sorted(files.items()):
                print("  %-40s %5d of %5d  %5.1f %%" % (path, *share(counts)))
        covered, total, percent = share([c for counts in files.values() for c in counts])
        print("%-42s %5d of %5d  %5.1f %%" % (layer, covered, total, percent))
        if total == 0 or percent < arguments.minimum:
            low.append(layer)
    if low:
        print("below %.0f %%, or without a line: %s" % (arguments.minimum, ", ".join(low)))
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())

"""Files of events for `guanxid import`, and runs of it."""
import copy
import json
import os
import random
import signal
import subprocess
import time

from . import daemon
from .compare import compare_views
from .stream import Record

STRUCTURED = [("content-type", b"application/cloudevents+json")]


def line_of(record):
    """A record as a line: an event in structured mode, its data byte for byte."""
    headers = dict(record.headers)
    if headers.get("content-type", b"").startswith(b"application/cloudevents"):
        return record.value
    members = ['"' + name[3:] + '":' + json.dumps(value.decode(), ensure_ascii=False)
               for name, value in headers.items() if name.startswith("ce_")]
    return ("{" + ",".join(members) + ',"data":').encode() + record.value + b"}"


def single(records, name):
    """The same records as one lane, `import:NAME`, whose offsets are those of their lines, from 0."""
    return [Record(f"import:{name}", line_of(record), None, 0, STRUCTURED) for record in records]


def write(path, records):
    with open(path, "wb") as file:
        file.writelines(record.value + b"\n" for record in records)


def rejects(path):
    """{line: (reason, detail, text)} of a file of rejected lines."""
    if not os.path.exists(path):
        return {}
    with open(path, "rb") as file:
        lines = file.read().decode(errors="surrogateescape").split("\n")
    if lines[0] != "line\treason\tdetail\ttext" or lines[-1] != "":
        raise AssertionError(f"{path}: no file of rejected lines: {lines[:1]} ... {lines[-1:]}")
    return {int(number): rest for number, *rest in (line.split("\t", 3) for line in lines[1:-1])}


def expect_lines(expected):
    """Lines count from 1."""
    for row in expected.views["v_timeline"].values():
        row["positions"] = [[topic, partition, offset + 1] for topic, partition, offset in row["positions"]]
    # Nothing of what was imported is published.
    for row in expected.views["v_notice"].values():
        row["open"] = False
    return expected


def differences(expected, actual):
    """What views have otherwise; an import has neither quarantine nor an offset to commit."""
    wanted = copy.copy(expected)
    wanted.views = {view: rows for view, rows in expected.views.items() if view not in ("v_quarantine", "v_lane")}
    return compare_views(wanted, {**actual, "v_quarantine": {}}).differences


def run(site, *arguments, code=0, **options):
    """One run, which ends with this code; returns the finished process."""
    done = site.command("import", *arguments, **{"timeout": 120, **options})
    if done.returncode != code:
        raise AssertionError(f"guanxid import: exit {done.returncode}, expected {code}\n{done.stdout}{done.stderr}")
    return done


def summary(site, *arguments, **options):
    return json.loads(run(site, *arguments, "--json", **options).stdout)


def run_with_kills(site, *arguments, seed=1, kills=10, most=0.3):
    """Runs until one comes through, and kills so many before it; returns how many were killed, and its exit code."""
    chance = random.Random(seed)
    killed = 0
    while True:
        process = subprocess.Popen([daemon.GUANXID, "import", *arguments, "-c", site.config], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            output, _ = process.communicate(timeout=None if killed >= kills else chance.uniform(0.01, most))
            if process.returncode not in (0, 65):
                raise AssertionError(f"guanxid import: exit {process.returncode}\n{output.decode()}")
            return killed, process.returncode
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            killed += 1
            time.sleep(0.02)

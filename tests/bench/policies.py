"""Timelines folded: without writes (verify, simulate) and with them (recompute), with no daemon."""
import json
import os
import subprocess
import time

from imports import YEARS, run_once
from measure import bench, daemon
from parts import MINUTE


def run_command(the, site, *arguments, settings=()):
    """One run to its end; what it cost and what it printed."""
    the.meter.settle()
    the.meter.start()
    began = time.monotonic()
    process = subprocess.Popen([daemon.GUANXID, *arguments, "--json", "-c", site.config,
                                *[part for setting in settings for part in ("-D", setting)]],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"guanxid {arguments} ended with {os.waitstatus_to_exitcode(status)}")
    return {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 1024,
            **the.meter.stop()}, json.loads(out)


def tell(name, cost, rows):
    both = cost["cpu"] + cost["postgres_cpu"]
    print(f"   {name:<38}{cost['seconds']:8.2f} s {rows / cost['seconds']:9.0f} rows/s; on one core {rows / both:9.0f} rows/s:"
          f" CPU s per million: {cost['cpu'] / rows * 1e6:.1f} and PostgreSQL {cost['postgres_cpu'] / rows * 1e6:.1f};"
          f" {cost['memory']:.0f} MiB; WAL {cost['wal'] / rows:.0f} B/row", flush=True)


def measure(the, name, site, rows, *arguments, settings=()):
    cost, result = run_command(the, site, *arguments, settings=settings)
    tell(name, cost, rows)
    return cost, result


def recompute(the, ground, key, name, rows, arguments, settings):
    """On a copy of the ground, which is gone afterwards; what is left is verified."""
    site = the.site(key, ["none"], template=ground.name)
    cost, found = measure(the, name, site, rows, "recompute", *arguments, settings=settings)
    if found["folded"] != site.row("SELECT count(*) FROM guanxi.customer")[0]:
        raise RuntimeError(f"recompute: {found}")
    _, found = run_command(the, site, "verify", settings=settings)
    if found["differing"] or found["marked"]:
        raise RuntimeError(f"verify found {found} after the recompute")
    site.close()
    the.postgres.execute(f'DROP DATABASE "{key}"')
    return cost


def run(the):
    rows = the.arguments.events
    customers = max(1, rows // 10)
    now = int(time.time() * 1e6)
    path = os.path.join(the.work, "policies.ndjson")
    bench("lines", file=path, events=rows, customers=customers, seed=the.arguments.seed, start=now - YEARS - MINUTE,
          span=YEARS)
    site = the.site("policies", ["none"])
    run_once(the, site, path)
    os.remove(path)
    site.connection.autocommit = True
    with site.connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"   {rows} rows of {customers} customers", flush=True)
    figures = {}
    one, other = ["workers=1"], ['model.half_life="60 d"']
    figures["verify"], found = measure(the, "verify, one connection", site, rows, "verify", settings=one)
    if found["differing"] or found["rows"] != rows:
        raise RuntimeError(f"verify found {found}")
    figures["verify_2"], _ = measure(the, "verify, two connections", site, rows, "verify", settings=["workers=2"])
    figures["simulate"], found = measure(the, "simulate, folding all", site, rows, "simulate", settings=other)
    if not found["moves"]:
        raise RuntimeError("a longer half-life moves nobody")
    figures["sample"], _ = measure(the, "simulate, a sample of 1 in 100", site, rows // 100, "simulate", "--sample",
                                   str(customers // 100), settings=other)
    site.connection.close()  # a template has no sessions
    # Each from the same ground: nothing comes out otherwise; few move; most do, with other points on half of the rows.
    for name, key, arguments, settings in [
            ("recompute, nothing differs", "recompute_same", ["--all"], []),
            ("recompute, another threshold", "recompute_few", [], ["model.leave=[2.5,7.5,14.5]"]),
            ("recompute, another half-life", "recompute_most", [], other),
            ("recompute, other points", "recompute_points", [], [
                'model.types=({type="call.completed"; points=3.5;}, {type="message.sent"; points=1.5;},'
                ' {type="message.received"; points=2.5;})'])]:
        figures[key] = recompute(the, site, key, name, rows, arguments, one + settings)
    figures["recompute_2"] = recompute(the, site, "recompute_2", "recompute, two connections", rows, [],
                                       ["workers=2"] + other)
    site.close()
    return figures

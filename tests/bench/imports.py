"""From a file to folded customers: `guanxid import`, with no daemon."""
import gzip
import os
import shutil
import subprocess
import time

from measure import bench, daemon
from parts import HOUR, MINUTE, DAY, row

YEARS = 3 * 365 * DAY


def run_once(the, site, *arguments):
    """One run; seconds, processor seconds of the program and of PostgreSQL, peak memory in MiB, WAL."""
    the.meter.settle()
    the.meter.start()
    began = time.monotonic()
    process = subprocess.Popen([daemon.GUANXID, "import", *arguments, "-c", site.config], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"guanxid import ended with {os.waitstatus_to_exitcode(status)}")
    return {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 1024, **the.meter.stop()}


def tell(name, cost, events):
    row(name, cost["seconds"], events, f"CPU s per million: {cost['cpu'] / events * 1e6:.1f} and PostgreSQL"
        f" {cost['postgres_cpu'] / events * 1e6:.1f}; {cost['memory']:.0f} MiB; WAL {cost['wal'] / events:.0f} B/event")


def counts(site):
    return site.row("SELECT (SELECT count(*) FROM guanxi.customer), (SELECT count(*) FROM guanxi.reminder),"
                    " (SELECT count(*) FROM guanxi.notice)")


def run(the):
    events, figures = the.arguments.events, {}
    now = int(time.time() * 1e6)
    # Name, customers, time over which the events are spread.
    shapes = [("hours over all", events, 4 * HOUR), ("hours over few", max(1, events // 50), 4 * HOUR),
              ("years over few", max(1, events // 50), YEARS)]
    for name, customers, span in shapes:
        key = name.replace(" ", "_")
        path = os.path.join(the.work, f"{key}.ndjson")
        bench("lines", file=path, events=events, customers=customers, seed=the.arguments.seed, start=now - span - MINUTE,
              span=span)
        site = the.site(f"import_{key}", ["none"])
        figures[key] = run_once(the, site, path)
        tell(name, figures[key], events)
        found = site.row("SELECT count(*) FROM guanxi.timeline")[0]
        if found != events or site.row("SELECT count(*) FROM guanxi.customer WHERE fold_at IS NOT NULL")[0]:
            raise RuntimeError(f"{found} of {events} events are on the timeline, or customers are not folded")
        print("      {} customers, {} reminders, {} notices".format(*counts(site)))
        if name == "hours over few":
            with open(path, "rb") as plain, gzip.open(path + ".gz", "wb", 1) as packed:
                shutil.copyfileobj(plain, packed)
            figures["again"] = run_once(the, site, path, "--again")
            tell("  all of it there before", figures["again"], events)
            packed = the.site("import_packed", ["none"])
            figures["packed"] = run_once(the, packed, path + ".gz")
            tell("  gzip", figures["packed"], events)
            packed.close()
        site.close()
        os.remove(path)
    return figures

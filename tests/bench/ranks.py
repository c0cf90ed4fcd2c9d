"""What a rank costs: all customers valued, alone and beside live events."""
import os
import re
import subprocess
import time

from measure import bench, daemon, process_seconds

PARTITIONS = 4
ROWS = 10  # of a customer, three of them purchases or costs
BACKLOG = 8  # events of a customer that come while it is ranked
LOAD = os.path.join(os.path.dirname(__file__), "rank_load.sql")


class Ground:
    """A database of customers with a history that ends two days ago, and copies of it with a guanxid each."""

    def __init__(self, the, customers):
        self.the, self.customers, self.name = the, customers, f"rank{customers}"
        site = the.site(self.name, ["none"])
        began = time.monotonic()
        with open(LOAD) as file:
            script = file.read().replace(":customers", str(customers)).replace(":rows", str(ROWS))
        site.connection.autocommit = True
        with site.connection.cursor() as cursor:
            for statement in filter(str.strip, script.split(";\n")):
                cursor.execute(statement)
        print(f"   {customers} customers with {customers * ROWS} rows made in {time.monotonic() - began:.0f} s",
              flush=True)
        site.close()

    def copy(self, name):
        self.the.kafka.create(f"{name}.topic", PARTITIONS)
        return self.the.site(name, [f"{name}.topic"], template=self.name)


def watch_rank(the, site):
    """Runs a rank; how long it took, what it cost and how it came out."""
    the.meter.start()
    began = time.monotonic()
    process = subprocess.Popen([daemon.GUANXID, "rank", "-c", site.config], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    cpu, memory = 0, 0
    while process.poll() is None:
        try:
            cpu = process_seconds(process.pid)
            with open(f"/proc/{process.pid}/status") as file:
                memory = int(re.search(r"VmHWM:\s+(\d+)", file.read())[1]) / 1024
        except (FileNotFoundError, ProcessLookupError, TypeError):
            pass
        time.sleep(0.02)
    seconds, out = time.monotonic() - began, process.stdout.read()
    if process.returncode:
        raise RuntimeError(f"guanxid rank: {process.stderr.read()}")
    found = re.search(r": (\d+) customers ranked.*\n(\d+) of them", out)
    return {"seconds": seconds, "cpu": cpu, "memory": memory, "customers": int(found[1]), "changed": int(found[2]),
            **the.meter.stop()}


def tell(what, figures):
    print(f"   {what:<44}{figures['seconds']:7.1f} s; {figures['customers']} ranked, {figures['changed']} changed;"
          f" CPU s: guanxid {figures['cpu']:.1f}, PostgreSQL {figures['postgres_cpu']:.1f};"
          f" WAL {figures['wal'] / 2**20:.0f} MiB; memory {figures['memory']:.0f} MiB", flush=True)


def begin(the, site, number):
    """Its daemon is at the head of a topic, and its clock today's."""
    site.start()
    site.wait_claims(PARTITIONS)
    publish(the, site, PARTITIONS * 25, number)
    site.wait_taken(PARTITIONS * 25)
    site.wait(120, lambda: site.row("SELECT watermark > now() - interval '2 minutes' FROM guanxi.v_watermark")[0],
              "the clock")


def publish(the, site, events, number):
    now = int(time.time() * 1e6)
    bench("publish", brokers=the.kafka.brokers, topic=site.topics[0], events=events, customers=the.ground.customers,
          seed=the.arguments.seed + number, partitions=PARTITIONS, start=now - 120 * 10**6, span=60 * 10**6)


def alone(the, ground):
    site = ground.copy(f"{ground.name}a")
    begin(the, site, 1)
    the.meter.settle()
    figures = {"first": watch_rank(the, site)}
    tell(f"{ground.customers}: the first, all tiers are new", figures["first"])
    site.wait_quiet()
    the.meter.settle()
    figures["again"] = watch_rank(the, site)
    tell(f"{ground.customers}: the next, no tier changes", figures["again"])
    site.close()
    return figures


def backlog(the, ground, name):
    """A site whose daemon has begun to read a backlog of events of all customers, the same for each."""
    site = ground.copy(f"{ground.name}{name}")
    begin(the, site, 2)
    site.stop()
    publish(the, site, the.arguments.events * BACKLOG, 3)
    the.meter.settle()
    site.start()
    site.wait_claims(PARTITIONS)
    time.sleep(3)
    return site


def reached(site, marks):
    """When so many events had been taken in, for each of these ascending numbers."""
    times = []
    for mark in marks:
        while site.taken() < mark:
            time.sleep(0.1)
        times.append(time.monotonic())
    return times


def live(the, ground):
    """A backlog is read beside a rank that changes everybody and one that changes nobody, then again without any: the
    same events are compared, for those that come later take longer, the database being larger."""
    site, figures, windows = backlog(the, ground, "b"), {}, {}
    for name in ("first", "again"):
        before = site.taken()
        figures[name] = watch_rank(the, site)
        windows[name] = (before, site.taken())
        tell(f"{ground.customers}: beside live events, {name}", figures[name])
    ended = site.taken() >= PARTITIONS * 25 + the.arguments.events * BACKLOG
    site.close()
    site = backlog(the, ground, "c")
    for name, window in windows.items():
        begun, end = reached(site, window)
        events, seconds = window[1] - window[0], figures[name]["seconds"]
        figures[name]["live"], figures[name]["live_alone"] = events / seconds, events / (end - begun)
        print(f"   live events beside the {name}: {events / seconds:.0f}/s; the same events without a rank: "
              f"{events / (end - begun):.0f}/s: x{(end - begun) / seconds:.2f}"
              f"{' (the backlog ended before)' if ended else ''}", flush=True)
    site.close()
    return figures


def rank(the):
    figures, sizes = {}, (the.arguments.events // 10, the.arguments.events)
    for customers in sizes:
        the.ground = Ground(the, customers)
        figures[customers] = alone(the, the.ground)
        if customers == sizes[-1]:
            figures["live"] = live(the, the.ground)
    few, many = (figures[customers] for customers in sizes)
    print(f"   ten times the customers: first x{many['first']['seconds'] / few['first']['seconds']:.1f}, "
          f"next x{many['again']['seconds'] / few['again']['seconds']:.1f}")
    return figures

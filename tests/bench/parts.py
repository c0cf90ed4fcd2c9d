"""The parts of the benchmark. Each takes a Bench, prints its lines and returns its figures."""
import json
import os
import statistics
import subprocess
import time

from measure import BENCH, Site, bench, daemon, options, process_seconds, server_seconds
from where import SERVER_OPTIONS, Profile

PARTITIONS = 4
HOURS = 4
SECOND, MINUTE, HOUR, DAY = (unit * 1000000 for unit in (1, 60, 3600, 86400))


class Bench:
    def __init__(self, arguments, kafka, postgres):
        self.arguments, self.kafka, self.postgres = arguments, kafka, postgres
        self.work = arguments.work
        self.meter = None
        self.sites = {}
        self.topics = {}

    @property
    def settings(self):
        return {"workers": self.arguments.workers} if self.arguments.workers else {}

    def load(self, customers):
        """Options of `bench` that make the events: times rise over some hours until a minute before now."""
        now = int(time.time() * 1e6)
        return {"events": self.arguments.events, "customers": customers, "seed": self.arguments.seed,
                "partitions": PARTITIONS, "start": now - HOURS * HOUR - MINUTE, "span": HOURS * HOUR}

    def site(self, name, topics, changes=None, conninfo="", template=None):
        return Site(self.work, self.kafka, self.postgres, name, topics, daemon.merge(self.settings, changes or {}),
                    conninfo, template)


def warm_up(the):
    """Segments of WAL exist and are recycled from here on, and every shared buffer has its memory: whoever comes
    first, or needs more than those before, must not pay for making them."""
    connection = the.postgres.connect("postgres")
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting::int8 FROM pg_settings WHERE name = 'shared_buffers'")
        pages = cursor.fetchone()[0]
        cursor.execute("CREATE UNLOGGED TABLE warm (page char(7000))")
        cursor.execute("ALTER TABLE warm ALTER COLUMN page SET STORAGE PLAIN")
        cursor.execute("INSERT INTO warm SELECT md5(i::text) FROM generate_series(1, %s) i", (pages * 5 // 4,))
        cursor.execute("DROP TABLE warm")
        for _ in range(1 + the.arguments.events // 8000):
            cursor.execute("SELECT pg_logical_emit_message(false, 'bench', repeat('x', 16000000))")
        cursor.execute("CHECKPOINT")
    connection.close()


def row(name, seconds, events, extra=""):
    print(f"   {name:<34}{seconds:8.2f} s {events / seconds:10.0f} events/s  {extra}", flush=True)


# ------------------------------------------------------------------------------------------- throughput

def run_floor(the, load, connections):
    the.postgres.execute("DROP DATABASE IF EXISTS lean")
    the.postgres.execute("CREATE DATABASE lean")
    process = subprocess.Popen(
        [BENCH, "floor", *options({**load, "connections": connections, "conninfo": f"{the.postgres.address} dbname=lean"})],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    the.meter.settle()
    the.meter.start()
    process.stdin.write("\n")
    process.stdin.flush()
    result = json.loads(process.stdout.readline())
    result.update(the.meter.stop())
    process.communicate("\n")
    if process.returncode:
        raise RuntimeError("bench floor failed")
    return result


def run_guanxid(the, name, topic, events):
    site = the.site(name, [topic], conninfo=SERVER_OPTIONS if the.arguments.profile else "")
    the.meter.settle()
    kept = {}
    profile = Profile(the.arguments.profile, name, os.path.join(the.postgres.folder, "log"))
    profile.start()
    the.meter.start()
    site.start()
    claimed = site.wait_claims(1)
    total = site.wait_taken(events)
    kept.update(site.usage(), **the.meter.stop(), seconds=total, from_claim=total - claimed)
    profile.stop(site.process.pid, site.backends())
    kept["quiet"] = site.wait_quiet(120)
    kept["after"] = {"daemon_cpu": site.usage()["daemon_cpu"], **the.meter.stop()}
    kept["counts"] = dict(zip(("timeline", "customers", "level_changes", "quarantined"), site.row(
        "SELECT (SELECT count(*) FROM guanxi.timeline), (SELECT count(*) FROM guanxi.customer),"
        " (SELECT count(*) FROM guanxi.transition WHERE kind = 0), (SELECT count(*) FROM guanxi.quarantine)")))
    if kept["counts"]["timeline"] != events or kept["counts"]["quarantined"]:
        raise RuntimeError(f"not every event is on the timeline: {kept['counts']}")
    return site, kept


def median_by(key, runs):
    return sorted(runs, key=lambda run: run[key])[len(runs) // 2]


def print_costs(name, figures, events, daemon_name):
    million = events / 1e6
    cpu = figures.get("daemon_cpu", figures.get("cpu", 0))
    print(f"   {name:<34}CPU s per million: {daemon_name} {cpu / million:5.2f}, PostgreSQL"
          f" {figures['postgres_cpu'] / million:5.2f}, Kafka {figures['kafka_cpu'] / million:5.2f};"
          f" WAL {figures['wal'] / events:5.0f} B/event", flush=True)


def print_guanxid(figures, events, floor):
    ratio = (lambda seconds: f"= {floor / seconds:.2f} of the floor") if floor else (lambda seconds: "")
    row("guanxid, from its first claim", figures["from_claim"], events, ratio(figures["from_claim"]))
    row("guanxid, from process start", figures["seconds"], events, ratio(figures["seconds"]))
    print_costs("guanxid", figures, events, "daemon")
    print(f"   {'':<34}peak memory {figures['memory']:.0f} MiB; all published and folded at"
          f" {figures['quiet']:.2f} s (by then CPU s: daemon {figures['after']['daemon_cpu']:.2f},"
          f" PostgreSQL {figures['after']['postgres_cpu']:.2f}); {figures['counts']['customers']} customers,"
          f" {figures['counts']['level_changes']} changes of level")


def throughput(the, name, customers):
    load, events, topic = the.load(customers), the.arguments.events, f"bench.{name}"
    the.kafka.create(topic, PARTITIONS)
    published = bench("publish", brokers=the.kafka.brokers, topic=topic, **load)
    print(f"   {events} events of {published['mean_bytes']:.0f} bytes over {customers} customers,"
          f" {PARTITIONS} partitions")
    row("produce", published["seconds"], events)
    figures = {"published": published, "runs": []}
    figures["consume"] = bench("consume", brokers=the.kafka.brokers, topic=topic, events=events,
                               partitions=PARTITIONS)
    row("consume only", figures["consume"]["seconds"], events, f"CPU {figures['consume']['cpu']:.2f} s")
    floors = {1: [], 2: []}
    for repeat in range(the.arguments.repeat):
        for connections in floors if not the.arguments.no_floor else ():
            floors[connections].append(run_floor(the, load, connections))
        site, run = run_guanxid(the, f"{name}{repeat}", topic, events)
        figures["runs"].append(run)
        if repeat + 1 < the.arguments.repeat:
            site.close()
    the.sites[name], the.topics[name] = site, topic
    for connections, runs in floors.items():
        if runs:
            best = figures[f"floor_{connections}"] = median_by("seconds", runs)
            plural = "s" if connections > 1 else ""
            row(f"lean floor, {connections} connection{plural}", best["seconds"], events)
            print_costs(f"lean floor, {connections} connection{plural}", best, events, "client")
    figures["guanxid"] = median_by("from_claim", figures["runs"])
    print_guanxid(figures["guanxid"], events, figures.get("floor_2", {}).get("seconds"))
    return figures


def uniform(the):
    return throughput(the, "u", the.arguments.customers or the.arguments.events)


def skewed(the):
    if "u" in the.sites:
        the.sites["u"].stop()
    return throughput(the, "s", max(1, min(20000, the.arguments.events // 50)))


# ---------------------------------------------------------------------------------------------- latency

def latency(the):
    """At the head of the topic of U, with the database that U left behind."""
    if "u" not in the.sites:
        uniform(the)
    site = the.sites["u"]
    site.wait_quiet()
    time.sleep(3)
    before = site.usage()["daemon_cpu"], server_seconds(the.postgres.pid()), process_seconds(the.kafka.pid())
    customers = the.arguments.customers or the.arguments.events
    figures = bench("latency", brokers=the.kafka.brokers, topic=the.topics["u"], conninfo=site.conninfo,
                    rate=5000, seconds=20, customers=customers, seed=the.arguments.seed + 1,
                    first=the.arguments.events, partitions=PARTITIONS)
    after = site.usage()["daemon_cpu"], server_seconds(the.postgres.pid()), process_seconds(the.kafka.pid())
    for name, text in (("produce_to_commit_ms", "produce to commit"), ("produce_to_kafka_ms", "of it until Kafka has it")):
        print(f"   {text:<28}" + ", ".join(f"{key} {value:.1f} ms" for key, value in figures[name].items()))
    print(f"   {figures['events']} events in {figures['seconds']:.1f} s; looked every {figures['period_ms']:.2f} ms,"
          f" so each figure is at most that much too long; CPU s in that time: daemon {after[0] - before[0]:.2f},"
          f" PostgreSQL {after[1] - before[1]:.2f} (with the looking), Kafka {after[2] - before[2]:.2f}")
    return figures


# ------------------------------------------------------------------------------------------------ sweep

class SweepGround:
    """Customers who were written to once, so that their next wake is far away; some of them then ask, and
    an answer is due a day later."""

    def __init__(self, the, customers):
        self.the, self.customers = the, customers
        self.topic = f"bench.sweep{customers}"
        the.kafka.create(self.topic, PARTITIONS)
        self.now = int(time.time() * 1e6) - 30 * DAY
        self.published, self.calls = 0, 0
        self.site = the.site(f"sweep{customers}", [self.topic], {"clock": "events", "sweep_interval": "50 ms"})
        self.publish("message.sent", 0, customers)
        self.site.start()
        self.settle()

    def publish(self, kind, first, count):
        self.calls += 1
        bench("range", brokers=self.the.kafka.brokers, topic=self.topic, partitions=PARTITIONS, events=count,
              customers=self.customers, seed=self.calls, first=first, type=kind, start=self.now, span=MINUTE)
        self.published += count
        self.now += MINUTE

    def settle(self):
        """Everything is applied, and the clock is beyond it, so that all there is to publish is published."""
        self.tick()
        self.site.wait_taken(self.published)
        self.site.wait_quiet()

    def tick(self):
        bench("tick", brokers=self.the.kafka.brokers, topic=self.topic, partitions=PARTITIONS, start=self.now)
        self.published += PARTITIONS

    def one_round(self, number, due):
        """Customers ask, a day and a half passes; returns what reminding them cost."""
        self.publish("message.received", number * due, due)
        self.settle()
        self.the.meter.settle()
        time.sleep(1)
        self.now += DAY * 3 // 2
        self.the.meter.start()
        cpu, count = self.site.usage()["daemon_cpu"], self.open_reminders()
        self.tick()
        began = self.site.wait_taken(self.published)
        done = self.site.wait(60, lambda: self.open_reminders() == count + due and self.site.quiet(), "reminders", 0.02)
        cost = {"seconds": done - began, "daemon_cpu": self.site.usage()["daemon_cpu"] - cpu, **self.the.meter.stop()}
        # The answer closes them again, so that rounds do not add up.
        self.publish("message.sent", number * due, due)
        self.settle()
        return cost

    def open_reminders(self):
        return self.site.row("SELECT count(*) FROM guanxi.notice WHERE state = 2 AND notice = 1")[0]


def sweep_rounds(ground, first, due, rounds):
    costs = [ground.one_round(first // due + number, due) for number in range(rounds)]
    middle = {key: statistics.median(cost[key] for cost in costs) for key in costs[0]}
    print(f"   {ground.customers:>8} customers, {due:>6} due: {middle['seconds'] * 1e3:7.0f} ms"
          f" ({', '.join(format(cost['seconds'] * 1e3, '.0f') for cost in costs)}); CPU ms: daemon"
          f" {middle['daemon_cpu'] * 1e3:.0f}, PostgreSQL {middle['postgres_cpu'] * 1e3:.0f};"
          f" WAL {middle['wal'] / due:.0f} B/due", flush=True)
    return middle


def sweep(the):
    scale = the.arguments.events
    figures = {}
    for customers, rounds in ((scale // 10, ((1000, 7),)), (scale, ((1000, 7), (10000, 3)))):
        ground, first = SweepGround(the, customers), 0
        for due, count in rounds:
            first = -(-first // due) * due
            figures[f"{customers}/{due}"] = sweep_rounds(ground, first, due, count)
            first += due * count
        ground.site.close()
    few, many, more = figures.values()
    print(f"   1,000 due among {scale} against among {scale // 10}: time x{many['seconds'] / few['seconds']:.2f};"
          f" 10,000 due against 1,000: x{more['seconds'] / many['seconds']:.2f}")
    return figures


# ----------------------------------------------------------------------------------------- late backlog

def publish_phases(the, name, load, phases):
    """Publishes to a running guanxid, phase by phase, each when the last was consumed; returns the seconds of
    all phases until everything is consumed and until nothing is marked."""
    topics = [f"bench.{name}.{kind}" for kind in ("calls", "orders", "crm")]
    for topic in topics:
        the.kafka.create(topic, PARTITIONS)
    site = the.site(name, topics)
    site.start()
    site.wait_claims(3 * PARTITIONS)
    time.sleep(1)
    the.meter.settle()
    the.meter.start()
    cpu = site.usage()["daemon_cpu"]
    began, published = time.monotonic(), 0
    for only in phases:
        published += bench("publish", brokers=the.kafka.brokers, topic=",".join(topics), **load, only=only)["events"]
        site.wait_taken(published)
    consumed = time.monotonic() - began
    site.wait(900, lambda: not site.row("SELECT EXISTS (SELECT FROM guanxi.customer WHERE fold_at IS NOT NULL)")[0],
              "nothing marked", 0.02)
    figures = {"consumed": consumed, "folded": time.monotonic() - began, "published": published,
               "daemon_cpu": site.usage()["daemon_cpu"] - cpu, **the.meter.stop()}
    site.close()
    return figures


def late(the):
    load = the.load(max(1, the.arguments.events // 20))
    load["events"] //= 2
    in_order = publish_phases(the, "inorder", load, (-1,))
    apart = publish_phases(the, "apart", load, (0, 1, 2))
    for name, one in (("in order", in_order), ("one topic after the other", apart)):
        row(name, one["folded"], one["published"], f"(consumed at {one['consumed']:.2f} s; CPU s: daemon"
            f" {one['daemon_cpu']:.2f}, PostgreSQL {one['postgres_cpu']:.2f})")
    print(f"   ratio {apart['folded'] / in_order['folded']:.2f}, of {load['customers']} customers most are late")
    return {"in_order": in_order, "apart": apart}


# ------------------------------------------------------------------------------------------------ ready

def ready(the):
    """From the start of the process until it says that it is ready, and until it owns its lanes."""
    the.kafka.create("bench.ready", PARTITIONS)
    site = the.site("ready", ["bench.ready"])
    runs = []
    for _ in range(3):
        site.postgres.execute("UPDATE guanxi.lane SET owner = NULL", "ready")
        open(site.log, "w").close()
        site.start()
        runs.append((site.wait_ready(), site.wait_claims(PARTITIONS)))
        site.stop()
    site.close()
    middle = [statistics.median(values) for values in zip(*runs)]
    print(f"   ready after {middle[0]:.2f} s, lanes claimed after {middle[1]:.2f} s (group membership is Kafka's time)")
    return {"ready": middle[0], "claimed": middle[1]}

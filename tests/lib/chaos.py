"""Kills, freezes and restarts everything while a random stream is worked on, and shows that in the end every
row of every view is what an independent fold of the stream says. See tests/chaos.sh."""
import argparse
import contextlib
import itertools
import os
import random
import sys
import time
from collections import Counter

from rig import stream
from rig.servers import Kafka, Postgres, wait_until
from rig.site import Site
from rig.views import Expected

PREFIX = "crm."
PHASES = 3
FREEZE = (4.0, 6.0)  # seconds; the session times out after 3
AMID = (0.0, 0.15)  # from the records that came last to the fault
BUSY_SHARE = 4      # times as many records before a fault that needs an instance at work
BUSY = 100          # records that an instance at work has still to apply
FENCED = "has another owner"
MOST_INSTANCES = 4


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Chaos:
    def __init__(self, site, seed, pause):
        self.site = site
        self.pause = pause
        self.publisher = stream.Publisher(site.kafka.brokers, site.prefix)
        self.sent = Counter()  # by lane
        self.random = random.Random(seed)
        self.thaw_at = {}
        self.done = Counter()
        self.slowest_stop = 0.0

    # --------------------------------------------------------------------------------------------- faults

    def _living(self):
        return [one for one in self.site.instances if one.running() and not one.frozen]

    def kill(self):
        """kill -9 of an instance; another takes its place, at once or after a while."""
        instance = self.random.choice(self._living() or [self.site.start()])
        instance.kill()
        if self.random.random() < 0.5:
            time.sleep(self.random.uniform(0, 1.5))
        instance.start()

    def find_busy(self):
        """An instance in the middle of work: some of what was published last it has applied, and more is to come."""
        living = {instance.process.pid: instance for instance in self._living()}
        first, end = {}, time.monotonic() + 3
        connection = self.site.postgres.connect(self.site.name)
        try:
            cursor = connection.cursor()
            while time.monotonic() < end:
                cursor.execute("SELECT substring(owner FROM '[0-9]+$')::int4, topic, partition, next_offset "
                               "FROM guanxi.lane WHERE owner IS NOT NULL")
                moved, left = set(), Counter()
                for owner, topic, partition, offset in cursor.fetchall():
                    lane = (topic[len(self.site.prefix):], partition)
                    if first.setdefault(lane, offset) < offset:
                        moved.add(owner)
                    left[owner] += self.sent[lane] - offset
                for owner in moved & living.keys():
                    if left[owner] >= BUSY:
                        return living[owner]
        finally:
            connection.close()
        return None

    def freeze(self):
        """SIGSTOP in the middle of work until long after its session has timed out: it wakes as a zombie among new
        owners. Mostly it learns of them before it writes."""
        living = self._living()
        if living:
            instance = self.find_busy() or self.random.choice(living)
            instance.freeze()
            self.thaw_at[instance] = time.monotonic() + self.random.uniform(*FREEZE)

    def usurp(self):
        """Claims the lanes of an instance in the middle of work, as another one would whom the group has given them
        while this one was out of reach: what it has in its hands comes to nothing. Then a restart makes the group
        deal out the lanes anew."""
        instance = self.find_busy()
        if instance:
            before = instance.log().count(FENCED)
            self.site.query("UPDATE guanxi.lane SET epoch = epoch + 1, owner = 'usurper' WHERE owner LIKE %s",
                            f"%-{instance.process.pid}")
            with contextlib.suppress(TimeoutError):
                wait_until(3, lambda: instance.log().count(FENCED) > before, "the owner is fenced")
            self.done["usurped in the middle of work"] += 1
        self.stop()

    def thaw(self, everything=False):
        for instance, at in list(self.thaw_at.items()):
            if everything or time.monotonic() >= at or not instance.frozen:
                instance.thaw()
                del self.thaw_at[instance]

    def stop(self):
        """A graceful end, and a new start."""
        living = self._living()
        if living:
            instance = self.random.choice(living)
            code, seconds = instance.stop()
            if code != 0:
                raise AssertionError(f"exit code {code} after SIGTERM\n{instance.log_tail()}")
            self.slowest_stop = max(self.slowest_stop, seconds)
            instance.start()

    def add(self):
        if len(self.site.instances) < MOST_INSTANCES:
            self.site.start()

    def remove(self):
        living = self._living()
        if len(living) > 1:
            instance = self.random.choice(living)
            self.slowest_stop = max(self.slowest_stop, instance.stop()[1])
            self.site.instances.remove(instance)

    def stop_postgres(self):
        self.site.postgres.stop_immediately()
        time.sleep(self.random.uniform(0, 2))
        self.site.postgres.start()

    def kill_postgres(self):
        self.site.postgres.kill()
        self.site.postgres.start()

    def restart_kafka(self):
        self.site.kafka.stop_gracefully()
        time.sleep(self.random.uniform(0, 2))
        self.site.kafka.start()

    # ------------------------------------------------------------------------------------------- sequence

    def plan(self, kills):
        """So many kills and, among them, everything else."""
        faults = [self.kill] * kills
        for fault, share in ((self.freeze, 5), (self.usurp, 6), (self.stop, 5), (self.add, 6),
                             (self.remove, 8), (self.stop_postgres, 6), (self.kill_postgres, 12), (self.restart_kafka, 12)):
            faults += [fault] * (max(1, kills // share) if kills else 0)
        self.random.shuffle(faults)
        return faults

    def revive(self):
        """Whoever ended by itself is started again; that is right only when PostgreSQL was away at its start."""
        for instance in self.site.instances:
            if not instance.running():
                if instance.process.returncode != os.EX_UNAVAILABLE:
                    raise AssertionError(f"guanxid ended with {instance.process.returncode}\n{instance.log_tail()}")
                self.done["ended by itself, PostgreSQL away"] += 1
                instance.start()

    def strike(self, fault):
        self.thaw()
        self.revive()
        fault()
        self.done[fault.__name__] += 1

    def needs_work(self, fault):
        return fault in (self.freeze, self.usurp)

    def cut(self, records, faults):
        """A chunk of the records for each fault and one for the end; more for one that has to find an instance in the
        middle of work."""
        shares = [BUSY_SHARE if self.needs_work(fault) else 1 for fault in faults] + [1]
        chunks, begin = [], 0
        for share in itertools.accumulate(shares):
            end = len(records) * share // sum(shares)
            chunks.append(records[begin:end])
            begin = end
        return chunks

    def publish(self, records):
        self.sent.update((record.topic, record.partition) for record in records)
        self.publisher.send(records)

    def phase(self, faults, records):
        """Publishes a chunk of the records before each fault: one half so early that it may have been worked off,
        the other so late that the fault strikes in the middle of it."""
        chunks = self.cut(records, faults)
        for chunk, fault in zip(chunks, faults):
            at_work = self.needs_work(fault)
            half = 0 if at_work else len(chunk) // 2
            self.publish(chunk[:half])
            time.sleep(self.random.uniform(0.1, self.pause))
            self.publish(chunk[half:])
            time.sleep(0 if at_work else self.random.uniform(*AMID))
            self.strike(fault)
        self.publish(chunks[-1])
        self.publisher.flush(300)
        self.thaw(everything=True)
        self.revive()


def run(options):
    work = os.environ["WORK_DIR"]
    path = os.path.join(work, "stream.tsv")
    stream.generate(path, seed=options.seed, events=options.events, customers=options.customers, phases=PHASES,
                    prefix=PREFIX)
    records = stream.read(path)
    ends = stream.lane_ends(records)
    site = Site(work, "chaos", Kafka(), Postgres(), settings={
        "type_prefix": PREFIX, "batch_events": options.batch, "model": {"time_zone": "Asia/Shanghai"}})
    chaos = Chaos(site, options.seed, options.pause)
    began = time.monotonic()
    figures = {}
    try:
        for _ in range(2):
            site.start()
        faults = chaos.plan(options.kills)
        for phase in range(PHASES):
            part = [record for record in records if record.phase == phase]
            chaos.phase(faults[phase * len(faults) // PHASES:(phase + 1) * len(faults) // PHASES], part)
            seen = [record for record in records if record.phase <= phase]
            site.wait_for_lanes(stream.lane_ends(seen), 120)
            expected = Expected(path, "--prefix", PREFIX, "--zone", 8, "--phase", phase)
            figures = site.check(expected, seen, 90)
            say(f"phase {phase + 1} of {PHASES}: {len(seen)} records, {chaos.done['kill']} kills, "
                "views and messages agree")
        for instance in site.instances:
            code, seconds = instance.stop()
            chaos.slowest_stop = max(chaos.slowest_stop, seconds)
            if code != 0:
                raise AssertionError(f"exit code {code} after SIGTERM\n{instance.log_tail()}")
    finally:
        site.close()
    fenced = site.count_in_logs(FENCED)
    if chaos.done["usurped in the middle of work"] >= 2 and not fenced:
        raise AssertionError("lanes were claimed behind their owner's back, but nobody was fenced")
    rows = {view: len(rows) for view, rows in expected.views.items()}
    print_figures(options, chaos, figures, {
        "records": sum(ends.values()), "seconds": round(time.monotonic() - began),
        "slowest SIGTERM, seconds": round(chaos.slowest_stop, 1),
        "lanes fenced (log lines)": fenced,
        "PostgreSQL away (log lines)": site.count_in_logs("PostgreSQL is away"),
        **{f"rows of {view}": n for view, n in rows.items()}})


def print_figures(options, chaos, figures, more):
    print(f"chaos: seed {options.seed}: everything agrees")
    for name, value in [*sorted(chaos.done.items()), *sorted(figures.items()), *more.items()]:
        print(f"  {name:40} {value}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--events", type=int, default=0, help="default: 1000 for each kill")
    parser.add_argument("--customers", type=int, default=0, help="default: one for 25 events")
    parser.add_argument("--batch", type=int, default=50,
                        help="events of a batch at most: small, so that there are many")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between faults at most")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = int(os.environ.get("GUANXI_SEED") or time.time())
    options.events = options.events or max(2000, 1000 * options.kills)
    options.customers = options.customers or max(50, options.events // 25)
    say(f"chaos: {options.kills} kills, seed {options.seed}, {options.events} events of {options.customers} customers")
    run(options)


if __name__ == "__main__":
    main()

"""One set-up of guanxid for a test: a database, topics, a configuration and instances of its own, on servers
that may be shared with other tests."""
import os
import time

import psycopg2

from . import daemon, views
from .compare import compare_messages, compare_views
from .messages import Messages
from .servers import wait_until
from .stream import Publisher

# A dead instance is noticed soon; the broker allows it (see tests/chaos.sh and tests/lib/system.sh).
CONSUMER = ["session.timeout.ms=3000", "heartbeat.interval.ms=500", "broker.address.family=v4",
            "reconnect.backoff.max.ms=1000"]
PRODUCER = ["broker.address.family=v4", "reconnect.backoff.max.ms=1000"]

# Nothing is left to do for the present watermark.
SETTLED = """
SELECT NOT EXISTS (SELECT FROM guanxi.customer c WHERE c.fold_at <= w.watermark OR c.wake_at < w.watermark)
    AND NOT EXISTS (SELECT FROM guanxi.outbox o WHERE o.at < w.watermark)
    AND NOT EXISTS (SELECT FROM guanxi.v_notice n WHERE n.state = 'held' AND n.at < w.watermark)
    AND NOT EXISTS (SELECT FROM guanxi.parcel p WHERE NOT p.held OR p.from_at < w.watermark)
FROM guanxi.v_watermark w
"""


class Site:
    def __init__(self, work, name, kafka, postgres, topics=None, settings=None, migrate=True):
        self.kafka, self.postgres, self.name = kafka, postgres, name
        self.prefix = f"{name}."
        self.folder = os.path.join(work, name)
        os.makedirs(self.folder)
        self.topics = {"calls": 4, "orders": 4, "crm": 4} if topics is None else topics
        self.reminders, self.changes = f"{name}.out.reminders", f"{name}.out.changes"
        self.instances, self.started = [], 0
        self.messages = None
        postgres.execute(f'CREATE DATABASE "{name}"')
        for topic, partitions in {**self.topics, "out.reminders": 3, "out.changes": 3}.items():
            kafka.create(self.prefix + topic, partitions)
        self.settings = daemon.merge({
            "kafka": {"brokers": kafka.brokers, "topics": [self.prefix + topic for topic in self.topics],
                      "group_id": name, "reminders_topic": self.reminders, "changes_topic": self.changes,
                      "consumer_properties": CONSUMER, "producer_properties": PRODUCER},
            "postgres": {"conninfo": f"{postgres.address} dbname={name}", "idle_timeout": "5 s", "lock_timeout": "2 s",
                         "connect_timeout": "5 s"},
            "clock": "events", "sweep_interval": "200 ms", "cache_size": "16 MiB",
            "log": {"level": "info", "format": "text"},
            "http": {"listen": ""},  # several instances on one host
            # What the oracle folds has no ranks in it; tests of those say when.
            "model": {"rank_at": "", "rates": tuple({"code": code, "rate": rate} for code, rate in daemon.RATES.items())},
        }, settings or {})
        self.config = self.configure()
        if migrate:
            self.migrate()

    def configure(self, name="guanxid", **changes):
        """Writes a configuration file with changes to the settings of this site; returns its path."""
        path = os.path.join(self.folder, f"{name}.conf")
        daemon.write_config(path, daemon.merge(self.settings, changes))
        return path

    def migrate(self):
        done = daemon.run_command("migrate", "up", config=self.config)
        if done.returncode:
            raise AssertionError(f"guanxid migrate up: exit {done.returncode}\n{done.stderr}{done.stdout}")

    def command(self, *arguments, **options):
        return daemon.run_command(*arguments, config=options.pop("config", self.config), **options)

    def start(self, config=None, environment=None):
        """One more instance."""
        self.started += 1
        log = os.path.join(self.folder, f"instance-{self.started}.log")
        instance = daemon.Instance(config or self.config, log).start(environment)
        self.instances.append(instance)
        return instance

    def publish(self, records, **settings):
        publisher = Publisher(self.kafka.brokers, self.prefix, **settings)
        publisher.send(records)
        publisher.flush()

    # -------------------------------------------------------------------------------------------- looking

    def query(self, statement, *parameters):
        connection = self.postgres.connect(self.name)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    def lanes(self):
        """{(topic, partition): (next_offset, state, reason)}"""
        rows = self.query('SELECT topic, partition, next_offset, state, reason FROM guanxi.v_lane')
        return {(topic[len(self.prefix):], partition): rest for topic, partition, *rest in rows}

    def lane(self, topic, partition=0):
        return self.lanes().get((topic, partition), (None, None, None))

    def has_reached(self, ends):
        lanes = self.lanes()
        return all(lanes.get(lane, (None,))[0] == end for lane, end in ends.items())

    def wait_for_lanes(self, ends, seconds=60):
        """Until every lane's next_offset is where it should be."""
        try:
            wait_until(seconds, lambda: self.has_reached(ends), "lanes at their ends")
        except TimeoutError:
            raise AssertionError(f"lanes: {self.lanes()}, expected {ends}\n{self.tails()}") from None

    def wait_until_settled(self, seconds=60):
        """Until all is done that follows from what was taken."""
        try:
            wait_until(seconds, lambda: self.query(SETTLED)[0][0], "everything is settled")
        except TimeoutError:
            raise AssertionError(f"not settled\n{self.tails()}") from None

    def views(self):
        return views.read_views(self.postgres, self.name, self.prefix)

    def read_messages(self):
        if self.messages is None:
            self.messages = Messages(self.kafka.brokers, self.reminders, self.changes)
        return self.messages.read()

    def count_in_logs(self, text):
        """Lines that say so, of all instances there ever were."""
        count = 0
        for name in os.listdir(self.folder):
            if name.endswith(".log"):
                with open(os.path.join(self.folder, name), errors="replace") as file:
                    count += sum(text in line for line in file)
        return count

    def tails(self):
        return "\n".join(f"  {os.path.basename(one.log_path)}:\n{one.log_tail()}" for one in self.instances)

    def _compare_tables(self, comparison, expected):
        """Of erased ids there is a tombstone each and nothing else, seen by views or not."""
        erased = sorted(expected.erased)
        found = self.query("SELECT count(*), count(*) FILTER (WHERE stands AND digest IN (SELECT guanxi.tombstone(id) "
                           "FROM unnest(%s::text[]) AS v (id))) FROM guanxi.erased", erased)
        if found != [(len(erased), len(erased))]:
            comparison.differ(f"tombstones, and those that are right: {found}, expected {len(erased)}")
        for table, column in self.query(
                "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE "
                "c.relkind = 'r' AND c.relnamespace = 'guanxi'::regnamespace AND a.attname IN "
                "('customer_id', 'into_id', 'subject', 'recorded_as', 'names', 'winner')"):
            rows = self.query(f"SELECT count(*), min({column}) FROM guanxi.{table} WHERE {column} = ANY (%s)", erased)
            if rows[0][0]:
                comparison.differ(f"{table}.{column}: {rows[0][0]} rows of erased customers, such as {rows[0][1]}")

    def _compare(self, expected, records):
        actual = self.views()
        in_views = compare_views(expected, actual, records)
        self._compare_tables(in_views, expected)
        if in_views.differences:
            return in_views, None
        return in_views, compare_messages(expected, actual, self.read_messages())

    def check(self, expected, records=(), seconds=30):
        """Views and messages come out as the oracle says, after at most `seconds` of grace in which nothing
        more is published. Returns the figures."""
        end = time.monotonic() + seconds
        while True:
            try:
                in_views, in_messages = self._compare(expected, records)
                found = in_messages or in_views
                if in_messages is not None and not in_messages.differences:
                    return in_views.figures + in_messages.figures
            except psycopg2.Error:
                if time.monotonic() > end:
                    raise
                found = None
            if time.monotonic() > end and found:
                raise AssertionError(f"{len(found.differences)} differences:\n{found.report()}\n{self.tails()}")
            time.sleep(0.5)

    def close(self):
        for instance in self.instances:
            instance.end()
        if self.messages:
            self.messages.close()

"""What the benchmark measures with: processor time and memory of processes, the server's log position,
instances of guanxid, and the helper program."""
import json
import os
import subprocess
import sys
import threading
import time

import psycopg2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from rig import daemon, scrape, servers  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
BENCH = os.path.join(os.environ["GUANXI_BUILD_DIR"], "bin", "bench")


def process_seconds(pid, with_children=False):
    """Processor time of a process; `with_children`: also of those of its children that it has reaped."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15 if with_children else 13])) / TICK


def children_of(parent):
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    if int(file.read().rsplit(")", 1)[1].split()[1]) == parent:
                        yield int(name)
            except (OSError, IndexError):
                pass


def server_seconds(postmaster):
    """Of PostgreSQL as a whole: the postmaster, its children that live (backends, checkpointer, WAL writer,
    autovacuum) and all those that have ended."""
    total = process_seconds(postmaster, True)
    for child in children_of(postmaster):
        try:
            total += process_seconds(child, True)
        except OSError:
            pass
    return total


def peak_memory(pid):
    """VmHWM in MiB."""
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def load_average():
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def options(settings):
    return [part for name, value in settings.items() for part in (f"--{name}", str(value))]


def bench(verb, **settings):
    """Runs `bench VERB` to its end; returns what it measured."""
    done = subprocess.run([BENCH, verb, *options(settings)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"bench {verb}: {done.stderr}")
    return json.loads(done.stdout)


class Meter:
    """Processor time of both servers and bytes of WAL between start() and stop()."""

    def __init__(self, kafka, postgres):
        self.kafka, self.postgres = kafka, postgres
        self.connection = postgres.connect("postgres")

    def _read(self):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
            wal = int(cursor.fetchone()[0])
        return (process_seconds(self.kafka.pid()), server_seconds(self.postgres.pid()), wal)

    def start(self):
        self.before = self._read()

    def stop(self):
        now = self._read()
        return dict(zip(("kafka_cpu", "postgres_cpu", "wal"), (a - b for a, b in zip(now, self.before))))

    def settle(self):
        """The same ground for what comes: nothing left to be written out."""
        with self.connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")


class Site:
    """A database and a guanxid over topics; `changes` are laid over the defaults of its configuration."""

    def __init__(self, work, kafka, postgres, name, topics, changes=None, conninfo="", template=None):
        self.kafka, self.postgres, self.name, self.topics = kafka, postgres, name, topics
        self.process = None
        self.config = os.path.join(work, f"{name}.conf")
        self.log = os.path.join(work, f"{name}.log")
        self.socket = os.path.join(work, f"{name}.sock")
        for topic in (f"{name}.reminders", f"{name}.changes"):
            kafka.create(topic, 4)
        postgres.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}" STRATEGY file_copy' if template else ""))
        self.conninfo = f"{postgres.address} dbname={name}"
        daemon.write_config(self.config, daemon.merge({
            "kafka": {"brokers": kafka.brokers, "topics": topics, "group_id": name,
                      "reminders_topic": f"{name}.reminders", "changes_topic": f"{name}.changes"},
            "postgres": {"conninfo": self.conninfo + conninfo},
            "http": {"listen": "", "socket": self.socket},
            "model": {"rank_at": ""},  # a part of its own measures ranks
        }, changes or {}))
        done = daemon.run_command("migrate", "up", config=self.config)
        if done.returncode:
            raise RuntimeError(f"guanxid migrate: {done.stderr}")
        self.connection = postgres.connect(name)

    def row(self, statement, *parameters):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchone()

    def start(self):
        log = open(self.log, "ab")
        self.began = time.monotonic()
        # It ends with us, however we end; setpriv becomes guanxid, so the process is the one we know.
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", daemon.GUANXID, "run", "-c", self.config],
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        threading.Thread(target=self.scrape, args=(self.process,), daemon=True).start()

    def scrape(self, process):
        """Every second, as somebody does in production."""
        while process.poll() is None:
            scrape.get(self.socket, "/metrics")
            time.sleep(1)

    def check(self):
        if self.process.poll() is not None:
            with open(self.log) as file:
                raise RuntimeError(f"guanxid ended\n{file.read()[-3000:]}")

    def wait(self, seconds, condition, what, period=0.01):
        """Polls; returns the seconds since the process was started."""
        end = time.monotonic() + seconds
        while not condition():
            self.check()
            if time.monotonic() > end:
                with open(self.log) as file:
                    raise TimeoutError(f"{what}: not within {seconds} s\n{file.read()[-3000:]}")
            time.sleep(period)
        return time.monotonic() - self.began

    def says(self, text):
        with open(self.log) as file:
            return text in file.read()

    def wait_ready(self):
        return self.wait(30, lambda: self.says("is ready"), "ready", 0.002)

    def claimed(self):
        return self.row("SELECT count(*) FROM guanxi.lane WHERE owner IS NOT NULL")[0]

    def wait_claims(self, count):
        return self.wait(60, lambda: self.claimed() >= count, "claims")

    def taken(self):
        return int(self.row("SELECT coalesce(sum(next_offset), 0) FROM guanxi.lane")[0])

    def wait_taken(self, count, seconds=600):
        return self.wait(seconds, lambda: self.taken() >= count, f"{count} records taken")

    def quiet(self):
        """Nothing marked, nothing to be published."""
        return self.row("SELECT NOT EXISTS (SELECT FROM guanxi.customer WHERE fold_at IS NOT NULL) AND"
                        " NOT EXISTS (SELECT FROM guanxi.outbox) AND NOT EXISTS (SELECT FROM guanxi.parcel)")[0]

    def wait_quiet(self, seconds=600):
        return self.wait(seconds, self.quiet, "nothing marked and nothing to be published", 0.02)

    def backends(self):
        """The server's ends of guanxid's connections."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'guanxid' AND"
                           " datname = current_database() ORDER BY pid")
            return [number for number, in cursor.fetchall()]

    def usage(self):
        return {"daemon_cpu": process_seconds(self.process.pid), "memory": peak_memory(self.process.pid)}

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def close(self):
        self.stop()
        self.connection.close()

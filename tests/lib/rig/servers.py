"""The servers that tests/lib/*.sh started: found by the environment, handled by their folders (see
deploy/lib/shell.sh): DIR/start becomes the server, DIR/pid names it."""
import os
import signal
import subprocess
import time

import psycopg2
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

# Of every client of the tests: that a broker went away is what they are about, not worth a line.
CLIENT = {"log_level": 2, "broker.address.family": "v4", "reconnect.backoff.max.ms": 1000}


def wait_until(seconds, condition, what, pause=0.1):
    """Polls until condition() is true and returns what it returned."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(pause)


class Service:
    def __init__(self, folder):
        self.folder = folder
        self.child = None  # the server, if it was started here

    def pid(self):
        """The id of the living server, or None. A recycled id is not ours: its command line must say so."""
        try:
            with open(f"{self.folder}/pid") as file:
                pid = int(file.read())
            with open(f"/proc/{pid}/cmdline") as file:
                return pid if self.folder in file.read() else None
        except (OSError, ValueError):
            return None

    def signal(self, number):
        pid = self.pid()
        if pid:
            os.kill(pid, number)

    def stop(self, number, seconds=60):
        self.signal(number)
        wait_until(seconds, lambda: not self.pid(), f"{self.folder} ends")
        if self.child:
            self.child.wait(seconds)

    def _spawn(self):
        try:
            os.unlink(f"{self.folder}/pid")
        except FileNotFoundError:
            pass
        with open(f"{self.folder}/log", "ab") as log:
            self.child = subprocess.Popen([f"{self.folder}/start"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _is_up(self):
        # After kill -9 a server may refuse to start while children of the killed one are still ending.
        if self.child is None or self.child.poll() is not None:
            self._spawn()
        return self.pid() and self.answers()

    def start(self):
        if not self.pid():
            wait_until(90, self._is_up, f"{self.folder} starts")


class Postgres(Service):
    def __init__(self):
        super().__init__(os.environ["GUANXI_TEST_POSTGRES_DIR"])
        with open(f"{self.folder}/address") as file:
            self.address = file.read().strip()

    def connect(self, database="guanxi", **more):
        connection = psycopg2.connect(f"{self.address} dbname={database} connect_timeout=5", **more)
        connection.autocommit = True
        return connection

    def answers(self):
        try:
            self.connect("postgres").close()
            return True
        except psycopg2.Error:
            return False

    def execute(self, statement, database="postgres"):
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    def stop_immediately(self):
        self.stop(signal.SIGQUIT)

    def stop_fast(self):
        self.stop(signal.SIGINT)

    def kill(self):
        self.stop(signal.SIGKILL)


class Kafka(Service):
    def __init__(self):
        super().__init__(os.environ["GUANXI_TEST_KAFKA_DIR"])
        self.brokers = os.environ["GUANXI_TEST_KAFKA"]
        self.admin = AdminClient({"bootstrap.servers": self.brokers, **CLIENT})

    def answers(self):
        try:
            return bool(AdminClient({"bootstrap.servers": self.brokers, **CLIENT}).list_topics(timeout=1).brokers)
        except KafkaException:
            return False

    def stop_gracefully(self):
        self.stop(signal.SIGTERM, 60)

    def kill(self):
        self.stop(signal.SIGKILL)

    def create(self, topic, partitions, **settings):
        config = {name.replace("_", "."): str(value) for name, value in settings.items()}
        new = NewTopic(topic, num_partitions=partitions, replication_factor=1, config=config)
        self.admin.create_topics([new], operation_timeout=30)[topic].result()

    def delete(self, topic):
        self.admin.delete_topics([topic], operation_timeout=30)[topic].result()
        wait_until(30, lambda: topic not in self.admin.list_topics(timeout=10).topics, f"{topic} is gone")

    def grow(self, topic, partitions):
        self.admin.create_partitions([NewPartitions(topic, partitions)], operation_timeout=30)[topic].result()

    def _admin_tool(self, verb, *arguments):
        tool = f"{os.environ['GUANXI_BUILD_DIR']}/bin/topic_admin"
        subprocess.run([tool, self.brokers, verb, *map(str, arguments)], check=True)

    def truncate(self, topic, partition, offset):
        """Deletes the records below the offset, as retention would."""
        self._admin_tool("truncate", topic, partition, offset)

    def guard(self, name, what="read"):
        """From now on nobody may read the topic, or write it, or use the group of that name."""
        self._admin_tool("guard", name, what)

    def unguard(self, name, what="read"):
        self._admin_tool("unguard", name, what)

"""`guanxid status`: with both halves, with either of them, and with neither."""
import json
import os
import socket
import time

from rig import case, stream
from rig.servers import wait_until

BOUND = 12  # seconds, with both silent


def calls(count):
    return [stream.event("calls", "call.completed", f"2026-03-01T00:{n // 60:02d}:{n % 60:02d}Z", f"c{n % 20}",
                         {"direction": "outbound"}, id=str(n), partition=n % 2) for n in range(count)]


class Status(case.SystemTest):
    def setUp(self):
        self.here = self.site(topics={"calls": 2})
        self.path = os.path.join(self.here.folder, "http.sock")
        self.config = self.here.configure("status", instance="一号", http={"listen": "", "socket": self.path})

    def tearDown(self):
        self.postgres.start()

    def status(self, config=None, **options):
        """(exit code, document)"""
        done = self.here.command("status", "--json", config=config or self.config, **options)
        self.assertEqual(done.stderr, "")
        return done.returncode, json.loads(done.stdout)

    def text(self, config=None):
        done = self.here.command("status", config=config or self.config)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def started(self):
        instance = self.here.start(self.config)
        wait_until(30, lambda: self.status()[1]["instance"].get("ready"), "the instance is ready")
        return instance

    def test_both(self):
        instance = self.started()
        records = self.number(calls(100) + [stream.event("calls", "no.such", "2026-03-01T00:00:00Z", "x", {}, id="bad")])
        self.here.publish(records)
        self.here.wait_for_lanes(stream.lane_ends(records))
        self.here.wait_until_settled()
        # Each tells what it last looked at.
        wait_until(10, lambda: self.status()[1]["instance"]["lag"] == 0, "the instance has looked again")
        wait_until(10, lambda: all(lane["lag"] == 0 for lane in self.status()[1]["database"]["lanes"]), "lags are written")
        code, told = self.status()
        self.assertEqual(code, 0)
        one, database = told["instance"], told["database"]
        self.assertEqual((one["answers"], one["ready"], one["lag"], one["configuration_refused"]), (True, True, 0, False))
        self.assertEqual(one["at"], self.path)
        self.assertEqual({check["name"]: check["ok"] for check in one["checks"]},
                         dict.fromkeys(("schema", "postgres", "kafka", "lanes"), True))
        self.assertEqual((database["answers"], database["schema_fits"], database["schema"]), (True, True, "0003_roles"))
        self.assertEqual(database["waiting"]["quarantine"], 1)
        self.assertIsNotNone(database["watermark"])
        self.assertEqual([(i["owner"], i["lanes"], i["lag"]) for i in database["instances"]], [("一号", 2, 0)])
        ends = stream.lane_ends(records)
        self.assertEqual({(lane["topic"][len(self.here.prefix):], lane["partition"]): lane["next_offset"]
                          for lane in database["lanes"]}, ends)
        text = self.text()
        for line in ("state          ready", "schema         0003_roles", "quarantine     1", "lag            0 messages"):
            self.assertIn(line, text)
        self.assert_aligned(text)
        self.assertEqual(instance.stop()[0], 0)

    def assert_aligned(self, text):
        """The columns of a table stand under their titles, by the cells of a terminal: 一 is two of them."""
        lines = text.splitlines()
        head = next(n for n, line in enumerate(lines) if line.startswith("INSTANCE"))
        self.assertEqual(lines[head].index("LANES") + len("LANES"), lines[head + 1].index(" 2 ") + 2 + 2)
        self.assertTrue(lines[head + 1].startswith("一号"))

    def test_without_instance(self):
        """Nobody runs; what the database has is told. Somebody who serves nowhere is not missed."""
        code, told = self.status()
        self.assertEqual((code, told["instance"]["answers"]), (69, False))
        self.assertIn("No such file", told["instance"]["why"])
        self.assertEqual(told["database"]["schema_fits"], True)
        self.assertIn("no answer", self.text())
        nowhere = self.here.configure("nowhere", http={"listen": ""})
        code, told = self.status(config=nowhere)
        self.assertEqual((code, told["instance"]["answers"], told["instance"]["at"]), (0, False, None))
        self.assertIn("http.listen and http.socket are empty", self.text(nowhere))

    def test_halted(self):
        """A lane that halted, an instance that is not ready, a configuration that was refused."""
        instance = self.started()
        self.kafka.guard(self.here.prefix + "calls")
        self.addCleanup(self.kafka.unguard, self.here.prefix + "calls")
        self.here.publish(self.number(calls(10)))
        wait_until(30, lambda: self.here.lane("calls")[1] == "halted", "the lane halts")
        self.here.configure("status", workers=0, instance="一号", http={"listen": "", "socket": self.path})
        instance.process.send_signal(1)
        instance.wait_for_log("stays in force")
        self.here.configure("status", instance="一号", http={"listen": "", "socket": self.path})
        wait_until(10, lambda: self.status()[1]["instance"]["configuration_refused"], "the refusal shows")
        lanes = self.status()[1]["database"]["lanes"]
        self.assertEqual(lanes[0]["state"], "halted")
        self.assertIn("authoriz", lanes[0]["reason"].lower())
        text = self.text()
        self.assertIn("halted: ", text)
        self.assertIn("was refused", text)

    def test_without_database(self):
        self.started()
        self.postgres.stop_immediately()
        wait_until(20, lambda: not self.status()[1]["instance"]["ready"], "it notices")
        code, told = self.status()
        self.assertEqual((code, told["database"]["answers"], told["instance"]["answers"]), (69, False, True))
        self.assertIn("PostgreSQL", told["database"]["why"])
        failed = {check["name"] for check in told["instance"]["checks"] if not check["ok"]}
        self.assertIn("postgres", failed)
        text = self.text()
        self.assertIn("state          not ready", text)
        self.assertIn("no answer      cannot connect to PostgreSQL", text)

    def test_as_reader(self):
        """What the views show, and no more."""
        self.here.query("CREATE ROLE looks LOGIN IN ROLE guanxi_reader")
        self.addCleanup(lambda: self.postgres.execute("DROP ROLE looks"))
        self.started()
        conninfo = f"{self.postgres.address} dbname=as_reader user=looks".replace("user=postgres ", "")
        reader = self.here.configure("reader", postgres={"conninfo": conninfo}, http={"listen": "", "socket": self.path})
        code, told = self.status(config=reader)
        self.assertEqual((code, told["database"]["waiting"], len(told["database"]["lanes"])), (0, None, 2))
        self.assertIn("not for this login to see", self.text(reader))

    def test_no_schema(self):
        self.here.query("DROP SCHEMA guanxi CASCADE")
        told = self.status()[1]["database"]
        self.assertEqual((told["answers"], told["schema_fits"]), (True, False))
        self.assertIn("guanxid migrate up", told["schema"])

    def test_silent(self):
        """Who takes the connection and says nothing holds nobody up."""
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            port = deaf.getsockname()[1]
            config = self.here.configure("deaf", http={"listen": f"127.0.0.1:{port}"}, postgres={
                "conninfo": f"host=127.0.0.1 port={port} dbname=x", "connect_timeout": "1 h"})
            began = time.monotonic()
            code, told = self.status(config=config)
            self.assertLess(time.monotonic() - began, BOUND)
        self.assertEqual((code, told["instance"]["answers"], told["database"]["answers"]), (69, False, False))
        self.assertIn("no answer in time", told["instance"]["why"])


if __name__ == "__main__":
    case.main()

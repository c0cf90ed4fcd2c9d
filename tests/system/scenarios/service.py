"""The daemon under a service manager: when it is ready, what it tells of itself, how a stuck thread shows, and how
its configuration is read again."""
import os
import re
import signal
import time

from rig import case, daemon, scrape, stream
from rig.manager import Manager, StoppedThread
from rig.servers import wait_until

END = "2026-06-01T00:00:00Z"
NOWHERE = "127.0.0.1:9"
STATUS = re.compile(r"lag (\d+) \((\d+\.\d) s\) in (\d+) lanes(, some halted)?, (\d+) events/s, Kafka (up|away), "
                    r"PostgreSQL (up|away)(, the last configuration was refused)?$")


def calls(count, start=0):
    return [stream.event("calls", "call.completed", f"2026-03-{1 + n // 1440:02d}T{n // 60 % 24:02d}:{n % 60:02d}:00Z",
                         f"c{n % 50}", {"direction": "outbound"}, id=str(n)) for n in range(start, start + count)]


def order(number, currency):
    return stream.event("calls", "order.placed", f"2026-03-01T00:00:{number:02d}Z", f"buyer{number}",
                        {"order_id": str(number), "amount": "10", "currency": currency}, id=f"order-{number}")


class ServiceTest(case.SystemTest):
    def setUp(self):
        self.here = self.site(topics={"calls": 1})
        self.path = os.path.join(self.here.folder, "http.sock")

    def tearDown(self):
        self.postgres.start()

    def configure(self, **changes):
        return self.here.configure("served", **daemon.merge({"http": {"listen": "", "socket": self.path}}, changes))

    def start(self, watchdog=None, **changes):
        """(instance, manager)"""
        manager = Manager(self.here.folder, watchdog)
        self.addCleanup(manager.close)
        return self.here.start(self.configure(**changes), manager.environment), manager

    def started(self, **changes):
        instance, manager = self.start(**changes)
        manager.wait_for("READY", "1")
        return instance, manager


class Notify(ServiceTest):
    def test_life(self):
        """Ready when it can work, a line that says how it does, and an end that is announced."""
        instance, manager = self.started()
        self.assertEqual(scrape.get(self.path, "/readyz")[0], 200)
        self.assertTrue(STATUS.match(manager.status()), manager.status())
        wait_until(10, lambda: STATUS.match(manager.status()).group(1, 3, 6, 7) == ("0", "1", "up", "up"), "all is well")
        self.assertEqual(manager.times("WATCHDOG"), [])  # nobody asked for it
        self.postgres.stop_immediately()
        self.here.publish(self.number(calls(70)))
        wait_until(20, lambda: "lag 70" in manager.status() and "PostgreSQL away" in manager.status(),
                   "the outage shows")
        self.postgres.start()
        wait_until(30, lambda: "lag 0" in manager.status() and "PostgreSQL up" in manager.status(), "it is over")
        code, seconds = instance.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 10)
        self.assertEqual(len(manager.times("STOPPING", "1")), 1)
        self.assertEqual(len(manager.times("READY", "1")), 1)

    def test_not_ready_without_kafka(self):
        """It asks for patience instead, again and again, and says what it waits for."""
        instance, manager = self.start(kafka={"brokers": NOWHERE})
        wait_until(20, lambda: len(manager.times("EXTEND_TIMEOUT_USEC")) > 1, "it asks for time")
        self.assertEqual(manager.times("READY"), [])
        self.assertIn("waiting for Kafka", manager.status())
        self.assertEqual(instance.stop()[0], 0)

    def test_not_ready_without_schema(self):
        self.postgres.execute(f'CREATE DATABASE "{self.here.name}_empty"')
        instance, manager = self.start(postgres={
            "conninfo": f"{self.postgres.address} dbname={self.here.name}_empty"})
        self.assertEqual(instance.wait(20), 78)
        self.assertEqual(manager.times("READY"), [])

    def test_watchdog(self):
        """It hears of us while all loops turn; waiting for the database is a turn, standing still is not."""
        instance, manager = self.start(watchdog=4)
        began = manager.wait_for("READY", "1")
        time.sleep(4)
        self.assertGreaterEqual(len(manager.times("WATCHDOG", "1", began)), 3)
        self.postgres.stop_immediately()
        time.sleep(8)
        away = manager.times("WATCHDOG", "1", began)
        self.assertGreater(away[-1], time.monotonic() - 3)
        self.assertEqual(scrape.get(self.path, "/livez")[0], 200)
        self.postgres.start()
        for name in ("worker 1", "keeper", "publisher"):
            with StoppedThread(instance.process.pid, name):
                wait_until(10, lambda: scrape.get(self.path, "/livez")[0] == 503, f"{name} is seen to be stuck")
                self.assertIn(f"stuck: {name}", scrape.get(self.path, "/livez")[1])
                silent = time.monotonic()
                time.sleep(3)
                self.assertEqual(manager.times("WATCHDOG", "1", silent + 0.5), [], name)
            manager.wait_for("WATCHDOG", "1", 10, time.monotonic())
            self.assertEqual(scrape.get(self.path, "/livez")[0], 200)
            self.assertIn(f"the loop of {name} has not turned", instance.log())
        self.assertEqual(instance.stop()[0], 0)


class Reload(ServiceTest):
    def reload(self, instance, manager, **changes):
        """Writes a configuration and asks for it; returns what the log says about it from then on."""
        self.configure(**changes)
        return self.reload_as_is(instance, manager)

    def reload_as_is(self, instance, manager):
        before, size = time.monotonic(), len(instance.log())
        instance.process.send_signal(signal.SIGHUP)
        began = manager.wait_for("RELOADING", "1", 10, before)
        told = next(lines for at, lines in manager.told if at == began)
        self.assertLess(abs(int(told["MONOTONIC_USEC"]) / 1e6 - began), 2)
        manager.wait_for("READY", "1", 10, began)
        return instance.log()[size:]

    def assert_taken(self, taken):
        """In the metrics, which are written anew a few times a second."""
        wait_until(2, lambda: scrape.metrics(self.path).value("guanxi_config_last_reload_successful") == taken,
                   f"a reload with success {taken}")

    def test_good(self):
        """What a reload can change takes effect: here a currency, and what is logged."""
        instance, manager = self.started()
        self.here.publish([order(1, "NOK")], check_offsets=False)
        self.here.wait_for_lanes({("calls", 0): 1})
        rates = tuple({"code": code, "rate": rate} for code, rate in {**daemon.RATES, "NOK": "0.67"}.items())
        log = self.reload(instance, manager, model={"rates": rates}, log={"level": "notice"}, lateness="30 s",
                          sweep_interval="150 ms")
        for name in ("model.rates", "log.level", "lateness", "sweep_interval"):
            self.assertIn(name, log)
        self.assertNotIn("restart", log)
        self.assert_taken(1)
        self.here.publish([order(2, "NOK")], check_offsets=False)
        self.here.wait_for_lanes({("calls", 0): 2})
        self.assertEqual(self.here.query("SELECT reason FROM guanxi.v_quarantine"), [("no_rate",)])
        self.assertEqual(self.here.query("SELECT customer_id, spent FROM guanxi.v_customer"), [("buyer2", 670)])
        self.assertIn("changed: nothing", self.reload_as_is(instance, manager))
        self.assertEqual(self.reload(instance, manager, model={"rates": rates}, log={"level": "error"}), "")
        self.assertEqual(instance.stop()[0], 0)

    def test_bad(self):
        """All that is wrong is told, and everything stays as it was."""
        instance, manager = self.started()
        config = self.configure(lateness="soon", workers=3)
        with open(config, "a") as file:
            file.write("sweep = 1;\n")
        log = self.reload_as_is(instance, manager)
        for text in ("lateness", "sweep", "served.conf:", "2 problems", "stays in force"):
            self.assertIn(text, log)
        self.assert_taken(0)
        wait_until(10, lambda: "the last configuration was refused" in manager.status(), "the status says so")
        records = self.number(calls(50))
        self.here.publish(records)
        self.here.wait_for_lanes(stream.lane_ends(records))
        os.unlink(config)
        self.assertIn("stays in force", self.reload_as_is(instance, manager))
        self.assertIn("changed: nothing", self.reload(instance, manager))
        self.assert_taken(1)
        self.assertEqual(instance.stop()[0], 0)

    def test_drop_ins(self):
        """Files of conf.d are read again too, and the fault of one refuses them all."""
        instance, manager = self.started()
        folder = os.path.join(self.here.folder, "conf.d")
        os.mkdir(folder)
        for name, rate in (("20-rates.conf", "0.5"), ("30-rates.conf", "0.67")):
            rates = tuple({"code": code, "rate": one} for code, one in {**daemon.RATES, "NOK": rate}.items())
            daemon.write_config(os.path.join(folder, name), {"model": {"rates": rates}})
        self.assertIn("changed: model.rates\n", self.reload_as_is(instance, manager))
        self.here.publish([order(1, "NOK")], check_offsets=False)
        self.here.wait_for_lanes({("calls", 0): 1})
        self.assertEqual(self.here.query("SELECT customer_id, spent FROM guanxi.v_customer"), [("buyer1", 670)])
        bad = os.path.join(folder, "10-bad.conf")
        daemon.write_config(bad, {"lateness": "1 s", "workers": 0})
        log = self.reload_as_is(instance, manager)
        self.assertIn(f"{bad}:2: workers: ", log)
        self.assertIn("stays in force", log)
        checked = daemon.run_command("check", config=self.configure())
        self.assertEqual((checked.returncode, checked.stderr.count("\n")), (78, 1))
        os.rename(bad, bad + ".off")
        self.assertIn("changed: nothing", self.reload_as_is(instance, manager))
        checked = daemon.run_command("check", config=self.configure())
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertTrue(checked.stdout.endswith(
            f"is sound\n  with {folder}/20-rates.conf\n  with {folder}/30-rates.conf\n"), checked.stdout)
        self.assertEqual(instance.stop()[0], 0)

    def test_what_waits_for_a_restart(self):
        instance, manager = self.started()
        log = self.reload(instance, manager, workers=3, kafka={"group_id": "another"}, announce_rate=5,
                          model={"time_zone": "Asia/Shanghai"})
        self.assertIn("changed: announce_rate\n", log)
        self.assertIn("wait for a restart: kafka.group_id, workers, model.time_zone", log)
        self.assert_taken(1)
        records = self.number(calls(50))
        self.here.publish(records)
        self.here.wait_for_lanes(stream.lane_ends(records))
        self.assertIn("wait for a restart", self.reload_as_is(instance, manager))

    def test_policy(self):
        """A policy is swapped where customers need not be worked out anew for it, and refused where they do."""
        instance, manager = self.started()
        records = self.number(calls(50))
        self.here.publish(records)
        self.here.wait_for_lanes(stream.lane_ends(records))
        log = self.reload(instance, manager, model={"half_life": "30 d"})
        self.assertIn("model.half_life", log)
        self.assertIn("recompute", log)
        self.assertIn("stays in force", log)
        self.assert_taken(0)
        before = self.here.query("SELECT fingerprint FROM guanxi.policy")
        log = self.reload(instance, manager, model={"response_within": "2 d"})
        self.assertIn("changed: model.response_within\n", log)
        self.assert_taken(1)
        self.assertNotEqual(self.here.query("SELECT fingerprint FROM guanxi.policy"), before)
        more = calls(50, start=50)
        self.here.publish(more, check_offsets=False)
        self.here.wait_for_lanes({("calls", 0): 100})
        self.assertTrue(instance.running(), instance.log_tail())
        self.postgres.stop_immediately()
        wait_until(10, lambda: "PostgreSQL is away" in instance.log(), "the outage is seen")
        log = self.reload(instance, manager, model={"response_within": "3 d"})
        self.assertIn("PostgreSQL", log)
        self.assertIn("stays in force", log)
        self.assertIn("changed: log.level\n", self.reload(instance, manager, log={"level": "notice"},
                                                         model={"response_within": "2 d"}))
        self.postgres.start()
        self.assertEqual(instance.stop()[0], 0)

    def test_under_load(self):
        """Whenever it comes, it changes nothing of what comes out."""
        records = self.number(calls(30000) + [stream.tick("calls", END)])
        instance, manager = self.started(batch_events=500)
        self.here.publish(records[:15000])
        for n in range(20):
            self.reload(instance, manager, batch_events=500 if n % 2 else 300, sweep_interval=f"{100 + n} ms")
            self.assert_taken(1)
            self.here.publish(records[15000 + 700 * n:15700 + 700 * n])
        self.here.publish(records[15000 + 700 * 20:])
        self.here.wait_for_lanes(stream.lane_ends(records))
        self.here.check(self.expected(self.here, records), records)
        self.assertEqual(instance.stop()[0], 0)


if __name__ == "__main__":
    case.main()

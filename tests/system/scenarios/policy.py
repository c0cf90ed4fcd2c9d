"""Policies that change under a database with customers: what takes effect at once, what is refused and how it is made
good, by whom and beside whom; and that customers are what their timelines give."""
import json
import os
import re
import signal
import subprocess
import threading
import time

from rig import case, daemon, stream, views
from rig.servers import wait_until

# Of another kind in everything that may not be mixed.
OTHER = {"half_life": "30 d", "enter": [4.0, 20.0, 60.0], "leave": [3.0, 8.0, 30.0], "rhythm_gap": "31 d",
         "mature_by": "contract",
         "types": ({"type": "call.completed", "points": 1.5}, {"type": "visit.completed", "contact": "both"})}
FOLDED = ["v_customer", "v_level_change", "v_stage_change", "v_pram_change", "v_promise", "v_objection", "v_checklist",
          "v_timeline"]


def messages(count, start=0, topic="calls", at="2026-03-01T10:00:00Z", type="message.received"):
    return [stream.event(topic, type, at, f"c{n:05d}", {}, id=f"{type}-{at}-{n}", partition=n % 4)
            for n in range(start, start + count)]


def ticks(at, topics=("calls",)):
    return [stream.tick(topic, at, partition) for topic in topics for partition in range(4)]


class Policy(case.SystemTest):
    def verify(self, site, *arguments, code=0, config=None):
        done = site.command("verify", "--json", *arguments, **({"config": config} if config else {}), timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def refused(self, site, config, *texts):
        instance = site.start(config)
        self.assert_ends(instance, 78, *texts)

    def settled(self, site, records):
        site.publish(self.number(records))
        site.wait_for_lanes(stream.lane_ends(records))
        self.quiet(site)

    def quiet(self, site):
        wait_until(60, lambda: site.query(
            "SELECT (SELECT count(*) FROM guanxi.customer WHERE fold_at IS NOT NULL) + (SELECT count(*) FROM "
            "guanxi.parcel)") == [(0,)], "nothing is marked or unsent")
        time.sleep(0.5)

    def folded(self, site):
        """What a fold decides, without what depends on when it was recorded and where."""
        connection = site.postgres.connect(site.name)
        try:
            rows = {}
            for view in FOLDED:
                for row in views.read_view(connection, view, site.prefix):
                    for name in ("recorded_at", "policy", "open_reminders", "at_risk", "offset", "topic", "partition"):
                        row.pop(name, None)
                    rows.setdefault(view, []).append(json.dumps(row, sort_keys=True, default=str))
            return {view: sorted(found) for view, found in rows.items()}
        finally:
            connection.close()

    def test_other_thresholds_are_refused_until_recomputed(self):
        site, path = self.site(), os.path.join(os.environ["WORK_DIR"], "thresholds.tsv")
        stream.generate(path, seed=5, events=6000, customers=120, late=100)
        records = stream.read(path)
        first = site.start()
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        self.quiet(site)
        self.assertEqual(first.stop()[0], 0)
        found = self.verify(site)
        self.assertGreater(found["verified"], 50)
        self.assertEqual(found["differing"] + found["partly"] + found["marked"], 0)

        other = site.configure("other", model=OTHER)
        self.refused(site, other, "model.half_life", "model.enter", "model.types", "guanxid recompute")
        for command in (("import", "--name", "x", "/dev/null"), ("quarantine", "retry", "all")):
            done = site.command(*command, config=other)
            self.assertEqual(done.returncode, 78, done.stderr)
            self.assertIn("guanxid recompute", done.stderr)
        self.assertEqual(self.verify(site)["differing"], 0)

        before = site.query("SELECT sum(hashtextextended(c::text, 0)::numeric) FROM guanxi.customer c")
        simulated = json.loads(site.command("simulate", "--json", config=other, timeout=120).stdout)
        self.assertEqual(site.query("SELECT sum(hashtextextended(c::text, 0)::numeric) FROM guanxi.customer c"), before)
        self.assertTrue(simulated["recompute"])
        self.assertIn("model.half_life", simulated["differs"])
        levels = lambda: dict(site.query("SELECT level, count(*) FROM guanxi.v_customer GROUP BY 1"))
        self.assertEqual({row["level"]: row["now"] for row in simulated["levels"] if row["now"]}, levels())
        self.assertTrue(simulated["moves"] and simulated["examples"])
        text = site.command("simulate", "--sample", "7", "--lang", "zh", config=other, timeout=120)
        self.assertEqual(text.returncode, 0, text.stderr)
        self.assertIn("7 位", text.stdout)

        done = site.command("recompute", config=other, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^\d+ customers worked out anew\n$")
        self.assertIn("it differs from the former one in model.half_life", done.stderr)
        self.assertIn("nothing to do", site.command("recompute", config=other).stdout)
        found = self.verify(site, config=other)
        self.assertEqual((found["differing"], found["marked"]), (0, 0))
        self.refused(site, site.config, "model.half_life", "guanxid recompute")  # the former one is the other one now
        self.assertEqual({row["level"]: row["then"] for row in simulated["levels"] if row["then"]}, levels())
        again = site.start(other)
        again.wait_for_log("is ready")
        self.quiet(site)

        # As if it had never been otherwise.
        twin = case.Site(site.folder, "thresholds_twin", self.kafka, self.postgres, settings={"model": OTHER})
        self.addCleanup(twin.close)
        twin.start()
        twin.publish(records)
        twin.wait_for_lanes(stream.lane_ends(records))
        self.quiet(twin)
        ours, theirs = self.folded(site), self.folded(twin)
        for view in FOLDED:
            self.assertGreater(len(theirs[view]), 0, view)
            self.assertEqual(ours[view], theirs[view], view)

    def test_rates_change_amounts(self):
        site = self.site()
        order = lambda n, currency: stream.event("orders", "order.placed", f"2026-03-0{n}T10:00:00Z", "ann", {
            "order_id": str(n), "amount": "10.00", "currency": currency}, id=str(n))
        refund = stream.event("orders", "order.refunded", "2026-03-04T10:00:00Z", "ann", {
            "order_id": "1", "amount": "1.00", "currency": "USD"}, id="4")
        records = [order(1, "USD"), order(2, "CNY"), order(3, "KWD"), refund, *ticks("2026-03-05T00:00:00Z", ("orders",))]
        instance = site.start()
        self.settled(site, records)
        instance.stop()
        other = site.configure("other", model={"rates": ({"code": "USD", "rate": "8"}, {"code": "JPY", "rate": "0.05"})})
        self.refused(site, other, "model.rates")
        done = site.command("recompute", "--json", config=other)
        self.assertEqual(json.loads(done.stdout), {"marked": 1, "folded": 1, "left": 0})
        self.assertIn("1 timeline rows are no longer valid under the present policy", done.stderr)
        self.assertEqual(site.query("SELECT event_id, amount, points FROM guanxi.v_timeline ORDER BY event_id"),
                         [("1", 8000, 8.0), ("2", 1000, 8.0), ("3", None, 0.0), ("4", 800, -4.0)])
        self.assertEqual(site.query("SELECT orders, spent, f, m FROM guanxi.v_customer"), [(2, 8200, 2, 8200)])
        self.assertEqual(self.verify(site)["differing"], 0)

    def test_the_daemon_of_the_former_policy_stops(self):
        """Recompute beside a daemon: what it does from then on does not count, and it says why it ends."""
        site = self.site(topics={"calls": 4})
        instance = site.start()
        self.settled(site, messages(300) + ticks("2026-03-02T00:00:00Z"))
        other = site.configure("other", model={"half_life": "30 d"})
        done = site.command("recompute", config=other)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("300 customers worked out anew", done.stdout)
        self.assertEqual(instance.wait(20), 78, instance.log_tail())
        self.assertIn("another policy is in force", instance.log())
        again = site.start(other)
        again.wait_for_log("is ready")
        site.publish(messages(10, at="2026-03-03T10:00:00Z"), check_offsets=False)
        wait_until(30, lambda: site.query("SELECT count(*) FROM guanxi.v_timeline") == [(310,)], "it goes on")
        self.assertEqual(self.verify(site)["differing"], 0)

    def test_a_running_daemon_folds(self):
        """All anew though nothing has changed: beside live events, by the daemon itself."""
        site = self.site(topics={"calls": 4})
        site.start()
        self.settled(site, messages(2000) + ticks("2026-03-02T00:00:00Z"))
        site.query("UPDATE guanxi.customer SET warmth = 99, version = version + 1 WHERE customer_id = 'c00007'")
        self.assertEqual(self.verify(site, code=65)["differing"], 1)
        done = site.command("recompute", "--customer", "c00007")
        self.assertEqual((done.returncode, done.stdout), (0, "1 customers worked out anew\n"), done.stderr)
        self.assertEqual(self.verify(site)["differing"], 0)
        self.assertEqual(site.command("recompute", "--customer", "nobody").returncode, 65)
        site.query("UPDATE guanxi.customer SET warmth = 99, version = version + 1")
        done = site.command("recompute", "--all", "--json", timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["marked"], 2000)
        self.assertEqual(self.verify(site)["differing"], 0)
        self.assertTrue(site.instances[0].running())

    def test_a_killed_recompute_goes_on(self):
        site = self.site(topics={"calls": 4})
        instance = site.start()
        count = 30000
        self.settled(site, messages(count) + ticks("2026-03-02T00:00:00Z"))
        instance.stop()
        other = site.configure("other", model={"half_life": "30 d"})
        killed_marking = killed_folding = 0
        output = None
        for attempt in range(60):
            process = subprocess.Popen([daemon.GUANXID, "recompute", "-c", other], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            try:
                output, _ = process.communicate(timeout=0.05 + 0.05 * attempt)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                marking, marked = site.query("SELECT p.marking IS NOT NULL, (SELECT count(*) FROM guanxi.customer WHERE "
                                             "fold_at IS NOT NULL) FROM guanxi.policy p")[0]
                killed_marking += marking
                killed_folding += not marking and marked > 0
                if marking:
                    self.refused(site, other, "has not reached all customers", "guanxid recompute")
                continue
            self.assertEqual(process.returncode, 0, output)
            break
        self.assertIsNotNone(output, "it never came to its end")
        self.assertGreater(killed_marking, 0)
        self.assertGreater(killed_folding, 0)
        self.assertEqual(site.query("SELECT count(*) FROM guanxi.customer WHERE fold_at IS NOT NULL"), [(0,)])
        found = self.verify(site, config=other)
        self.assertEqual((found["verified"], found["differing"]), (count, 0))
        self.assertEqual(site.query("SELECT count(DISTINCT policy) FROM guanxi.v_customer"), [(1,)])
        # One that nobody disturbs has nothing to add.
        before, folded = self.written(site), self.folded(site)
        done = site.command("recompute", "--all", config=other, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.written(site), before)
        self.assertEqual(self.folded(site), folded)

    def written(self, site):
        """Which versions of rows there are: one that is written again has another one."""
        return {table: set(site.query(f"SELECT ctid::text, xmin::text FROM guanxi.{table}"))
                for table in ("timeline", "transition", "promise", "objection", "profile", "reminder", "notice")}

    def test_only_what_comes_out_otherwise_is_written(self):
        site, path = self.site(), os.path.join(os.environ["WORK_DIR"], "otherwise.tsv")
        stream.generate(path, seed=8, events=6000, customers=120, late=100)
        records = stream.read(path)
        instance = site.start()
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        self.quiet(site)
        instance.stop()
        before, folded = self.written(site), self.folded(site)
        for table, rows in before.items():
            self.assertGreater(len(rows), 20, table)
        count, versions = site.query("SELECT count(*), sum(version) FROM guanxi.customer")[0]
        done = site.command("recompute", "--all", "--json", timeout=120)
        self.assertEqual(json.loads(done.stdout)["folded"], count, done.stderr)
        self.assertEqual(site.query("SELECT sum(version) FROM guanxi.customer"), [(versions + 2 * count,)])
        for table, rows in before.items():
            self.assertEqual(self.written(site)[table], rows, table)
        self.assertEqual(self.folded(site), folded)

        # Some other points: whoever had none of them, and what was before them, stays as it stands.
        other = site.configure("other", model={"types": ({"type": "demo.given", "points": 6}, )})
        done = site.command("recompute", "--json", config=other, timeout=120)
        self.assertEqual(json.loads(done.stdout)["folded"], count, done.stderr)
        after = self.written(site)
        for table in ("promise", "objection", "profile"):
            self.assertEqual(after[table], before[table], table)
        for table in ("timeline", "transition", "reminder"):
            left = len(after[table] & before[table])
            self.assertGreater(left, len(before[table]) // 2, table)
            self.assertLess(left, len(after[table]), table)
        changed = site.query("SELECT count(*) FROM guanxi.v_timeline WHERE type = 'demo.given' AND points = 6")[0][0]
        self.assertEqual(len(after["timeline"] - before["timeline"]), changed)
        found = self.verify(site, config=other)
        self.assertEqual((found["verified"], found["differing"]), (count, 0))

    def test_shorter_intervals_take_effect_at_the_next_start(self):
        """Everybody is woken anew, though nothing wakes them but the old schedule, and nothing opens in the past."""
        site = self.site(topics={"calls": 4})
        instance = site.start()
        count = 5000
        records = messages(count, type="message.sent") + ticks("2026-03-21T00:00:00Z")
        self.settled(site, records)
        self.assertEqual(site.query("SELECT count(*) FROM guanxi.v_reminder"), [(0,)])
        instance.stop()
        other = site.configure("other", model={"cadence": ["10 d", "10 d", "10 d", "10 d"]})
        instance = site.start(other)
        instance.wait_for_log("is scheduled by the present policy now")
        self.assertEqual(site.query("SELECT kind, count(*), min(due_at)::text FROM guanxi.v_upcoming GROUP BY 1"),
                         [("cadence", count, "2026-03-11 10:00:00+00")])
        self.assertEqual(site.query("SELECT count(*) FROM guanxi.v_reminder"), [(0,)])
        site.publish(ticks("2026-03-21T06:00:00Z"), check_offsets=False)
        wait_until(30, lambda: site.query("SELECT count(*) FROM guanxi.v_notice WHERE state = 'published'") == [(count,)],
                   "reminders are published")
        self.assertEqual(site.query("SELECT DISTINCT due_at::text, opened_at::text FROM guanxi.v_reminder"),
                         [("2026-03-11 10:00:00+00", "2026-03-21 00:00:00+00")])
        found = self.verify(site, config=other)
        self.assertEqual((found["differing"], found["partly"]), (0, count))
        instance.stop()
        # All of them made anew, under one policy: nothing is left out any more.
        done = site.command("recompute", "--all", config=other, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = self.verify(site, config=other)
        self.assertEqual((found["differing"], found["partly"]), (0, 0))
        self.assertEqual(site.query("SELECT DISTINCT opened_at::text FROM guanxi.v_reminder"),
                         [("2026-03-21 00:00:00+00",)])

    def test_shorter_intervals_take_effect_at_a_reload(self):
        site = self.site(topics={"calls": 4})
        config = site.configure("changing")
        instance = site.start(config)
        count = 1500
        self.settled(site, messages(count, type="message.sent") + ticks("2026-03-21T00:00:00Z"))
        daemon.write_config(config, daemon.merge(site.settings, {"model": {"cadence": ["10 d", "10 d", "10 d", "10 d"]}}))
        instance.process.send_signal(signal.SIGHUP)
        instance.wait_for_log("is scheduled by the present policy now")
        site.publish(ticks("2026-03-21T06:00:00Z"), check_offsets=False)
        wait_until(30, lambda: site.query("SELECT count(*) FROM guanxi.v_notice WHERE state = 'published'") == [(count,)],
                   "reminders are published")
        self.assertEqual(site.query("SELECT DISTINCT due_at::text, opened_at::text FROM guanxi.v_reminder"),
                         [("2026-03-11 10:00:00+00", "2026-03-21 00:00:00+00")])
        # What may not be mixed is refused, and the daemon goes on by what it has.
        daemon.write_config(config, daemon.merge(site.settings, {"model": {"half_life": "10 d"}}))
        instance.process.send_signal(signal.SIGHUP)
        instance.wait_for_log("guanxid recompute")
        self.assertTrue(instance.running())

    def test_of_two_policies_the_later_holds(self):
        site = self.site(topics={"calls": 4})
        first = site.start()
        self.settled(site, messages(100) + ticks("2026-03-02T00:00:00Z"))
        other = site.configure("other", model={"response_within": "2 d"})
        second = site.start(other)
        self.assertEqual(first.wait(20), 78, first.log_tail())
        self.assertIn("another policy is in force", first.log())
        second.wait_for_log("is ready")
        self.assertTrue(second.running())
        done = site.command("quarantine", "retry", "all")
        self.assertEqual(done.returncode, 78)
        self.assertIn("model.response_within", done.stderr)
        self.assertEqual(site.command("quarantine", "retry", "all", config=other).returncode, 0)

    def test_verify_beside_live_events_raises_no_alarm(self):
        site, path = self.site(), os.path.join(os.environ["WORK_DIR"], "alarm.tsv")
        stream.generate(path, seed=6, events=40000, customers=300, late=200, changes=10)
        records = stream.read(path)
        site.start()
        site.start()
        thread = threading.Thread(target=site.publish, args=(records,))
        thread.start()
        runs, ends = 0, stream.lane_ends(records)
        while thread.is_alive() or not site.has_reached(ends):
            found = self.verify(site, *(["--sample", "100"] if runs % 2 else []))
            self.assertEqual(found["differing"], 0, found)
            runs += 1
        thread.join()
        self.assertGreater(runs, 1)
        self.quiet(site)
        found = self.verify(site)
        self.assertEqual((found["differing"], found["marked"]), (0, 0))

    def test_verify_finds_what_was_changed(self):
        site, path = self.site(), os.path.join(os.environ["WORK_DIR"], "changed.tsv")
        stream.generate(path, seed=7, events=4000, customers=60, late=100)
        records = stream.read(path)
        site.start()
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        self.quiet(site)
        site.instances[0].stop()
        self.assertEqual(self.verify(site)["differing"], 0)
        one = lambda table, more="": (f"SELECT ctid FROM guanxi.{table} {more} LIMIT 1")
        for statement, what in [
                (f"UPDATE guanxi.customer SET level = level % 4 + 1 WHERE ctid = ({one('customer')})", "level"),
                (f"UPDATE guanxi.customer SET book = NULL WHERE ctid = ({one('customer', 'WHERE book IS NOT NULL')})", "kept"),
                (f"UPDATE guanxi.transition SET at = at + interval '1 s' WHERE ctid = ({one('transition')})", "change of"),
                (f"DELETE FROM guanxi.transition WHERE ctid = ({one('transition')})", "change of"),
                (f"UPDATE guanxi.reminder SET status = 1 WHERE ctid = ({one('reminder', 'WHERE status = 0')})", "reminder"),
                (f"DELETE FROM guanxi.reminder WHERE ctid = ({one('reminder', 'WHERE status = 0')})", "reminder"),
                (f"UPDATE guanxi.promise SET state = 3 WHERE ctid = ({one('promise', 'WHERE state < 3')})", "promise"),
                (f"DELETE FROM guanxi.objection WHERE ctid = ({one('objection')})", "objection"),
                (f"UPDATE guanxi.profile SET name = 'x' WHERE ctid = ({one('profile')})", "profile"),
                (f"UPDATE guanxi.timeline SET points = points + 1 WHERE ctid = ({one('timeline')})", "timeline"),
                (f"UPDATE guanxi.timeline SET amount = amount + 1 WHERE ctid = ({one('timeline', 'WHERE amount > 0')})",
                 "timeline")]:
            connection = site.postgres.connect(site.name)
            with self.subTest(statement=statement), connection.cursor() as cursor:
                cursor.execute("CREATE SCHEMA kept")
                for table in ("customer", "transition", "reminder", "promise", "objection", "profile", "timeline"):
                    cursor.execute(f"CREATE TABLE kept.{table} AS SELECT * FROM guanxi.{table}")
                cursor.execute(statement)
                self.assertEqual(cursor.rowcount, 1, statement)
                found = self.verify(site, code=65)
                self.assertEqual(found["differing"], 1, found)
                self.assertIn(what, " ".join(one["what"] for one in found["differences"]))
                text = site.command("verify", timeout=120)
                self.assertEqual(text.returncode, 65)
                self.assertTrue(text.stdout.endswith("1 differ.\n"), text.stdout)
                for table in ("customer", "transition", "reminder", "promise", "objection", "profile", "timeline"):
                    cursor.execute(f"DELETE FROM guanxi.{table}")
                    cursor.execute(f"INSERT INTO guanxi.{table} SELECT * FROM kept.{table}")
                cursor.execute("DROP SCHEMA kept CASCADE")
            connection.close()
        self.assertEqual(self.verify(site)["differing"], 0)


if __name__ == "__main__":
    case.main()

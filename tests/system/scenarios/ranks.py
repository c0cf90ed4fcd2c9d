"""Ranks of the whole daemon: values against section 12 by its words, the daily rank by one instance only, and ranks
that are killed and begun again."""
import os
import random
import subprocess
import time
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction

from rig import case, daemon, stream, value
from rig.servers import wait_until

START = datetime(2023, 3, 1, tzinfo=timezone.utc)
COLUMNS = ["recency_days", "f", "m", "r_score", "f_score", "m_score", "total", "rank", "segment", "abc", "clv", "tier",
           "target_level", "x", "t_x", "t_age"]
LANES = [("calls", 0), ("orders", 0), ("orders", 1)]


def text(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def seed():
    number = int(os.environ.get("GUANXI_SEED", time.time_ns() % 2**32))
    print(f"    seed {number} (GUANXI_SEED repeats it)", flush=True)
    return number


class Story:
    """Random lives of customers, as records and as the oracle wants them."""

    def __init__(self, number, customers, days):
        self.random = random.Random(number)
        self.records, self.lives, self.count = [], {}, 0
        for index in range(customers):
            self.live(f"{self.random.choice('aBc客')}{index}", days)
        self.records.sort(key=lambda record: record[0])

    def tell(self, topic, type, at, customer, data):
        self.count += 1
        partition = self.random.randrange(2) if topic == "orders" else 0
        self.records.append((at, stream.event(topic, type, text(at), customer, data, id=f"e{self.count}",
                                              partition=partition)))

    def at(self, days):
        return START + timedelta(seconds=self.random.randrange(days * 86400))

    def live(self, customer, days):
        first = self.at(days)
        life = self.lives[customer] = value.Life(first)
        self.tell("calls", "message.received", first, customer, {})
        left = int((START + timedelta(days=days) - first).total_seconds())  # nothing comes after the last of the days
        for _ in range(min(int(self.random.expovariate(0.2)), 40)):
            at = first + timedelta(seconds=1 + self.random.randrange(left))
            kind = self.random.choices(["placed", "refunded", "incurred"], [8, 1, 1])[0]
            amount = self.random.choice([100, 1999, 50000, self.random.randrange(1, 10**7)])
            entries = {"placed": life.orders, "refunded": life.refunds, "incurred": life.costs}[kind]
            entries.append((at, amount))
            data = {"amount": f"{amount // 100}.{amount % 100:02d}", "currency": "CNY"}
            if kind != "incurred":
                data["order_id"] = f"o{self.count}"
            self.tell("orders", "cost.incurred" if kind == "incurred" else f"order.{kind}", at, customer, data)
        if self.random.random() < 0.1:
            at = self.at(days)
            if at > first and all(when < at for entries in (life.orders, life.refunds) for when, _ in entries):
                life.ended.append((at, True))
                self.tell("calls", "relationship.ended", at, customer, {"by": "us"})

    def until(self, at):
        """The records up to an instant, which leave the story."""
        told = [record for when, record in self.records if when < at]
        self.records = [(when, record) for when, record in self.records if when >= at]
        return told


class Ranks(case.SystemTest):
    def prepare(self, **model):
        self.ends = {lane: 0 for lane in LANES}
        return self.site(topics={"calls": 1, "orders": 2}, settings={"model": model})

    def tell(self, site, records):
        for record in records:
            record.offset = self.ends[(record.topic, record.partition)]
            self.ends[(record.topic, record.partition)] += 1
        site.publish(records)

    def clock(self, site, at):
        self.tell(site, [stream.tick(topic, text(at), partition) for topic, partition in LANES])
        site.wait_for_lanes(self.ends)
        wait_until(30, lambda: site.query("SELECT watermark = %s FROM guanxi.v_watermark", at)[0][0], "the watermark")
        site.wait_until_settled()

    def run_rank(self, site, *arguments, **options):
        done = site.command("rank", *arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return done

    def values(self, site, day):
        rows = site.query(f"SELECT customer_id, {', '.join(COLUMNS)} FROM guanxi.v_value WHERE as_of = %s", day)
        return {id: dict(zip(COLUMNS, row)) for id, *row in rows}

    def check(self, site, lives, day, **policy):
        expected, found = value.rank(lives, day, **policy), self.values(site, day)
        self.assertEqual(set(found), set(expected))
        for id, row in expected.items():
            self.assertEqual(found[id], {name: row[name] for name in COLUMNS}, id)
        return expected

    def check_told(self, site, day):
        """Everybody has the tier and the target of the rank, by an event each at most."""
        site.wait_until_settled()  # what comes at the very instant where a customer's clock stands is told by a fold
        self.assertEqual(site.query(
            "SELECT c.customer_id, c.tier, c.target_level, v.tier, v.target_level FROM guanxi.v_value v "
            "JOIN guanxi.v_customer c ON c.customer_id = v.customer_id WHERE v.as_of = %s "
            "AND (c.tier, c.target_level, c.abc) IS DISTINCT FROM (v.tier, v.target_level, v.abc)", day), [])
        self.assertEqual(site.query(
            "SELECT customer_id, event_id FROM guanxi.v_timeline WHERE source = 'guanxi' "
            "AND (type <> 'guanxi.valued' OR points <> 0 OR topic IS NOT NULL)"), [])

    # ------------------------------------------------------------------------------------------------ tests

    def test_values(self):
        """Every column of every customer, of several days and under another policy."""
        for model, policy in (({}, {}), (
                {"time_zone": "Asia/Shanghai", "rfm_window": 90, "margin": 0.35, "retention": 0.5, "discount": 0.07,
                 "clv_horizon": 3},
                {"zone": "Asia/Shanghai", "window": 90, "margin": Fraction(35, 100), "retention": Fraction(1, 2),
                 "discount": Fraction(7, 100), "horizon": 3})):
            with self.subTest(policy=policy):
                self._testMethodName = f"test_values_{len(model)}"
                story = Story(seed(), 300, 1000)
                site = self.prepare(**model)
                site.start()
                self.tell(site, story.until(START + timedelta(days=2000)))
                end = START + timedelta(days=1000, hours=12)
                self.clock(site, end)
                for day in (date(2024, 2, 29), date(2025, 6, 1), end.date()):
                    self.run_rank(site, "--as-of", str(day))
                    self.check(site, story.lives, day, **policy)
                self.check_told(site, end.date())
                self.assertEqual(site.query("SELECT DISTINCT event_id FROM guanxi.v_timeline WHERE source = 'guanxi'"),
                                 [(f"rank/{end.date()}",)])
                self.assertEqual(site.query("SELECT count(*) FROM guanxi.v_value_latest WHERE p_alive IS NOT NULL"),
                                 [(0,)])
                self.run_rank(site, "--fit")
                self.assertEqual(site.query("SELECT count(*) FROM guanxi.v_value_latest WHERE p_alive IS NULL OR "
                                            "NOT p_alive BETWEEN 0 AND 1 OR NOT expected_orders >= 0"), [(0,)])

    def test_daily(self):
        """Each day one of two instances ranks the day before; customers live by it."""
        story, site = Story(seed(), 120, 400), self.prepare(rank_at="02:30", value_retention="3650 d")
        site.start()
        site.start()
        self.clock(site, START - timedelta(days=1))
        for days in (100, 101, 150, 400):
            now = START + timedelta(days=days, hours=3)
            self.tell(site, story.until(now))
            self.clock(site, now)
            day = (now - timedelta(days=1)).date()
            done = "SELECT finished_at IS NOT NULL FROM guanxi.rank WHERE as_of = %s AND daily"
            wait_until(60, lambda: site.query(done, day) == [(True,)], f"the rank of {day}")
            # The clock had gone on a little by then; nothing of that day came later.
            self.check(site, story.lives, day)
            self.check_told(site, day)
        # And perhaps of days that the clock passed in between.
        self.assertEqual(site.query("SELECT count(*) >= 4, bool_and(daily) FROM guanxi.rank"), [(True, True)])
        # A star that nobody tends is under its target: reminders say so, until the next rank finds otherwise.
        self.clock(site, START + timedelta(days=431, hours=1))
        zone = "SELECT count(*) > 0 FROM guanxi.v_reminder WHERE kind = 'zone'"
        wait_until(30, lambda: site.query(zone) == [(True,)], "zone")
        told = [message for message in site.read_messages().first.values() if message.type == "guanxi.tier.changed"]
        self.assertGreater(len(told), 0)
        self.assertIn(told[0].data["to"]["code"], ("star", "rising", "fading", "ordinary"))

    def test_killed(self):
        """Killed at any instant and begun again, beside a daemon that goes on."""
        generator = random.Random(seed())
        story, site = Story(generator.randrange(2**32), 400, 500), self.prepare()
        site.start()
        now = START + timedelta(days=500, hours=12)
        self.tell(site, story.until(now))
        self.clock(site, now)
        span, tries, kills = 1.0, 0, 0  # how long one takes at most
        while kills < 10 and tries < 100:
            tries += 1
            began = time.monotonic()
            process = subprocess.Popen([daemon.GUANXID, "rank", "-c", site.config], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(generator.random() * span)
                span = min(span, time.monotonic() - began)
            except subprocess.TimeoutExpired:
                kills += 1
            process.kill()
            process.wait()
        wait_until(30, lambda: self.leaves_place(site), "the place of the last one")
        self.run_rank(site)
        self.check(site, story.lives, now.date())
        self.check_told(site, now.date())
        print(f"    {kills} of {tries} killed, within {span:.2f} s", flush=True)
        self.assertGreater(kills, 5)
        self.assertEqual(site.query("SELECT count(*), max(n) FROM (SELECT count(*) AS n FROM guanxi.timeline "
                                    "WHERE type = 41 GROUP BY customer_id) AS t")[0][1], 1)

    def leaves_place(self, site):
        return site.query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM "
                          "pg_database WHERE datname = current_database())") == [(0,)]

    def test_bad_arguments(self):
        site = self.prepare()
        for arguments, code, words in (
                (["--as-of", "2026-02-30"], 64, "2026-02-30"), (["--as-of", "2200-01-01"], 64, "2199-12-31"),
                (["now"], 64, "too much"), ([], 78, "--as-of")):
            done = site.command("rank", *arguments)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(words, done.stderr)
        done = self.run_rank(site, "--as-of", "2026-01-01", "--json", "--fit")
        self.assertIn('"customers": 0', done.stdout)


if __name__ == "__main__":
    case.main()

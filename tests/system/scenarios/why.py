"""What guanxid says of customers against what stands in the views, for the golden stories told to a running daemon:
explain, customer and due, by the daemon's login and by one that may only read."""
import csv
import io
import json
import os

from rig import case, golden, stream

FOLDER = os.path.join(os.path.dirname(__file__), "..", "golden")


def instant(text):
    return None if text is None else golden.microseconds(text)


class Why(case.SystemTest):
    def told(self, site, *arguments, **options):
        done = site.command(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def told_json(self, site, *arguments, **options):
        return json.loads(self.told(site, *arguments, "--json", **options))

    def prepare(self):
        records, _ = golden.load(FOLDER)
        site = self.site(topics={"calls": 1, "orders": 1, "crm": 1})
        site.start()
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        expected = self.expected(site, records)
        site.check(expected, records)
        site.query("DO $$ BEGIN CREATE ROLE reads LOGIN IN ROLE guanxi_reader; EXCEPTION WHEN duplicate_object THEN END $$")
        reader = site.configure("reader", postgres={"conninfo": f"{site.postgres.address} dbname={site.name} user=reads"})
        return site, reader

    def test_explanations_say_what_the_views_say(self):
        site, reader = self.prepare()
        views = site.views()
        customers = [row for row in views["v_customer"].values()]
        self.assertGreater(len(customers), 5)
        for row in customers:
            with self.subTest(customer=row["customer_id"]):
                self.check_customer(site, reader, row, views)

    def check_customer(self, site, reader, row, views):
        customer = row["customer_id"]

        def of(view):
            return [one for one in views[view].values() if one["customer_id"] == customer]

        said = self.told_json(site, "explain", customer)
        self.assertEqual(said["level"]["number"], row["level"])
        self.assertEqual(instant(said["level"]["since"]), row["level_since"])
        self.assertEqual(sorted((instant(step["at"]), step["from"], step["to"], step["cause"],
                                 step["event"] and step["event"]["id"]) for step in said["level"]["steps"]),
                         sorted((step["at"], step["from_level"], step["to_level"], step["cause"], step["event_id"])
                                for step in of("v_level_change")))
        weights = {(one["source"], one["id"]): one["weight"] for one in said["warmth"]["contributions"]}
        self.assertAlmostEqual(sum(weights.values()), said["warmth"]["value"], delta=1e-9)
        kept = site.query("SELECT source, event_id, weight FROM guanxi.v_contribution WHERE customer_id = %s", customer)
        self.assertEqual(set(weights), {(source, event) for source, event, _ in kept})
        for source, event, weight in kept:
            self.assertAlmostEqual(weights[source, event], weight, delta=1e-9 * max(1, abs(weight)))
        self.assertEqual({(one["reminder_id"], one["notices"]) for one in said["reminders"]},
                         {(one["reminder_id"], one["notices"]) for one in of("v_reminder") if one["status"] == "open"})
        opens = [one["reminder"] for one in said["future"] if "reminder" in one]
        self.assertEqual([(one["kind"], instant(one["due"])) for one in opens[:1]],
                         [(one["kind"], one["due_at"]) for one in of("v_upcoming")])
        self.assertEqual([said["promises"]["us"]["rate"], said["promises"]["customer"]["rate"]],
                         [row["keep_rate_us"], row["keep_rate_customer"]])
        self.assertEqual((said["value"]["f"], said["value"]["m"], said["value"]["spent"]),
                         (row["f"], row["m"], row["spent"]))
        said.pop("now")
        again = self.told_json(site, "explain", customer, config=reader)
        again.pop("now")
        self.assertEqual(again, said)
        for language in ("en", "zh"):
            self.assertEqual(self.told(site, "explain", customer, "--lang", language),
                             self.told(site, "explain", customer, "--lang", language, config=reader))

    def test_lists_say_what_the_views_say(self):
        site, reader = self.prepare()
        views = site.views()
        listed = self.told_json(site, "customer", "list", config=reader)
        self.assertEqual([(one["customer_id"], one["level"], one["open_reminders"]) for one in listed],
                         sorted((row["customer_id"], row["level"], row["open_reminders"])
                                for row in views["v_customer"].values()))
        rows = list(csv.DictReader(io.StringIO(self.told(site, "customer", "list", "--csv", "--at-risk"))))
        self.assertEqual([row["customer_id"] for row in rows],
                         sorted(row["customer_id"] for row in views["v_customer"].values() if row["at_risk"]))
        due = self.told_json(site, "due", "--within", "1000d", config=reader)
        self.assertEqual({one["reminder_id"] for one in due if one["status"] == "open"},
                         {row["reminder_id"] for row in views["v_reminder"].values() if row["status"] == "open"})
        self.assertEqual(sum(one["status"] == "upcoming" for one in due), len(views["v_upcoming"]))
        # The sentences are those of the messages that were published last, but for the days that have passed since.
        for one in due:
            said = self.told_json(site, "explain", one["customer_id"])
            whys = {reminder["reminder_id"]: reminder["why"]["en"] for reminder in said["reminders"]}
            if one["status"] == "open":
                self.assertEqual(one["why"], whys[one["reminder_id"]])
        shown = self.told_json(site, "customer", "show", "zhang", config=reader)
        self.assertEqual(instant(shown["as_of"]), views["v_customer"][("zhang",)]["as_of"])


if __name__ == "__main__":
    case.main()

"""Stories worked out by hand: the oracle and the daemon both have to tell them as they are written."""
import copy
import os

from rig import case, golden, stream
from rig.compare import compare_messages, compare_views

# Of each view that the stories fill, a column and something that no row of them has there.
WRONG = {
    "v_customer": ("keep_rate_us", 0.25), "v_level_change": ("cause", "other"), "v_stage_change": ("implied", None),
    "v_pram_change": ("premature", None), "v_promise": ("about", "other"), "v_objection": ("resolved_at", 1),
    "v_checklist": ("marked_at", 1), "v_reminder": ("closed_at", 1), "v_notice": ("recipients", ""),
    "v_upcoming": ("due_at", 1), "v_timeline": ("points", 0.5), "v_alias": ("into", "other"),
    "v_quarantine": ("reason", "other"),
}

FOLDER = os.path.join(os.path.dirname(__file__), "..", "golden")


class Golden(case.SystemTest):
    def test_stories(self):
        records, stories = golden.load(FOLDER)
        site = self.site(topics={"calls": 1, "orders": 1, "crm": 1})
        site.start()
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        expected = self.expected(site, records)
        for name, rows in stories.items():
            with self.subTest(story=name, by="oracle"):
                self.assertEqual(golden.differences(rows, expected.views), [])
        site.check(expected, records)
        views = site.views()
        for name, rows in stories.items():
            with self.subTest(story=name, by="daemon"):
                self.assertEqual(golden.differences(rows, views), [])
        self.notice_wrong_messages(expected, views, site.read_messages())

    def notice_wrong_messages(self, expected, views, messages):
        """The comparison of messages can fail too: of each type, one that is missing and one that says otherwise."""
        self.assertEqual(compare_messages(expected, views, messages).differences, [])
        for type in sorted({message.type for message in messages.first.values()}):
            id = next(message.id for message in messages.of_type(type))
            missing, otherwise = copy.copy(messages), copy.copy(messages)
            missing.first = {key: message for key, message in messages.first.items() if key != id}
            wrong = copy.copy(messages.first[id])
            wrong.key = "other"
            otherwise.first = {**messages.first, id: wrong}
            for told in (missing, otherwise):
                with self.subTest(type=type):
                    self.assertNotEqual(compare_messages(expected, views, told).differences, [])

    def test_wrong_story_is_noticed(self):
        """The comparison itself can fail."""
        records, stories = golden.load(FOLDER)
        site = self.site(migrate=False, topics={})
        expected = self.expected(site, records)
        rows = [dict(row) for row in stories["worked_example.jsonl"]]
        rows[0]["level"] = 4
        self.assertEqual(len(golden.differences(rows, expected.views)), 1)
        self.assertEqual(len(golden.differences(rows[:-1] + [{**rows[-1], "notice": 5}], expected.views)), 2)
        self.assertEqual(len(golden.differences([{**rows[-1], "none": True}], expected.views)), 1)

    def test_wrong_row_is_noticed(self):
        """So can the comparison of the views with the oracle: of each view, a row that is otherwise, one that is
        missing and one too many."""
        records, _ = golden.load(FOLDER)
        expected = self.expected(self.site(migrate=False, topics={}), records)
        right = copy.deepcopy(expected.views)
        for row in right["v_notice"].values():
            row.update(state="published", recipients=",".join(row["recipients"]))
        for row in right["v_quarantine"].values():
            row.update(state="held", payload=None, key=None)
        for row in right["v_timeline"].values():
            row["topic"], row["partition"], row["offset"] = row["positions"][0]
        self.assertEqual(compare_views(expected, right).differences, [])
        for view, (column, value) in WRONG.items():
            # What two customers had to do with each other leaves some of a notice open.
            key = next(key for key in right[view]
                       if view != "v_notice" or expected.of_notice(key) not in expected.quiet_until)
            otherwise, missing = copy.deepcopy(right), copy.deepcopy(right)
            otherwise[view][key][column] = value
            row = missing[view].pop(key)
            more = {**right, view: {**right[view], ("other",) * len(key): {**row, "state": "held", "status": "open"}}}
            for wrong in (otherwise, missing, more):
                with self.subTest(view=view):
                    self.assertNotEqual(compare_views(expected, wrong).differences, [])


if __name__ == "__main__":
    case.main()

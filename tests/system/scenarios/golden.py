"""Stories worked out by hand: the oracle and the daemon both have to tell them as they are written."""
import os

from rig import case, golden, stream

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

    def test_wrong_story_is_noticed(self):
        """The comparison itself can fail."""
        records, stories = golden.load(FOLDER)
        site = self.site(migrate=False, topics={})
        expected = self.expected(site, records)
        rows = [dict(row) for row in stories["worked_example.jsonl"]]
        rows[0]["level"] = 4
        self.assertEqual(len(golden.differences(rows, expected.views)), 1)
        self.assertEqual(len(golden.differences(rows[:-1] + [{**rows[-1], "notice": 5}], expected.views)), 2)


if __name__ == "__main__":
    case.main()

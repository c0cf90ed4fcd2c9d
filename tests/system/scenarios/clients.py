"""The examples for publishers and subscribers (deploy/clients) do what they say."""
import glob
import os
import re
import shutil
import subprocess
import sys

from rig import case, stream
from rig.servers import wait_until

CLIENTS = os.path.join(os.environ["GUANXI_SOURCE_DIR"], "deploy/clients")
JARS = glob.glob(os.path.join(os.environ["GUANXI_SOURCE_DIR"], "build/kafka/*"))


class Clients(case.SystemTest):
    def commands(self, folder):
        """How to run each, for which the tools are at hand; C, Python and shell always are."""
        program = os.path.join(folder, "publish")
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "rdkafka"], text=True, capture_output=True, check=True)
        subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", f"{CLIENTS}/publish.c", "-o", program, *flags.stdout.split()],
                       check=True)
        commands = {"c": [program], "python": [sys.executable, f"{CLIENTS}/publish.py"], "shell": [f"{CLIENTS}/publish.sh"]}
        if shutil.which("javac"):
            jars = [jar for folder in JARS if os.path.isdir(folder) for jar in glob.glob(folder + "/*.jar")]
            commands["java"] = ["java", "-cp", ":".join(jars), f"{CLIENTS}/Publish.java"]
        if shutil.which("go"):
            commands["go"] = ["go", "run", "-C", f"{CLIENTS}/go", "."]
        return commands

    def test_each_event_arrives(self):
        site = self.site(topics={"calls": 3}, settings={"clock": "wall"})
        site.start()
        commands = self.commands(site.folder)
        print(f"    clients: {', '.join(commands)}")
        for name, command in commands.items():
            done = subprocess.run([*command, self.kafka.brokers, site.prefix + "calls", f"客户-{name}"], text=True,
                                  capture_output=True, timeout=120)
            self.assertEqual(done.returncode, 0, f"{name}: {done.stdout}{done.stderr}")
        sources = {(f"客户-{name}", f"/examples/{name}") for name in commands}
        statement = "SELECT customer_id, source FROM guanxi.v_timeline"
        wait_until(30, lambda: set(site.query(statement)) == sources, "an event of each client")
        self.assertEqual(site.query("SELECT reason, detail FROM guanxi.v_quarantine"), [])

    def test_reminders_are_read(self):
        site = self.site(topics={"calls": 1})
        site.start()
        asked = stream.event("calls", "message.received", "2026-03-01T00:00:00Z", "li-na", {}, id="1")
        answered = stream.event("calls", "call.completed", "2026-03-02T12:00:00Z", "li-na", {"direction": "outbound"},
                                id="2")
        published = "SELECT count(*) FROM guanxi.v_notice WHERE state = 'published'"
        site.publish([asked, stream.tick("calls", "2026-03-02T06:00:00Z")])
        wait_until(30, lambda: site.query(published) == [(1,)], "a published notice")
        site.publish([answered, stream.tick("calls", "2026-03-04T00:00:00Z")], check_offsets=False)
        wait_until(30, lambda: site.query("SELECT status FROM guanxi.v_reminder") == [("done",)], "its end")
        wait_until(30, lambda: site.query("SELECT count(*) FROM guanxi.outbox") == [(0,)], "an empty outbox")
        done = subprocess.run([sys.executable, f"{CLIENTS}/subscribe.py", self.kafka.brokers, site.reminders, "--once"], text=True,
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 2, done.stdout)
        self.assertIn("li-na: response, notice 1, to owner: ", lines[0])
        self.assertEqual(lines[1], "li-na: response is done")

    def test_queries_run(self):
        site = self.site(topics={"calls": 1})
        with open(f"{CLIENTS}/README.md", encoding="utf-8") as file:
            queries = re.findall(r"^    SELECT .*?;$", file.read(), re.MULTILINE | re.DOTALL)
        self.assertEqual(len(queries), 3)
        for query in queries:
            self.assertEqual(site.query(query.replace("%", "%%")), [])


if __name__ == "__main__":
    case.main()

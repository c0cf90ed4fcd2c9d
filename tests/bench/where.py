"""Where the time goes: perf over the whole machine, and PostgreSQL's own account of its statements."""
import collections
import os
import re
import signal
import subprocess

# What makes the server tell the processor time of each message; superusers may.
SERVER_OPTIONS = " options='-c log_statement_stats=on'"

TITLE = re.compile(r"LOG:  (\w+)(?: MESSAGE)? STATISTICS$")
USAGE = re.compile(r"!\s+([\d.]+) s user, ([\d.]+) s system, ([\d.]+) s elapsed$")


def plain(statement):
    """A statement without comments, line breaks and capitals."""
    lines = (line.split("--")[0] for line in statement.splitlines())
    return re.sub(r"\s+", " ", " ".join(lines)).strip().lower()


def known_statements():
    """{text: name of its file} of guanxid's statements."""
    folder = os.path.join(os.environ["GUANXI_SOURCE_DIR"], "daemon", "postgres", "sql")
    known = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name)) as file:
            known[plain(file.read())] = name.removesuffix(".sql")
    return known


def statement_costs(log, start):
    """{(statement, message): [seconds of processor, seconds elapsed, count]} of a server's log from a position on."""
    costs, known = collections.defaultdict(lambda: [0.0, 0.0, 0]), known_statements()

    def add():
        if title and usage:
            text = plain(statement or "")
            entry = costs[known.get(text, f"{text[:24]} ... {text[-40:]}"), title]
            for i, value in enumerate((*usage, 1)):
                entry[i] += value

    title = usage = statement = None
    with open(log, errors="replace") as file:
        file.seek(start)
        for line in file:
            found = TITLE.search(line.rstrip())
            if found:
                add()
                title, usage, statement = found[1].lower(), None, None
            elif title and usage is None and (found := USAGE.search(line.rstrip())):
                usage = float(found[1]) + float(found[2]), float(found[3])
            elif title and "STATEMENT:  " in line:
                statement = line.split("STATEMENT:  ", 1)[1]
            elif title and statement is not None and line.startswith("\t"):
                statement += line
    add()
    return costs


class Profile:
    """Looks at everything while something runs. Without a folder it does nothing."""

    def __init__(self, folder, name, server_log):
        self.folder, self.log = folder, server_log
        if folder:
            os.makedirs(folder, exist_ok=True)
        self.file = folder and os.path.join(folder, f"{name}.perf")

    def start(self):
        if self.folder:
            self.position = os.path.getsize(self.log)
            self.process = subprocess.Popen(["perf", "record", "-q", "-a", "-F", "499", "-e", "cpu-clock", "-g", "-o",
                                             self.file], stdin=subprocess.DEVNULL)

    def stop(self, daemon, backends):
        if not self.folder:
            return
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.symbols("guanxid, all threads", [daemon], 40)
        for backend in backends:
            self.symbols(f"server process {backend}", [backend], 15)
        print("      statements of guanxid: processor s, elapsed s, count")
        costs = sorted(statement_costs(self.log, self.position).items(), key=lambda item: -item[1][0])
        for (statement, message), (processor, elapsed, count) in costs[:30]:
            print(f"      {processor:8.2f} {elapsed:8.2f} {count:7}  {statement} ({message})")

    def symbols(self, title, pids, count):
        """Share of the samples of these processes by symbol; perf cannot filter a record of all by process."""
        script = subprocess.run(["perf", "script", "-i", self.file, "-G", "-F", "pid,tid,ip,sym"], capture_output=True,
                                text=True).stdout
        samples, threads = collections.Counter(), collections.Counter()
        for line in script.splitlines():
            fields = line.split(None, 2)
            pid, _, tid = fields[0].partition("/") if fields else ("", "", "")
            if pid.isdigit() and int(pid) in pids:
                samples[fields[2] if len(fields) > 2 else "?"] += 1
                threads[tid] += 1
        total = sum(samples.values())
        if not total:
            return
        print(f"      {title}: {total / 499:.2f} s; threads "
              + ", ".join(f"{number / 499:.2f}" for _, number in threads.most_common(8)))
        for symbol, number in samples.most_common(count):
            print(f"      {100 * number / total:7.1f}%  {symbol}")

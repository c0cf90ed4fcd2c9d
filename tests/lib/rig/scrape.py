"""What an instance says over HTTP of itself."""
import http.client
import re
import socket

LINE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=5):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def get(path, url, timeout=5):
    """(status, text) of a URL at a Unix socket; (None, reason) when nobody answers."""
    connection = UnixConnection(path, timeout)
    try:
        connection.request("GET", url)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError as error:
        return None, str(error)
    finally:
        connection.close()


class Metrics:
    """Series of one scrape."""

    def __init__(self, text):
        self.text = text
        self.series = {}
        for line in text.splitlines():
            if not line.startswith("#"):
                name, labels, value = LINE.match(line).groups()
                self.series[name, frozenset(LABEL.findall(labels or ""))] = float(value)

    def value(self, name, **labels):
        """Of the one series with exactly these labels; None without one."""
        return self.series.get((name, frozenset((key, str(value)) for key, value in labels.items())))

    def total(self, name, **labels):
        """Of all series of that name with these labels."""
        wanted = {(key, str(value)) for key, value in labels.items()}
        return sum(value for (found, has), value in self.series.items() if found == name and wanted <= has)

    def lanes(self, name, prefix=""):
        """{(topic, partition): value} of a metric of lanes."""
        found = {}
        for (one, labels), value in self.series.items():
            if one == name:
                labels = dict(labels)
                found[labels["topic"][len(prefix):], int(labels["partition"])] = value
        return found


def metrics(path):
    status, text = get(path, "/metrics")
    if status != 200:
        raise AssertionError(f"/metrics: {status} {text}")
    return Metrics(text)

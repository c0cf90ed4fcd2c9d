"""A service manager as an instance sees it: the socket it tells its state to."""
import ctypes
import os
import socket
import threading
import time

from .servers import wait_until

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WALL = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


class Manager:
    """Takes what is told; `told` has (monotonic seconds, {name: value})."""

    def __init__(self, folder, watchdog=None):
        self.path = os.path.join(folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.environment = {"NOTIFY_SOCKET": self.path}
        if watchdog:
            self.environment["WATCHDOG_USEC"] = str(int(watchdog * 1e6))
        self.told = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                text = self.socket.recv(4096).decode()
            except OSError:
                return
            self.told.append((time.monotonic(), dict(line.split("=", 1) for line in text.splitlines())))

    def close(self):
        self.socket.close()
        os.unlink(self.path)

    def times(self, name, value=None, since=0.0):
        """When it was told."""
        return [at for at, lines in self.told if at >= since and name in lines and value in (None, lines[name])]

    def status(self):
        """The last status line."""
        return next((lines["STATUS"] for _, lines in reversed(self.told) if "STATUS" in lines), None)

    def wait_for(self, name, value=None, seconds=30, since=0.0):
        wait_until(seconds, lambda: self.times(name, value, since), f"{name}={value} is told")
        return self.times(name, value, since)[0]


class StoppedThread:
    """A thread of a child process that stands still, while the others go on."""

    def __init__(self, process, name):
        self.thread = next(int(tid) for tid in os.listdir(f"/proc/{process}/task") if self._name(process, tid) == name)

    @staticmethod
    def _name(process, tid):
        with open(f"/proc/{process}/task/{tid}/comm") as file:
            return file.read().strip()

    def _trace(self, request):
        libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
        if libc.ptrace(request, self.thread, None, None) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")

    def __enter__(self):
        self._trace(PTRACE_SEIZE)
        self._trace(PTRACE_INTERRUPT)
        os.waitpid(self.thread, WALL)
        return self

    def __exit__(self, *unused):
        self._trace(PTRACE_DETACH)

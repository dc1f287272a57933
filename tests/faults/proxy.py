"""A proxy between a run and its server that understands just enough to count messages: at the n-th something happens.

It lives in the process of the run, so that it is gone with it.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

from tests.moments import Countdown

_NAME = ".s.PGSQL.5432"


class Proxy:
    """Listens on a Unix socket of its own and passes on, message by message, in both directions.

    Args:
        folder: where its socket is to be.
        upstream: the folder of the server's socket.
    """

    def __init__(self, folder: Path, upstream: Path) -> None:
        self._upstream = upstream / _NAME
        self._listener = socket.socket(socket.AF_UNIX)
        (folder / _NAME).unlink(missing_ok=True)
        self._listener.bind(str(folder / _NAME))
        self._listener.listen()
        self._ends: list[socket.socket] = []
        self._lock = threading.Lock()
        self.countdown: Countdown | None = None

    def start(self, countdown: Countdown) -> None:
        """Serves; a moment passes after each message that was passed on."""
        self.countdown = countdown
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """The network is gone: for every connection that is open, and for new ones."""
        for end in (self._listener, *self._ends):
            with contextlib.suppress(OSError):  # the other side may have hung up
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was cut
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._upstream))
                self._ends += [client, server]
                threading.Thread(target=self._pump, args=(client, server, 0), daemon=True).start()
                threading.Thread(target=self._pump, args=(server, client, 1), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, type_bytes: int) -> None:
        """Passes messages on: an optional byte of type, the length in four bytes, the rest.

        Args:
            type_bytes: how many come before the first length: a client's first message has no type.
        """
        data = b""
        with contextlib.suppress(OSError):  # either side is gone
            while received := source.recv(65536):
                data += received
                while len(data) >= type_bytes + 4:
                    length = type_bytes + int.from_bytes(data[type_bytes : type_bytes + 4])
                    if len(data) < length:
                        break
                    message, data = data[:length], data[length:]
                    type_bytes = 1
                    with self._lock:
                        sink.sendall(message)
                        if self.countdown and self.countdown():
                            return
            sink.shutdown(socket.SHUT_RDWR)

"""The scripted mail servers, at work."""

import contextlib
import selectors
import socket
import threading

from behaviours import BEHAVIOURS
from talk import Server, Talk


class MailServers:
    """All the servers, each connection in a thread of its own."""

    def __init__(self, servers: list[Server]):
        self.lock = threading.Lock()
        self.selector = selectors.DefaultSelector()
        self.kept: list[socket.socket] = []
        for server in servers:
            for each in server, *server.machines:
                each.context    # made now, so that a mistake in it is seen
            for address in server.addresses:
                self._listen(server, address)

    def _listen(self, server: Server, address: str) -> None:
        """Behaviours that need no conversation are made here."""
        if server.does in ("refuses", "unreachable"):
            return
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # fairness.py has another socket with the port, at all addresses.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((address, server.port))
        self.kept.append(listener)
        if server.does == "deaf":
            # A full queue: the kernel drops whoever else wants to connect.
            listener.listen(0)
            self.kept.append(socket.create_connection((address, server.port)))
            return
        listener.listen(32)
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ, server)

    def start(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            for key, _ in self.selector.select():
                with contextlib.suppress(OSError):
                    connection, _ = key.fileobj.accept()
                    threading.Thread(target=self._serve, daemon=True,
                                     args=(key.data, connection)).start()

    def _serve(self, server: Server, connection: socket.socket) -> None:
        connection.setblocking(True)
        with self.lock:
            talks = server.talks[connection.getsockname()[0]]
            if server.machines:
                server = server.machines[len(talks) % len(server.machines)]
            talk = Talk(server, connection)
            talks.append(talk)
        # A client that goes away is no news here.
        with contextlib.suppress(OSError, EOFError):
            BEHAVIOURS[server.does](talk)
        with self.lock:
            talk.end()

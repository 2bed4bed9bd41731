"""A small load client with persistent connections, each with one request at a time."""

from __future__ import annotations

import multiprocessing
import socket
import time
from statistics import median

_PROCESSES = 2
_CONNECTIONS = 4


def requests_per_second(port: int, host: str, path: str, seconds: float, cookie: str = "") -> float:
    """Return the responses per second on eight connections in two client processes, all with the same cookie.

    Raises:
        AssertionError: a response was not 200.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(_PROCESSES) as pool:
        pool.starmap(_ask_for, [(port, host, path, 0.3, cookie)] * _PROCESSES)
        counts = pool.starmap(_ask_for, [(port, host, path, seconds, cookie)] * _PROCESSES)
    return sum(counts) / seconds


def median_milliseconds(port: int, host: str, path: str, count: int) -> float:
    """Return the median time of successive requests on one connection."""
    with _Connection(port, host, path) as connection:
        for _ in range(count // 5):
            connection.ask()
        times: list[float] = []
        for _ in range(count):
            started = time.perf_counter()
            connection.ask()
            times.append(time.perf_counter() - started)
    return median(times) * 1000


def _ask_for(port: int, host: str, path: str, seconds: float, cookie: str) -> int:
    connections = [_Connection(port, host, path, cookie) for _ in range(_CONNECTIONS)]
    for connection in connections:
        connection.send()
    done, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for connection in connections:
            connection.receive()
            connection.send()
            done += 1
    for connection in connections:
        connection.receive()
        connection.close()
    return done


class _Connection:
    """A connection that requests one page; ``http.client`` would cost more than the measured floor."""

    def __init__(self, port: int, host: str, path: str, cookie: str = "") -> None:
        self._address = port
        cookie_header = f"Cookie: {cookie}\r\n" if cookie else ""
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{cookie_header}Connection: keep-alive\r\n\r\n".encode()
        )
        self._open()

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._address), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        self._socket.close()

    def ask(self) -> None:
        self.send()
        self.receive()

    def send(self) -> None:
        self._socket.sendall(self._request)

    def receive(self) -> None:
        try:
            self._receive()
        except ConnectionError:
            # gunicorn replaces a process after a number of requests; an unanswered request is sent again
            self.close()
            self._open()
            self.send()
            self._receive()

    def _receive(self) -> None:
        head, _, body = self._read(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head[:200]
        fields = head.lower()
        left = int(fields.partition(b"content-length:")[2].split(None, 1)[0]) - len(body)
        while left > 0:
            left -= len(self._piece(min(left, 2**16)))
        if b"connection: close" in fields:
            self.close()
            self._open()

    def _read(self, until: bytes) -> tuple[bytes, bytes, bytes]:
        content = b""
        while until not in content:
            content += self._piece(2**16)
        return content.partition(until)

    def _piece(self, most: int) -> bytes:
        piece = self._socket.recv(most)
        if not piece:
            raise ConnectionResetError
        return piece

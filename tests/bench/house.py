"""A house that serves, as a team would run it, and visitors who read and write in it over HTTP.

With SQLite web and jobs are one process (`flask serve`); with DATABASE_URL they are gunicorn and huey_consumer, as
the README says.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from tests.bench.pages import ROOT, SOUNDS

PATIENCE_S = 120
BASELINE = "a page without records"
Times = dict[str, list[float]]


# --- the house ---------------------------------------------------------------------------------------------


class House:
    """Its processes. `begun` while they serve."""

    def __init__(self) -> None:
        self.port = _free_port()
        self.processes: list[subprocess.Popen[bytes]] = []

    @contextlib.contextmanager
    def begun(self) -> Iterator[House]:
        address = f"127.0.0.1:{self.port}"
        if os.environ.get("DATABASE_URL"):
            self._start("-m", "gunicorn", "--threads", "8", "--workers", "2", "--bind", address, "wsgi:app")
            self._start("-m", "huey.bin.huey_consumer", "crm.worker.huey")
        else:
            self._start("-m", "flask", "--app", "wsgi", "serve", "--port", str(self.port))
        try:
            self._wait()
            yield self
        finally:
            for process in self.processes:
                process.terminate()
            for process in self.processes:
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()

    def _start(self, *words: str) -> None:
        quiet = subprocess.DEVNULL
        command = [sys.executable, *words]
        self.processes.append(subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=quiet, stderr=quiet))

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                if Visitor(self.port).get("/sign-in").status == 200:
                    return
            time.sleep(0.2)
        raise SystemExit("the house does not open")

    @property
    def worker(self) -> int:
        """The process that does the jobs."""
        return self.processes[-1].pid

    def memory_mib(self) -> float:
        return _status(self.worker, "VmRSS") / 1024

    def forget_peak(self) -> None:
        """From now on `peak_mib` is the most since this moment."""
        Path(f"/proc/{self.worker}/clear_refs").write_text("5")

    def peak_mib(self) -> float:
        return _status(self.worker, "VmHWM") / 1024


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


# --- who comes ---------------------------------------------------------------------------------------------


class Answer:
    def __init__(self, status: int, said: str) -> None:
        self.status, self.said = status, said


class Visitor:
    """A browser without eyes: keeps its cookies and its connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def sign_in(self, login: str, password: str) -> Visitor:
        self.token = _token(self.get("/sign-in").said)
        self.post("/sign-in", {"login": login, "password": password})
        self.token = _token(self.get("/password").said)
        return self

    def get(self, address: str) -> Answer:
        return self._ask("GET", address, None)

    def post(self, address: str, fields: Mapping[str, Any]) -> Answer:
        body = urlencode({"csrf_token": self.token, **fields}, doseq=True)
        return self._ask("POST", address, body)

    def _ask(self, method: str, address: str, body: str | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, address, body, headers)
        answer = self.connection.getresponse()
        said = answer.read().decode()
        for one in answer.headers.get_all("Set-Cookie") or ():
            name, _equals, value = one.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, said)


def _token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]*)"', page)
    return found.group(1) if found else ""


class _Form(HTMLParser):
    """The fields of the page's largest form, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(defaultdict(list))
        elif not self.forms:
            return
        elif tag == "input" and said.get("name"):
            ticked = said.get("type") not in ("checkbox", "radio") or "checked" in said
            if ticked and said.get("type") not in ("submit", "button", "file"):
                self.forms[-1][said["name"]].append(said.get("value", ""))
        elif tag == "select":
            self._select = said.get("name", "")
        elif tag == "option" and self._select and "selected" in said:
            self.forms[-1][self._select].append(said.get("value", ""))
        elif tag == "textarea":
            self._text = said.get("name", "")
            self.forms[-1][self._text].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._text and self.forms:
            self.forms[-1][self._text][-1] += data


def form_of(page: str) -> dict[str, list[str]]:
    reader = _Form()
    reader.feed(page)
    found = max(reader.forms, key=len)
    found.pop("csrf_token", None)
    return found


# --- what they do ------------------------------------------------------------------------------------------


class Visitors:
    """Some who read and one who writes, each with a pause between two steps, from `begin` to `end`."""

    PAUSE_S = 0.05

    def __init__(self, port: int, firms: Sequence[int], *, readers: int = 2) -> None:
        from crm.org.demo import PASSWORD

        self.times: Times = defaultdict(list)
        self.wrong: list[str] = []
        self._firms, self._over = list(firms), threading.Event()
        self._threads = [
            threading.Thread(target=self._reads, args=(Visitor(port).sign_in("admin", PASSWORD), at))
            for at in range(readers)
        ]
        writer = Visitor(port).sign_in("promoter", PASSWORD)
        self._threads.append(threading.Thread(target=self._writes, args=(writer,)))

    def __enter__(self) -> Visitors:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        if self.wrong:
            raise SystemExit(self.wrong[0])

    def _timed(self, what: str, ask: Callable[[], Answer], *good: int) -> Answer | None:
        began = time.perf_counter()
        try:
            answer = ask()
        except OSError as error:
            self.wrong.append(f"{what}: {error!r}")
            self._over.set()
            return None
        if answer.status not in good:
            self.wrong.append(f"{what}: {answer.status}")
            self._over.set()
            return None
        self.times[what].append((time.perf_counter() - began) * 1000)
        self._over.wait(self.PAUSE_S)
        return answer

    def _reads(self, visitor: Visitor, at: int) -> None:
        turn = at * 17
        while not self._over.is_set():
            two = quote(SOUNDS[turn % 40 : turn % 40 + 2])
            for what, address in (
                (BASELINE, "/password"),
                ("list of merchants", "/enterprises"),
                ("list, two characters", f"/enterprises?q={two}"),
                ("search as typed", f"/suggest?q={two}"),
                ("search page", f"/find?q={two}"),
            ):
                if self._over.is_set():
                    return
                self._timed(what, partial(visitor.get, address), 200)
            turn += 1

    def _writes(self, visitor: Visitor) -> None:
        turn = 0
        while not self._over.is_set():
            address = f"/enterprises/{self._firms[turn % len(self._firms)]}/edit"
            page = self._timed("the form to edit one", partial(visitor.get, address), 200)
            if page is None or self._over.is_set():
                return
            fields = form_of(page.said) | {"note": [f"测速第 {turn} 次"]}
            self._timed("saving one", partial(visitor.post, address, fields), 303)
            turn += 1

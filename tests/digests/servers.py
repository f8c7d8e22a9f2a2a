"""Real servers on this machine that stand where the internet would be: a robot's host with TLS, and a mail server."""

from __future__ import annotations

import base64
import http.server
import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

PAPERS = Path(__file__).with_name("for_tests_only.pem")


def trust() -> ssl.SSLContext:
    """What a client needs to believe the servers below."""
    return ssl.create_default_context(cafile=str(PAPERS))


def _papers() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PAPERS)
    return context


class Robot(http.server.ThreadingHTTPServer):
    """Answers as the two robots do; `says` is what it will answer next."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _RobotHandler)
        self.socket = _papers().wrap_socket(self.socket, server_side=True)
        self.asked: list[tuple[str, str, Any]] = []
        self.says: tuple[int, dict[str, str], bytes] = (200, {}, b'{"errcode":0,"errmsg":"ok"}')

    def handle_error(self, *_request: Any) -> None:
        """A client that goes away because it does not trust us is what some tests are about."""


class _RobotHandler(http.server.BaseHTTPRequestHandler):
    server: Robot

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.headers["Host"], self.path, json.loads(body)))
        status, headers, answer = self.server.says
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_words: Any) -> None:
        pass


class Mail(socketserver.ThreadingTCPServer):
    """As much of SMTP as a client needs. `refuses` are addresses it does not know, with the code it says."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, *, starttls: bool = False, password: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _MailHandler)
        self.starttls, self.password = starttls, password
        self.letters: list[EmailMessage] = []
        self.secure: list[bool] = []
        self.refuses: dict[str, int] = {}


class _MailHandler(socketserver.StreamRequestHandler):
    server: Mail

    def handle(self) -> None:
        self.is_secure, self.signed_in = False, not self.server.password
        self.say(220, "mail.test")
        while line := self.rfile.readline():
            words = line.decode().strip()
            verb = words.split(":")[0].split()[0].upper() if words else ""
            if verb == "QUIT":
                self.say(221, "bye")
                return
            getattr(self, f"do_{verb.lower()}", self.do_unknown)(words)

    def say(self, code: int, *lines: str) -> None:
        for at, line in enumerate(lines):
            self.wfile.write(f"{code}{' ' if at == len(lines) - 1 else '-'}{line}\r\n".encode())

    def do_unknown(self, _words: str) -> None:
        self.say(502, "what?")

    def do_ehlo(self, _words: str) -> None:
        offers = ["mail.test"]
        offers += ["STARTTLS"] if self.server.starttls and not self.is_secure else []
        offers += ["AUTH PLAIN"] if self.server.password else []
        self.say(250, *offers)

    def do_starttls(self, _words: str) -> None:
        self.say(220, "go on")
        self.connection = _papers().wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.is_secure = True

    def do_auth(self, words: str) -> None:
        given = base64.b64decode(words.split()[-1]).decode().split("\0")
        self.signed_in = given[2] == self.server.password
        self.say(235 if self.signed_in else 535, "well")

    def do_mail(self, _words: str) -> None:
        self.say(250, "ok") if self.signed_in else self.say(530, "who are you")

    def do_rcpt(self, words: str) -> None:
        address = words[words.index("<") + 1 : words.index(">")]
        self.say(self.server.refuses.get(address, 250), "said")

    def do_data(self, _words: str) -> None:
        self.say(354, "go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        letter = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.server.letters.append(letter)
        self.server.secure.append(self.is_secure)
        self.say(250, "taken")

    def do_rset(self, _words: str) -> None:
        self.say(250, "ok")


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

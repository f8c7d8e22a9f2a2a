"""The one way out of the house: a POST to a robot, and a mail server's door. Nothing else in the product calls out.

A robot's host is looked up once; every address it has must be public, and the connection goes to the one that was
looked at, with the certificate asked for by the host's name. No redirect is followed, no proxy asked; an answer has so
many seconds and so many bytes. What went wrong is said in words of our own: the errors of libraries hold addresses.
"""

from __future__ import annotations

import http.client
import ipaddress
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

from crm.lib.words import _

SECONDS = 10
MOST_BYTES = 64 * 1024
HTTPS = 443

Route = Callable[[str, int], tuple[str, int]]
"""(host, port) -> the address to connect to. Raises Unreachable."""


class Unreachable(Exception):
    """It was not delivered; the sentence says why. `lasting`: another try would end the same."""

    def __init__(self, why: str, *, lasting: bool = False):
        super().__init__(why)
        self.why, self.lasting = why, lasting


def public(host: str, port: int) -> tuple[str, int]:
    """One of the host's addresses, when all of them are public ones."""
    found = _look_up(host, port)
    if not found or not all(is_public(one) for one in found):
        raise Unreachable(_("“%(host)s”查到的不是公网地址，没有连接", host=host))
    return found[0], port


def anywhere(host: str, port: int) -> tuple[str, int]:
    """A mail server may stand in the house's own network."""
    return _look_up(host, port)[0], port


def _look_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise Unreachable(_("查不到“%(host)s”的地址", host=host))
    return [str(one[4][0]) for one in found]


def is_public(address: str) -> bool:
    """Also of an IPv4 address in the dress of an IPv6 one."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(one, ipaddress.IPv6Address):
        one = one.ipv4_mapped or one.sixtofour or one
    return one.is_global and not one.is_multicast


# --- a robot -----------------------------------------------------------------------------------------------


class _Pinned(http.client.HTTPSConnection):
    """A connection to an address that was looked at before, with the certificate of the host's name."""

    def __init__(self, host: str, address: tuple[str, int], trust: ssl.SSLContext):
        super().__init__(host, HTTPS, timeout=SECONDS, context=trust)
        self.address, self.trust = address, trust

    def connect(self) -> None:
        plain = socket.create_connection(self.address, SECONDS)
        try:
            self.sock = self.trust.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def post(
    host: str, path: str, body: bytes, *, route: Route = public, trust: ssl.SSLContext | None = None
) -> bytes:
    """What the host answers to this JSON."""
    until = time.monotonic() + 2 * SECONDS
    connection = _Pinned(host, route(host, HTTPS), trust or ssl.create_default_context())
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8"})
        answer = connection.getresponse()
        if 300 <= answer.status < 400:
            raise Unreachable(_("对方要转到别的地址去，没有跟着去"), lasting=True)
        if answer.status != 200:
            raise Unreachable(_("对方回答 %(status)s", status=answer.status))
        return _read(answer, until)
    except ssl.SSLCertVerificationError:
        raise Unreachable(_("对方的证书不可信"), lasting=True) from None
    except (OSError, http.client.HTTPException):
        raise Unreachable(_("连不上“%(host)s”", host=host)) from None
    finally:
        connection.close()


def _read(answer: http.client.HTTPResponse, until: float) -> bytes:
    found = b""
    while part := answer.read1(4096):
        found += part
        if len(found) > MOST_BYTES:
            raise Unreachable(_("对方的回答太长"))
        if time.monotonic() > until:
            raise Unreachable(_("对方回答得太慢"))
    return found


# --- a mail server -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MailServer:
    """`security`: none, starttls, ssl. Without a login nothing secret is sent."""

    host: str
    port: int
    security: str
    login: str = ""
    password: str = ""


class Post:
    """An open connection to a mail server, for a handful of letters: `with Post(server) as post: post.send(letter)`."""

    def __init__(self, server: MailServer, *, route: Route = anywhere, trust: ssl.SSLContext | None = None):
        self.server, self.route, self.trust = server, route, trust or ssl.create_default_context()

    def __enter__(self) -> Post:
        server, where = self.server, self.route(self.server.host, self.server.port)
        try:
            self.smtp = _Smtp(server.host, where, self.trust if server.security == "ssl" else None)
            if server.security == "starttls":
                self.smtp.starttls(context=self.trust)
            if server.login:
                self.smtp.login(server.login, server.password)
        except smtplib.SMTPAuthenticationError:
            raise Unreachable(_("邮件服务器不接受登录名或密码"), lasting=True) from None
        except UnicodeError:
            raise Unreachable(_("登录名和密码只能用英文字母、数字和符号"), lasting=True) from None
        except smtplib.SMTPNotSupportedError:
            raise Unreachable(_("邮件服务器不会加密或登录，请检查“连接方式”"), lasting=True) from None
        except ssl.SSLError:
            raise Unreachable(_("邮件服务器的加密连接没有建立，证书不可信或方式不对"), lasting=True) from None
        except (OSError, smtplib.SMTPException):
            raise Unreachable(_("连不上邮件服务器“%(host)s”", host=server.host)) from None
        return self

    def send(self, letter: EmailMessage) -> None:
        try:
            self.smtp.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _said in refused.recipients.values()]
            raise Unreachable(
                _("邮件服务器不收这个地址"), lasting=all(code >= 500 for code in codes)
            ) from None
        except UnicodeError:
            raise Unreachable(_("邮件服务器不收这个地址"), lasting=True) from None
        except smtplib.SMTPSenderRefused:
            raise Unreachable(_("邮件服务器不收这个发件人"), lasting=True) from None
        except smtplib.SMTPResponseException as answer:
            raise Unreachable(
                _("邮件服务器没有接受，回答 %(code)s", code=answer.smtp_code), lasting=answer.smtp_code >= 500
            ) from None
        except (OSError, smtplib.SMTPException):
            raise Unreachable(_("和邮件服务器的连接断了")) from None

    def __exit__(self, *_error: object) -> None:
        try:
            self.smtp.quit()
        except (OSError, smtplib.SMTPException):
            self.smtp.close()


class _Smtp(smtplib.SMTP):
    """To an address that was looked up before; the certificate is asked for by the host's name."""

    def __init__(self, host: str, address: tuple[str, int], wrap: ssl.SSLContext | None):
        self.wrap = wrap
        self.address = address
        super().__init__(local_hostname=socket.gethostname(), timeout=SECONDS)
        self._host = host  # what starttls asks the certificate for
        code, _said = self.connect(host, address[1])
        if code != 220:
            raise smtplib.SMTPConnectError(code, _said)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection(self.address, SECONDS)
        return self.wrap.wrap_socket(plain, server_hostname=host) if self.wrap else plain

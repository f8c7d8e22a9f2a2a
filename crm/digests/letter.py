"""A digest as a letter: text and HTML of the same lines, with every way to reach somebody masked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from markupsafe import Markup, escape

from crm.lib.errors import Refused
from crm.lib.masking import mask_text
from crm.lib.words import _

LONGEST_ADDRESS = 200


@dataclass(frozen=True)
class Line:
    """One thing: what it is, what is due about it, since when, where its page is ('' where the house has no address)."""

    title: str
    what: str
    since: str
    url: str = ""


def checked_address(text: str, field: str = "email") -> str:
    """An address that a mail server can be given; else refused."""
    wrong = Refused(_("请填一个完整的邮箱地址，例如 wang@example.com"), field)
    name, at, host = text.rpartition("@")
    if not (at and name and "." in host) or len(text) > LONGEST_ADDRESS or not text.isascii():
        raise wrong
    if any(char.isspace() or char in '<>,;:"()[]\\' or not char.isprintable() for char in text):
        raise wrong
    try:
        Address(addr_spec=text)
    except (
        MessageError,
        ValueError,
        IndexError,
        AttributeError,
    ):  # its parser stumbles over some instead of refusing
        raise wrong from None
    return text


def letter(
    sender: str, to: str, subject: str, head: str, lines: Sequence[Line], foot: str, *, key: str, house: str
) -> EmailMessage:
    """`key` makes the letter's own number: one that is sent again after a lost answer is the same letter."""
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(display_name=house, addr_spec=sender)
    made["To"] = to
    made["Subject"] = mask_text(subject)
    made["Message-ID"] = f"<{key.replace(':', '.')}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content("\n".join([mask_text(head), "", *(_plain(line) for line in lines), "", foot]))
    made.add_alternative(_html(mask_text(head), lines, foot), subtype="html")
    return made


def _plain(line: Line) -> str:
    said = f"- {mask_text(line.title)}：{line.what}，{line.since}"
    return f"{said}\n  {line.url}" if line.url else said


def _html(head: str, lines: Sequence[Line], foot: str) -> str:
    rows = Markup("").join(
        Markup("<tr><td>{}</td><td>{}</td><td>{}</td></tr>").format(_title(line), line.what, line.since)
        for line in lines
    )
    table = (
        Markup('<table border="1" cellpadding="6" cellspacing="0">{}</table>').format(rows) if lines else ""
    )
    page = Markup("<!doctype html><html><body><p>{}</p>{}<p><small>{}</small></p></body></html>")
    return str(page.format(head, table, foot))


def _title(line: Line) -> Markup:
    title = escape(mask_text(line.title))
    return Markup('<a href="{}">{}</a>').format(line.url, title) if line.url else title

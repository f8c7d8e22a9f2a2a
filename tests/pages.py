"""What every page must be. The client asks it of each page that any test opens: it costs no test of its own.

A page that fails says all that is wrong with it at once, each in a sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, cached_property
from xml.etree.ElementTree import Element

from tests.support import html as markup

HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
RUNS = re.compile(r"\s*(javascript|vbscript|data):", re.I)
TYPED = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
SPOKEN = ("title", "placeholder", "aria-label", "alt", "aria-description", "aria-roledescription", "label")
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "list", "form")
LANGUAGES = {"zh-CN", "en"}


class Page:
    """One answer as a reader's browser would see it."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.whole = "<html" in html[:2000].lower()
        self.root: Element = markup.tree(html, whole=self.whole)  # or a part that script puts into a page
        self._parent = {child: parent for parent in self.root.iter() for child in parent}

    # --- reading -----------------------------------------------------------------------------------------

    def all(self, tag: str = "*", **attributes: str) -> list[Element]:
        """Elements by tag and attributes: `all("a", href="/deals")`; class_ asks for one of the classes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.elements
            if tag in ("*", element.tag)
            and all(
                value in element.get(name, "").split() if name == "class" else element.get(name) == value
                for name, value in wanted.items()
            )
        ]

    def one(self, tag: str = "*", **attributes: str) -> Element:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} × <{tag}> {attributes}, not one, in:\n{self.text}"
        return found[0]

    @cached_property
    def elements(self) -> list[Element]:
        """In the order of the page; comments left out."""
        return [element for element in self.root.iter() if isinstance(element.tag, str)]

    @cached_property
    def text(self) -> str:
        body = self.root.find("body")
        return words(self.root if body is None else body)

    @property
    def h1(self) -> str:
        return words(self.one("h1"))

    @property
    def title(self) -> str:
        return words(self._titles()[0])

    def _titles(self) -> list[Element]:
        """Without those of drawings."""
        return [one for one in self.all("title") if self._parent[one].tag == "head"]

    @property
    def links(self) -> list[str]:
        return [element.get("href", "") for element in self.all("a")]

    @property
    def lang(self) -> str:
        html = self.root if self.root.tag == "html" else self.root.find("html")
        return html.get("lang", "") if html is not None else ""

    def rows(self, number: int = 0) -> list[list[str]]:
        """The body of the page's n-th table as texts."""
        body = self.all("tbody")[number]
        return [[words(cell) for cell in row if cell.tag in ("td", "th")] for row in body.iter("tr")]

    def ancestors(self, element: Element) -> Iterator[Element]:
        while (element := self._parent.get(element)) is not None:  # type: ignore[assignment]
            yield element

    # --- judging -----------------------------------------------------------------------------------------

    def faults(self) -> list[str]:
        found = [*self._structure(), *self._names(), *self._forms(), *self._inline(), *self._links()]
        if self.lang == "en":
            found += self._untranslated()
        return list(dict.fromkeys(found))

    def _structure(self) -> Iterator[str]:
        yield from markup.faults(self.html, whole=self.whole)
        for inside in (one for select in self.all("select") for one in select.iter()):
            if inside.tag not in ("select", "optgroup", "option", "hr"):
                yield f"{tag_of(inside)} stands in a <select>: older browsers drop it"
        ids = Counter(element.get("id") for element in self.elements if element.get("id") is not None)
        for id_, times in ids.items():
            if times > 1:
                yield f'id="{id_}" is given {times} times'
            if not id_ or re.search(r"\s", id_):
                yield f'id="{id_}" is empty or has a space'
        for element in self.elements:
            for attribute in REFERENCES:
                for id_ in element.get(attribute, "").split():
                    if id_ not in ids and self.whole:
                        yield f'{tag_of(element)}: {attribute}="{id_}" names nothing on this page'
        if not self.whole:
            return
        if self.lang not in LANGUAGES:
            yield f'<html lang="{self.lang}"> should be one of {", ".join(sorted(LANGUAGES))}'
        headings = self.all("h1")
        if len(headings) != 1 or not words(headings[0]):
            yield f"a page has one h1 with words in it; this one has {[words(one) for one in headings]}"
        titles = self._titles()
        if len(titles) != 1 or not words(titles[0]):
            yield "the page has no <title>"
        if len(self.all("main")) != 1:
            yield "the page has not exactly one <main>"

    def _names(self) -> Iterator[str]:
        """Everything one can type into, press or follow says what it is, also to those who do not see it."""
        labelled = {element.get("for") for element in self.all("label")}
        for element in self.elements:
            tag = element.tag
            if tag in TYPED and element.get("type", "text") not in UNLABELLED:
                inside_label = any(one.tag == "label" for one in self.ancestors(element))
                if not (spoken(element) or inside_label or element.get("id") in labelled - {None}):
                    yield f"{tag_of(element)} has no label"
            if tag == "label" and not words(element) and not element.get("aria-label"):
                yield f"{tag_of(element)} is empty"
            if tag == "img" and element.get("alt") is None:
                yield f"{tag_of(element)} has no alt"
            pressed = tag == "button" or (tag == "a" and element.get("href") is not None)
            if pressed and not (words(element) or spoken(element) or self._has_named_picture(element)):
                yield f"{tag_of(element)} has no words"
            if tag == "input" and element.get("type") in ("submit", "button") and not element.get("value"):
                yield f"{tag_of(element)} has no words"
            if tag in ("a", "button", *TYPED):
                for outer in self.ancestors(element):
                    if outer.tag == "button" or (outer.tag == "a" and outer.get("href") is not None):
                        yield f"{tag_of(element)} stands inside {tag_of(outer)}"
            if (element.get("tabindex") or "0").lstrip("-").isdigit() and int(
                element.get("tabindex") or 0
            ) > 0:
                yield f"{tag_of(element)}: a tabindex above 0 breaks the order of the page"

    def _has_named_picture(self, element: Element) -> bool:
        return any(
            one.get("alt") or one.get("aria-label") for one in element.iter() if isinstance(one.tag, str)
        )

    def _forms(self) -> Iterator[str]:
        for form in self.all("form"):
            method = form.get("method", "").lower()
            if method not in ("get", "post", "dialog"):
                yield f"{tag_of(form)} does not say its method"
            if form.get("action") is None and method == "get":  # a post may go to the page's own address
                yield f"{tag_of(form)} does not say its action"
            names = {one.get("name") for one in form.iter("input")}
            if method == "post" and "csrf_token" not in names:
                yield f"{tag_of(form)} posts without a csrf_token"
            if method == "get" and "csrf_token" in names:
                yield f"{tag_of(form)} shows its csrf_token in the address"
            has_file = any(one.get("type") == "file" for one in form.iter("input"))
            if has_file and form.get("enctype") != "multipart/form-data":
                yield f"{tag_of(form)} has a file but is not multipart/form-data"

    def _inline(self) -> Iterator[str]:
        """What the Content-Security-Policy would block in a browser."""
        for element in self.elements:
            tag = element.tag
            if tag == "style":
                yield "a <style> element: styles belong into static/css"
            if tag == "script" and not element.get("src") and element.get("type") != "application/json":
                yield "an inline <script>: scripts belong into static/js"
            for name, value in element.attrib.items():
                if name == "style":
                    yield f"{tag_of(element)} has a style attribute: use a class or an SVG attribute"
                if name.startswith("on") and len(name) > 3:
                    yield f"{tag_of(element)} has {name}=: scripts belong into static/js"
                runs = name in ("href", "src", "action", "formaction") and RUNS.match(value)
                if runs and not (tag == "img" and value.startswith("data:image/")):
                    yield f"{tag_of(element)}: {name} runs something"

    def _links(self) -> Iterator[str]:
        for element in self.elements:
            if element.tag in ("script", "img", "iframe", "source", "link"):
                address = element.get("src") or element.get("href") or ""
                if re.match(r"(https?:)?//", address):
                    yield f"{tag_of(element)} fetches from another host: intranets have no internet"
            if element.get("target") == "_blank" and "noopener" not in element.get("rel", ""):
                yield f'{tag_of(element)} opens a window without rel="noopener"'
            if element.tag == "a" and element.get("href") in ("", "#"):
                yield f"{tag_of(element)} leads nowhere: a thing that acts is a button"

    def _untranslated(self) -> Iterator[str]:
        """Sentences of the catalogue that an English page still shows in Chinese.

        Names and notes that people typed stay Chinese, of course, and need no marks: they are not in the
        catalogue (a sentence that is in no catalogue is found in the source by test_translations). Where a
        user's text happens to equal a sentence, `translate="no"`, `lang="zh-CN"` or `data-user-text` on it or
        around it says so.
        """
        theirs = {inside for one in self.elements if _is_theirs(one) for inside in one.iter()}
        for element in self.elements:
            if element in theirs:
                continue
            texts = [element.text or "", *(child.tail or "" for child in element)]
            texts += [element.get(name, "") for name in SPOKEN]
            if element.tag == "input" and element.get("type") in ("submit", "button"):
                texts.append(element.get("value", ""))
            for text in texts:
                if HAN.search(text) and (sentence := _catalogue_sentence_in(text)):
                    yield f"untranslated on an English page: {sentence} (in {tag_of(element)})"


def _is_theirs(element: Element) -> bool:
    """Whether what stands in it is marked as somebody's own words."""
    return (
        element.get("translate") == "no"
        or element.get("data-user-text") is not None
        or (element.tag != "html" and element.get("lang", "").startswith("zh"))
    )


def words(element: Element) -> str:
    """The element's text, white space made single."""
    return " ".join("".join(_texts(element)).split())


def _texts(element: Element) -> Iterator[str]:
    if element.tag in ("script", "style", "template"):
        return
    if isinstance(element.tag, str):
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""


def spoken(element: Element) -> bool:
    return bool(element.get("aria-label") or element.get("aria-labelledby"))


def tag_of(element: Element) -> str:
    """As much of the start tag as one needs to find it in a template."""
    kept = ("id", "name", "type", "class", "href", "action", "method")
    shown = "".join(f' {name}="{value}"' for name, value in element.attrib.items() if name in kept)
    return f"<{element.tag}{shown}>"


@cache
def _catalogue() -> tuple[frozenset[str], list[re.Pattern[str]]]:
    from crm.translations import catalogue

    sentences = [str(message.id) for message in catalogue.read("en") if message.id]
    plain = frozenset(one for one in sentences if HAN.search(one) and "%(" not in one)
    patterns = [
        re.compile(re.sub(r"%\\\(\w+\\\)[sd]|%\(\w+\)[sd]", ".*?", re.escape(one)), re.S)
        for one in sentences
        if "%(" in one and len(HAN.findall(one)) >= 2
    ]
    return plain, patterns


@cache  # the same words stand on page after page
def _catalogue_sentence_in(text: str) -> str | None:
    plain, patterns = _catalogue()
    text = text.strip()
    if text in plain:
        return text
    # "Stage: 签约" is ours throughout; "衢州金都（电子信息产业）" is a name that happens to have our word in it.
    pieces = [one for one in re.split(r"[\s·,，:：;；()（）/|、。]+", text) if HAN.search(one)]
    if pieces and all(piece in plain for piece in pieces):
        return pieces[0]
    return text if any(pattern.fullmatch(text) for pattern in patterns) else None


def check(html: str, *, where: str) -> Page:
    """The page, or an AssertionError that lists its faults."""
    page = Page(html)
    if faults := page.faults():
        listed = "\n  - ".join(faults[:40])
        raise AssertionError(f"{where} is not yet a good page:\n  - {listed}")
    return page

"""What every page must be. The client asks it of each page that any test opens: it costs no test of its own.

A page that fails says all that is wrong with it at once, each in a sentence.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache, cached_property
from xml.etree.ElementTree import Element

from tests.support import html as markup

HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
RUNS = re.compile(r"\s*(javascript|vbscript|data):", re.I)
TYPED = ("input", "select", "textarea")
PRESSED = ("a", "button", *TYPED)
LEADING = ("href", "src", "action", "formaction")
FETCHED = ("script", "img", "iframe", "source", "link")
UNREAD = ("script", "style", "template")
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
SPOKEN = ("title", "placeholder", "aria-label", "alt", "aria-description", "aria-roledescription", "label")
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "list", "form")
LANGUAGES = {"zh-CN", "en"}


class Page:
    """One answer as a reader's browser would see it."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.whole = "<html" in html[:2000].lower()

    @cached_property
    def root(self) -> Element:
        return markup.tree(self.html, whole=self.whole)  # or a part that script puts into a page

    # --- reading -----------------------------------------------------------------------------------------

    def all(self, tag: str = "*", **attributes: str) -> list[Element]:
        """Elements by tag and attributes: `all("a", href="/deals")`; class_ asks for one of the classes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in (self.elements if tag == "*" else self.by_tag.get(tag, ()))
            if all(
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
        """In the order of the page."""
        return list(self.root.iter())

    @cached_property
    def by_tag(self) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = defaultdict(list)
        for element in self.elements:
            found[element.tag].append(element)
        return found

    @cached_property
    def attributes(self) -> list[tuple[Element, str, str]]:
        """All that stands in all start tags: most tags have next to nothing in them, and many rules ask."""
        return [(element, name, value) for element in self.elements for name, value in element.attrib.items()]

    @cached_property
    def _parent(self) -> dict[Element, Element]:
        return {child: parent for parent in self.elements for child in parent}

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
        return [one for head in self.all("head") for one in head if one.tag == "title"]

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
        ids = Counter(value for _element, name, value in self.attributes if name == "id")
        for id_, times in ids.items():
            if times > 1:
                yield f'id="{id_}" is given {times} times'
            if not id_ or re.search(r"\s", id_):
                yield f'id="{id_}" is empty or has a space'
        if not self.whole:
            return
        for element, name, value in self.attributes:
            for id_ in value.split() if name in REFERENCES else ():
                if id_ not in ids:
                    yield f'{tag_of(element)}: {name}="{id_}" names nothing on this page'
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
        labels = self.all("label")
        labelled = {element.get("for") for element in labels} - {None}
        inside_labels = {inside for label in labels for inside in label.iter()}
        pressed = [*self.all("button"), *(one for one in self.all("a") if one.get("href") is not None)]
        for element in (one for tag in TYPED for one in self.all(tag)):
            if element.get("type", "text") not in UNLABELLED:
                if not (spoken(element) or element in inside_labels or element.get("id") in labelled):
                    yield f"{tag_of(element)} has no label"
            elif element.get("type") in ("submit", "button") and not element.get("value"):
                yield f"{tag_of(element)} has no words"
        for element in labels:
            if not has_words(element) and not element.get("aria-label"):
                yield f"{tag_of(element)} is empty"
        for element in self.all("img"):
            if element.get("alt") is None:
                yield f"{tag_of(element)} has no alt"
        for element in pressed:
            if not (has_words(element) or spoken(element) or self._has_named_picture(element)):
                yield f"{tag_of(element)} has no words"
            for inside in element.iter():
                if inside is not element and inside.tag in PRESSED:
                    yield f"{tag_of(inside)} stands inside {tag_of(element)}"
        for element, name, value in self.attributes:
            if name == "tabindex" and value.isdigit() and int(value) > 0:
                yield f"{tag_of(element)}: a tabindex above 0 breaks the order of the page"

    def _has_named_picture(self, element: Element) -> bool:
        return any(one.get("alt") or one.get("aria-label") for one in element.iter())

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
        if self.all("style"):
            yield "a <style> element: styles belong into static/css"
        for element in self.all("script"):
            if not element.get("src") and element.get("type") != "application/json":
                yield "an inline <script>: scripts belong into static/js"
        for element, name, value in self.attributes:
            if name == "style":
                yield f"{tag_of(element)} has a style attribute: use a class or an SVG attribute"
            if name.startswith("on") and len(name) > 3:
                yield f"{tag_of(element)} has {name}=: scripts belong into static/js"
            runs = name in LEADING and RUNS.match(value)
            if runs and not (element.tag == "img" and value.startswith("data:image/")):
                yield f"{tag_of(element)}: {name} runs something"

    def _links(self) -> Iterator[str]:
        for element in (one for tag in FETCHED for one in self.all(tag)):
            address = element.get("src") or element.get("href") or ""
            if re.match(r"(https?:)?//", address):
                yield f"{tag_of(element)} fetches from another host: intranets have no internet"
        for element, name, value in self.attributes:
            if name == "target" and value == "_blank" and "noopener" not in element.get("rel", ""):
                yield f'{tag_of(element)} opens a window without rel="noopener"'
            if name == "href" and value in ("", "#") and element.tag == "a":
                yield f"{tag_of(element)} leads nowhere: a thing that acts is a button"

    def _untranslated(self) -> Iterator[str]:
        """Sentences of the catalogue that an English page still shows in Chinese.

        Names and notes that people typed stay Chinese, of course, and need no marks: they are not in the
        catalogue (a sentence that is in no catalogue is found in the source by test_translations). Where a
        user's text happens to equal a sentence, `translate="no"`, `lang="zh-CN"` or `data-user-text` on it or
        around it says so.
        """
        theirs = {inside for one in self.attributes if _is_theirs(*one) for inside in one[0].iter()}
        texts = [(element, text) for element in self.elements for text in _own_texts(element)]
        texts += [(element, value) for element, name, value in self.attributes if _is_said(element, name)]
        for element, text in texts:
            if text.isascii() or element in theirs or not HAN.search(text):
                continue
            if sentence := _catalogue_sentence_in(text):
                yield f"untranslated on an English page: {sentence} (in {tag_of(element)})"


def _own_texts(element: Element) -> Iterator[str]:
    """What stands in it outside of other elements."""
    if element.text:
        yield element.text
    for child in element:
        if child.tail:
            yield child.tail


def _is_said(element: Element, name: str) -> bool:
    """Whether an attribute of that name is read out or shown."""
    is_button = element.tag == "input" and element.get("type") in ("submit", "button")
    return name in SPOKEN or (name == "value" and is_button)


def _is_theirs(element: Element, name: str, value: str) -> bool:
    """Whether the attribute marks what stands in its element as somebody's own words."""
    return (
        name == "data-user-text"
        or (name == "translate" and value == "no")
        or (name == "lang" and value.startswith("zh") and element.tag != "html")
    )


def words(element: Element) -> str:
    """The element's text, white space made single."""
    holds_unread = any(next(element.iter(tag), None) is not None for tag in UNREAD)
    texts = _texts(element) if holds_unread else element.itertext()
    return " ".join("".join(texts).split())


def has_words(element: Element) -> bool:
    return bool((element.text or "").strip() or words(element))


def _texts(element: Element) -> Iterator[str]:
    if element.tag in UNREAD:
        return
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
def _catalogue() -> Sentences:
    from crm.translations import catalogue

    return Sentences([str(message.id) for message in catalogue.read("en") if message.id])


class Sentences:
    """Ours, to be found again in what a page says."""

    def __init__(self, sentences: list[str]) -> None:
        self.plain = frozenset(one for one in sentences if HAN.search(one) and "%(" not in one)
        often = Counter(sign for one in sentences for sign in set(HAN.findall(one)))
        # A text can only be one of the few whose rarest sign it holds: to try all of them takes a thousand times longer.
        self.with_places: dict[str, list[re.Pattern[str]]] = defaultdict(list)
        for one in sentences:
            if "%(" in one and len(HAN.findall(one)) > 1:
                parts = re.split(r"%\(\w+\)[sd]", one)
                rarest = min(HAN.findall("".join(parts)), key=lambda sign: often[sign])
                self.with_places[rarest].append(re.compile(".*?".join(map(re.escape, parts)), re.S))

    def found_in(self, text: str) -> str | None:
        text = text.strip()
        if text in self.plain:
            return text
        # "Stage: 签约" is ours throughout; "衢州金都（电子信息产业）" is a name that happens to have our word in it.
        pieces = [one for one in re.split(r"[\s·,，:：;；()（）/|、。]+", text) if HAN.search(one)]
        if pieces and all(piece in self.plain for piece in pieces):
            return pieces[0]
        few = (pattern for sign in set(text) for pattern in self.with_places.get(sign, ()))
        return text if any(pattern.fullmatch(text) for pattern in few) else None


@cache  # the same words stand on page after page
def _catalogue_sentence_in(text: str) -> str | None:
    return _catalogue().found_in(text)

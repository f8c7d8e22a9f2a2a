"""A list as lists/_list.html draws it: rows, chips, fields, saved views and acts for the address in hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import request
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.lib import phones
from crm.lib.words import _
from crm.org.models import User
from crm.org.permissions import Scope
from crm.web import listing

from . import queries
from .asked import (
    asked_for,
    chosen_columns,
    cleaned,
    each_cleaned,
    in_words,
    known_arguments,
    pairs_of,
    problems_of,
    with_options,
)
from .table import NUMERIC, TAGS, Asked, Column, ListPage


def context(page: ListPage, user: User) -> dict[str, Any]:
    """Everything lists/_list.html draws, for the address in hand. The number of statements is the page's own."""
    args = request.args
    asked = asked_for(page, user, args)
    rows = page.select(user)
    for one in asked:
        rows = rows.where(one.where)
    if page.also:
        rows = rows.where(page.also(args))
    rows = listing.ordered(rows, page.sorts, default=page.default_sort, key=page.key)
    columns = chosen_columns(page, user, args)
    loaded = with_options(page.select(user), columns)
    found = listing.page_of(rows, key=page.key, load=loaded, many=page.many)
    if page.dress:
        found.items = page.dress(found.items, user)
    tags = {}
    if page.tag_permission and any(column.key == TAGS.key for column in columns):
        tags = queries.tags_of(page.noun, [row.id for row in found.items])
    filters = pairs_of(page, args, leave_out=("sort", "size", "columns"))
    return {
        "page": page,
        "rows": found,
        "columns": [_heading(page, column) for column in columns],
        "column_of": {column.key: column for column in columns},
        "all_columns": page.all_columns(),
        "chosen": [column.key for column in columns],
        "tags": tags,
        "tag_url": lambda word: page.url([("tag", word)]),
        "chips": [_chip(one) for one in asked],
        "problems": problems_of(asked),
        "clear_url": page.url(
            pairs_of(page, args, leave_out=known_arguments(page) - {"sort", "size", "columns"})
        ),
        "fields": _fields(page, user, args),
        "keep": pairs_of(
            page, args, leave_out={name for one in page.filters for name in one.names} | {"q", "tag", "ids"}
        ),
        "keep_search": pairs_of(page, args, leave_out=("q",)),
        "q": cleaned(args.get("q")),
        "query": urlencode(pairs_of(page, args)),
        "query_pairs": pairs_of(page, args),
        "filtered": bool(filters),
        "filter_words": in_words(asked),
        "empty": _why_empty(page, user, filters) if not found.total else "",
        "empty_actions": [] if found.total else page.empty_actions(user),
        "masked": masked,
        **_views(page, user, args),
        **_acts(page, user),
    }


def masked(values: Iterable[str]) -> str:
    """Phones and other handles of one cell, each masked."""
    return "、".join(phones.mask_handle(value) for value in values)


def narrowed(page: ListPage, user: User) -> dict[str, Any]:
    """The part of `context` that narrows: chips, fields and search, for a page that shows the rows its own way."""
    args = request.args
    asked = asked_for(page, user, args)
    own = {name for one in page.filters for name in one.names} | {"q", "tag", "ids"}
    return {
        "page": page,
        "chips": [_chip(one) for one in asked],
        "problems": problems_of(asked),
        "clear_url": page.url(),
        "fields": _fields(page, user, args),
        "keep": pairs_of(page, args, leave_out=own),
        "keep_search": pairs_of(page, args, leave_out=("q",)),
        "q": cleaned(args.get("q")),
    }


def _chip(one: Asked) -> dict[str, Any]:
    """A filter in force, which goes away on its own; of words and tags the value is somebody's own text."""
    typed = bool(one.names.keys() & {"q", "tag"})
    return {
        "label": one.label,
        "value": one.value,
        "remove_url": listing.address(**one.names),
        "typed": typed,
    }


def _heading(page: ListPage, column: Column) -> dict[str, Any]:
    now = listing.current_sort(page.default_sort)
    sorts = column.sort in page.sorts
    direction = None
    if sorts and now.removeprefix("-") == column.sort:
        direction = "desc" if now.startswith("-") else "asc"
    return {
        "key": column.key,
        "label": column.label,
        "unit": column.unit,
        "numeric": column.kind in NUMERIC,
        "sort_url": listing.sort_address(str(column.sort), page.default_sort) if sorts else None,
        "sorted": direction,
    }


def _fields(page: ListPage, user: User, args: MultiDict[str, str]) -> list[dict[str, Any]]:
    fields = []
    for one in page.filters:
        made: dict[str, Any] = {"key": one.key, "label": one.label, "kind": one.kind, "names": one.names}
        made["typed"] = [cleaned(args.get(name)) for name in one.names]
        made["values"] = each_cleaned(args.getlist(one.key))
        if one.kind == "choice":
            made["choices"] = [
                (str(value), str(label)) for value, label in (one.choices or (lambda _: ()))(user)
            ]
        fields.append(made)
    if page.tag_permission:
        words = queries.tag_words(page.noun, page.select(user).with_only_columns(page.key).order_by(None))
        values = each_cleaned(args.getlist("tag"))
        if words or values:
            offered = list(dict.fromkeys([*words, *values]))
            fields.append({"key": "tag", "label": _("标签"), "kind": "choice", "names": ("tag",), "typed": [""],
                           "values": values, "choices": [(word, word) for word in offered]})  # fmt: skip
    return fields


def _why_empty(page: ListPage, user: User, filters: list[tuple[str, str]]) -> str:
    """no_match: the filter lets none through; no_right: there are some, but of other units; no_data: none yet."""
    if filters:
        return "no_match"
    if user.scope_of(page.view_permission) is Scope.DISTRICT:
        return "no_data"
    others = db.session.scalar(sa.select(page.key).limit(1))
    return "no_right" if others is not None else "no_data"


def _views(page: ListPage, user: User, args: MultiDict[str, str]) -> dict[str, Any]:
    here = sorted(pairs_of(page, args))
    mine: list[dict[str, Any]] = []
    units: list[dict[str, Any]] = []
    current = None
    chosen = queries.columns_of_views(user, page.name)
    for view in queries.views_for(user, page.name):
        pairs = queries.pairs_of_view(view, chosen.get(view.id))
        item = {"label": view.name, "url": page.url(pairs), "id": view.id, "mine": view.user_id == user.id}
        if sorted(pairs) == here:
            current = view.name
        (mine if view.user_id == user.id else units).append(item)
    groups = [{"label": _("我的视图"), "items": mine}, {"label": _("本单位的视图"), "items": units}]
    return {"views": groups, "current_view": current}


def _acts(page: ListPage, user: User) -> dict[str, Any]:
    acts = [
        {
            "key": act.key,
            "label": act.label,
            "icon": act.icon,
            "choices": [(str(value), str(label)) for value, label in act.choices(user)]
            if act.choices
            else None,
        }
        for act in page.acts
        if user.may(act.permission)
    ]
    return {
        "acts": acts,
        "may_tag": bool(page.tag_permission and user.may(page.tag_permission)),
        "may_export": user.may(page.export_permission),
    }

"""发送记录: each digest, how it went, and why not."""

from __future__ import annotations

from crm.lib.words import N_
from crm.lists.table import Column, Filter, ListPage, register
from crm.org.permissions import Permission as P

from . import queries
from .models import Channel, Digest, DigestState

PAGE = register(
    ListPage(
        name="digests",
        msgid=N_("摘要发送记录"),
        noun="digest",
        model=Digest,
        columns=(
            Column("to", N_("发给"), lambda d: d.user.name if d.user and d.channel is Channel.MAIL else d.to),
            Column("channel", N_("怎么发"), lambda d: d.channel, kind="state"),
            Column("address", N_("地址"), lambda d: d.to),
            Column("state", N_("状态"), lambda d: d.state, kind="state"),
            Column("count", N_("几件事"), lambda d: d.count, kind="number"),
            Column("tries", N_("试了几次"), lambda d: d.tries if not d.is_test else None, kind="number"),
            Column("why", N_("没有发成的原因"), lambda d: d.reason),
            Column("made_at", N_("排上的时间"), lambda d: d.made_at, kind="moment", sort="made"),
            Column("sent_at", N_("发出的时间"), lambda d: d.sent_at, kind="moment", sort="sent"),
        ),
        filters=(
            Filter("channel", N_("怎么发"), "choice", lambda user: Channel.choices(),
                   lambda v, user: Digest.channel == Channel(v)),
            Filter("state", N_("状态"), "choice", lambda user: DigestState.choices(),
                   lambda v, user: Digest.state == DigestState(v)),
        ),
        sorts={"made": Digest.id, "sent": Digest.sent_at},
        default_sort="-made",
        base=queries.visible_to,
        view_permission=P.SETTING_MANAGE,
        export_permission=P.SETTING_MANAGE,
        belongs=lambda d: {"units": [], "owners": [d.user_id]},
        endpoint="digests.index",
        searched=False,
        row_label=lambda d: d.to,
        empty_text=N_("还没有发过。开通以后，每个工作日早上 8 点以后发一次。"),
    )
)  # fmt: skip

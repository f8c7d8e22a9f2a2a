"""What is typed about digests. Secrets are typed anew or left as they are; none is ever shown again."""

from __future__ import annotations

from wtforms import BooleanField, PasswordField

from crm.web.fields import ChoiceField, LineField, _l
from crm.web.forms import ActForm

from .queries import Security
from .webhooks import Robot

UNSEEN = {"autocomplete": "new-password", "class": "code"}
STAYS = _l("已经填过的空着就不改")


class SetupForm(ActForm):
    mail_on = BooleanField(_l("每个工作日把提醒发到各人自己填的邮箱"))
    host = LineField(_l("邮件服务器"), description=_l("例如 smtp.example.com"))
    security = ChoiceField(_l("连接方式"), of=Security)
    login = LineField(_l("登录名"))
    smtp_password = PasswordField(
        _l("密码"), render_kw=UNSEEN, description=_l("空着就不改；换了服务器、连接方式或登录名要重新填")
    )
    sender = LineField(_l("发件人"), description=_l("一个邮箱地址"))
    robot_on = BooleanField(_l("每个工作日把各单位的件数发到群里"))
    robot = ChoiceField(_l("哪种机器人"), of=Robot)
    webhook = PasswordField(_l("机器人地址"), render_kw=UNSEEN, description=STAYS)
    secret = PasswordField(
        _l("加签密钥"), render_kw=UNSEEN, description=_l("钉钉机器人选了“加签”才有；空着就不改")
    )
    house = LineField(
        _l("系统地址"), description=_l("写在消息里的链接前面，例如 https://crm.example.gov.cn；空着不带链接")
    )


class AddressForm(ActForm):
    email = LineField(
        _l("邮箱"), render_kw={"inputmode": "email", "autocomplete": "email"}, description=_l("空着就不发")
    )

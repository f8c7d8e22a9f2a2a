"""A pasted message or the text of a business card, read as proposals: who, whom to call, how much, where.

Nothing here is sure. What is found is proposed to the reporter, who confirms or mends it; what is not found stays
empty. Better nothing than a wrong thing: a number is an amount only with its unit and no other thing behind it, a
name is a person's only after a label, before a title, or alone on its line with a known surname.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from crm.dedup import normalise
from crm.dedup.people.names import COMPOUND_SURNAMES
from crm.lib.errors import Refused
from crm.lib.numerals import parse_wan
from crm.lib.phones import PhoneKind, parse_phones
from crm.reference import regions

LONGEST = 3000  # characters that are read; the whole text is kept
A_LINE = 300  # a longer one is read piece by piece, so that no text takes long
TITLE = 40

HAN = "㐀-鿿"


@dataclass(frozen=True)
class Proposals:
    """What the text seems to say; '' or None where it says nothing."""

    title: str = ""
    company: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    planned_wan: Decimal | None = None
    land_mu: Decimal | None = None
    region_code: str = ""

    @property
    def found(self) -> bool:
        return any((self.company, self.contact_name, self.contact_phone, self.planned_wan, self.region_code))


def read(text: str) -> Proposals:
    """Never raises."""
    lines = _lines(text[:LONGEST])
    company = _company(lines)
    name = _person(lines, company)
    return Proposals(
        title=_title(lines, company, name),
        company=company,
        contact_name=name,
        contact_phone=_phone(lines),
        planned_wan=_amount(lines),
        land_mu=_land(lines),
        region_code=_region(lines, company),
    )


def _lines(text: str) -> list[str]:
    """NFKC, one kind of bracket, what is no sign of writing (emoji) a blank; empty lines gone."""
    text = unicodedata.normalize("NFKC", text).replace("億", "亿").replace("萬", "万")
    text = "".join(
        c if c == "\n" or unicodedata.category(c)[0] not in "CS" or c in "+~&|¥￥$" else " " for c in text
    )
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [line[at : at + A_LINE] for line in lines for at in range(0, len(line), A_LINE)]


# --- the firm -----------------------------------------------------------------------------------------------

_COMPANY_LABEL = re.compile(
    r"^(?:投资方|投资企业|投资单位|投资主体|企业名称|公司名称|单位名称|公司|企业|单位|客商|工作单位|company)\s*[:]\s*(.+)$",
    re.I,
)
_FORM = re.compile(
    r"(?:股份)?有限(?:责任)?公司|股份公司|集团公司|(?<=..)公司|(?<=..)集团|(?<=..)研究院|(?<=..)研究所|(?<=..)商会|(?<=..)合作社|"
    r"(?<=...)厂(?!房|区|长|家|址|子|商|里|内)"
)
_IN_A_NAME = re.compile(rf"[{HAN}A-Za-z0-9()·&\-]")
_SOME_FIRM = re.compile("一家|一个|某|这家|那家|(?<!美)的")
_BEHIND = re.compile(r"\(?[^\s,，。；;:：、()]{0,8}分公司")
_NO_FIRM = re.compile(
    r"(?:一|这|那|某|本|该|贵|我|几|多|两|三|有|家|上市|母|子|总|分|外资|民营|国有|大|小|新|老|的|个|投资|项目|项目的|控股|合资|独资|"
    r"做[^公]*的|搞[^公]*的)*(?:公司|集团|厂|企业|研究院|研究所|商会|合作社)"
)
# What people say before a firm's name. Longer ones first: 介绍了 before 介绍.
_BEFORE = sorted(
    "今天 昨天 前天 明天 上午 下午 中午 晚上 刚才 刚刚 最近 近日 日前 目前 现在 今年 去年 本周 上周 据 据说 听说 听 获悉 得知 了解到 了解 "
    "接待了 接待 拜访了 拜访 走访了 走访 见到了 见到 遇到了 遇到 碰到 联系了 联系上 联系 对接了 对接 陪同 来访 来自 关于 介绍了 介绍 推荐了 推荐 引荐 "
    "引进 朋友 老乡 同学 亲戚 战友 客户 有一家 有家 有个 有 一家 一个 这家 那家 该 名叫 名为 叫做 叫 是 我们 我 他们 他 她 您好 你好 请 关注 "
    "我区 本区 我市 本市 我县 我镇 我乡 与 其中 包括 由 被 从 向 跟 同 的 了 在 到 去 为 就职于 任职于 任 现任 担任 投资方是 投资方为 投资方 企业 公司 单位 老板 介绍的 推荐的 商会 "
    "会上 展会 微信 消息 信息 线索 报告 汇报 领导 主任 书记 ".split(),
    key=len,
    reverse=True,
)
_HEADS = re.compile("(?:" + "|".join(map(re.escape, _BEFORE)) + ")+")
_LAST_VERB = re.compile(
    r".*(?:接待了?|拜访了?|走访了?|遇到了?|见到了?|联系了?|介绍了?|推荐了?|引荐了?|来自|名叫|叫做|听说|获悉|任职于|就职于|是|叫)(?=.{4,})"
)


def _company(lines: list[str]) -> str:
    for line in lines:
        if (label := _COMPANY_LABEL.match(line)) and 2 <= len(name := _until_stop(label[1])) <= 60:
            return name
    names = [name for line in lines for name in _companies(line)]
    # The longest is the fullest: a message says 传化 first, and 浙江传化物流基地有限公司 where it matters.
    return max(names, key=lambda name: (name.endswith("公司"), len(name)), default="")


def _until_stop(text: str) -> str:
    return re.split(r"[,，。;；|]|\s{2,}|\s(?=[^\s:]{1,6}:)", text.strip())[0].strip()


def _companies(line: str) -> list[str]:
    found = []
    at = 0
    for form in _FORM.finditer(line):
        start = form.start()
        while start > at and form.start() - start < 30 and _IN_A_NAME.match(line[start - 1]):
            start -= 1
        end = form.end()
        if branch := _BEHIND.match(line, end):
            end = branch.end()
        name = _without_heads(line[start:end])
        if len(name) >= 4 and not (_NO_FIRM.fullmatch(name) or _SOME_FIRM.search(name)) and _balanced(name):
            found.append(name)
            at = end
    return found


def _balanced(name: str) -> bool:
    return name.count("(") == name.count(")")


def _without_heads(name: str) -> str:
    """我是杭州某某有限公司 is 杭州某某有限公司. Where a place begins the name, it begins there."""
    plain = _HEADS.sub("", name, count=1) if _HEADS.match(name) else name
    if verb := _LAST_VERB.match(plain):
        plain = plain[verb.end() :]
        plain = _HEADS.sub("", plain, count=1) if _HEADS.match(plain) else plain
    plain = re.sub(r"^[\d.、\-·)]+(?=[^\d])", "", plain)
    if "(" in plain and not _balanced(plain):
        plain = plain.replace("(", "").replace(")", "")
    return plain


# --- the person ---------------------------------------------------------------------------------------------

# The two hundred most frequent surnames, with those of many a merchant of the region.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付方邹熊白孟秦邱侯江尹薛阎闫雷龙史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖施洪季詹单应裘俞柯翁祝楼虞竺缪柴项倪"
    "章鲁葛温柳舒安管殷牛霍庞尤岳涂游焦翟左鲍华凌路申齐梅欧聂景席卫喻辛包蒲简屠盛童颜屈费纪伍池骆瞿甘宁阮连盖饶滕占諸诸褚蓝官"
)
_TITLES = (
    "董事长|副董事长|执行董事|总经理|副总经理|总裁|副总裁|副总|经理|总监|会长|副会长|秘书长|理事长|创始人|合伙人|负责人|董事|厂长|主任|"
    "部长|院长|所长|教授|博士|工程师|助理|法人代表|法定代表人|老板|先生|女士|小姐|总"
)
_TITLES = "|".join(sorted(_TITLES.split("|"), key=len, reverse=True))
_COMPOUND = "|".join(sorted(COMPOUND_SURNAMES))
_SINGLE = "".join(sorted(_SURNAMES))
_NAME = rf"(?:(?:{_COMPOUND})[{HAN}]{{1,2}}|[{_SINGLE}][{HAN}]{{1,2}})"
_SHORT_NAME = rf"(?:(?:{_COMPOUND})|[{_SINGLE}])"
_PERSON_LABEL = re.compile(
    rf"(?:联系人|对接人|姓名|负责人|联络人|项目联系人|name)\s*(?:是|为)?\s*[: ]\s*([{HAN}](?:\s[{HAN}]){{1,2}}(?![{HAN}])|[{HAN}·]{{2,8}}|[A-Za-z][A-Za-z .]{{2,30}})",
    re.I,
)
_BEFORE_TITLE = re.compile(rf"(?<![{HAN}])({_NAME})\s*[,(]?\s*(?:{_TITLES})")
_IN_RUN = re.compile(
    rf"(?:{_TITLES}|联系|找|的|是|叫|由|和|与|、)({_NAME})(?:{_TITLES}|[(]?1[3-9]\d|[\s,，。(:：])"
)
_BEHIND_TITLE = re.compile(
    rf"(?:{_TITLES})\s*[: ]?\s*({_NAME})(?=[^{HAN}]|想|说|要|有意|打算|计划|准备|来|拟|在|表示|带|一行|和|$)"
)
_BEFORE_NUMBER = re.compile(
    rf"(?<![{HAN}])({_NAME})\s*[:,(]?\s*(?=(?:手机|电话)?[:]?\s*(?:\+?86)?\s*1[3-9]\d)"
)
_COURTESY = re.compile(
    rf"({_SHORT_NAME}(?:总(?!部|投|额|体|公司|量|计|面|规|监|经理|裁)|董(?!事)|老板|先生|女士|经理|会长|主任|工(?!业|厂|程|商)))"
)
_ALONE = re.compile(
    rf"({_COMPOUND}|[{_SINGLE}])((?:\s*[{HAN}]){{1,2}})(?:\s*(?:{_TITLES}|[(].*[)]|/.*)*)?\s*"
)
_TITLE_END = re.compile(rf"(?:{_TITLES})$")
_NOT_NAMES = frozenset(
    "联系电话 联系方式 高新 高端 金属 金额 华东 江苏 江西 安徽 温州 方面 方向 方案 任何 任务 管理 管委 应该 应用 常务 白天 马上 万元 许多 何时 何种 路上 "
    "石材 石化 金融 牛奶 易拉 向您 项目 包括 包装 游客 路边 连续 宁波 宁夏 单位 单独 安排 余杭 余姚 章程 严重 康复 龙头 龙游 史上 温泉 黄金 江山 常山 万达 "
    "简单 简介 高速 高度 明天 应急 智能 童装 毛利 盛产 费用 景区 左右 于是 任职 官方 游览 游戏 申请 申报 温馨 "
    "季度 华为 中心 安全 管道 宁可 卫生 卫浴 路桥 钟表 金华 汤溪 衢州 柯城".split()
)


def _person(lines: list[str], company: str) -> str:
    rest = [line.replace(company, " ") if company else line for line in lines]
    for line in rest:
        if (label := _PERSON_LABEL.search(line)) and (name := _tidy_name(label[1])):
            return name
    for pattern in (_BEFORE_TITLE, _IN_RUN, _BEHIND_TITLE, _BEFORE_NUMBER):
        for line in rest:
            for hit in pattern.finditer(line):
                if name := _tidy_name(hit[1]):
                    return name
    for line in rest:
        if (alone := _ALONE.fullmatch(line)) and (name := _tidy_name(alone[1] + alone[2])):
            return name
    for line in rest:
        if courtesy := _COURTESY.search(line):
            return courtesy[1]
    return ""


def _tidy_name(text: str) -> str:
    name = text.strip(" ·.")
    if not name.isascii():
        name = name.replace(" ", "")
    short = _TITLE_END.sub("", name)
    name = short if len(short) >= 2 and short not in COMPOUND_SURNAMES else name
    name = re.split("电话|手机|微信|职务|职位|邮箱", name)[0]
    if name in _NOT_NAMES or name[:2] in _NOT_NAMES or name in COMPOUND_SURNAMES:
        return ""
    return name[:30]


# --- the telephone ------------------------------------------------------------------------------------------

_MOBILE = re.compile(r"(?<![\d])(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")
_LANDLINE = re.compile(
    r"(?<!\d)(?:\+?86[\s-]?)?\(?0\d{2,3}\)?[\s-]?[2-8]\d{2,3}[\s-]?\d{4}(?!\d)(?:\s*(?:转|-)\s*\d{1,5}(?!\d))?"
)
_LABELLED = re.compile(r"(?:电话|座机|固话|传真前|tel|phone)\s*[:.]?\s*([2-8]\d{6,7})(?!\d)", re.I)
_FAX = re.compile(r"(?:传真|fax|f)\s*[:.]?\s*$", re.I)
_SERVICE = re.compile(r"(?<!\d)[48]00[\s-]?\d{3}[\s-]?\d{4}(?!\d)")
SEVERAL = 3


def _phone(lines: list[str]) -> str:
    """Mobile numbers before landlines, each once, at most three; a fax is none."""
    numbers: list[str] = []
    for pattern in (_MOBILE, _LANDLINE, _LABELLED, _SERVICE):
        for line in lines:
            for hit in pattern.finditer(line):
                if _FAX.search(line[: hit.start()]):
                    continue
                for one in parse_phones(hit[pattern.groups]):
                    if one.kind is not PhoneKind.UNKNOWN and one.display not in numbers:
                        numbers.append(one.display)
    return "、".join(numbers[:SEVERAL])


# --- how much -----------------------------------------------------------------------------------------------

LEAST_WAN = 10  # a smaller sum is a fee or a slip, not an investment
_HAN_NUMBER = "零一二两三四五六七八九十百千"
_NUMBER = rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?|[{_HAN_NUMBER}]+)"
_MONEY = re.compile(
    rf"(?P<from>{_NUMBER}(?:个?亿|[千百]?万)?\s*(?:-|~|—+|–|至|到)\s*)?"
    rf"(?P<sum>{_NUMBER}\s*个?(?:亿|[千百]?万|kw|w)(?:{_NUMBER}\s*千?万)?)(?P<more>多|余|左右|以上)?\s*(?P<yuan>元|块|人民币|rmb)?",
    re.I,
)
_NOT_YUAN = re.compile(
    r"\s*(?:美元|美金|欧元|港币|港元|日元|英镑|usd|亩|平方|平米|平|㎡|m2|吨|台|套|件|只|个(?!亿)|人|户|辆|千瓦|瓦|度|斤|箱|米|公里|株|头|羽|年|次|条|张|支|瓶|粉丝)",
    re.I,
)
_INVEST = re.compile(r"投资|固投|投入|规模|引资|出资|总额|拟投|计划投|砸|投")
_OTHER_SUM = re.compile(
    r"产值|销售|营收|营业额|收入|税收|纳税|税|注册资本|注册资金|资本金|补助|补贴|租金|利润|市值|估值|融资|贷款|年产|产能|单价|均价|奖励|资产"
)


def _amount(lines: list[str]) -> Decimal | None:
    """万元 of the investment: the sum that stands behind a word of investing, else the only one there is."""
    best: list[tuple[int, int, Decimal]] = []
    for line in lines:
        last = 0
        for hit in _MONEY.finditer(line):
            before = re.split(r"[。;；!！?？]", line[last : hit.start()])[-1]
            last = hit.end()
            if not hit["yuan"] and _NOT_YUAN.match(line, hit.end()):
                continue
            if re.search(r"[\d.]$", line[: hit.start()]):
                continue
            wan = _wan(_lower_end(hit["from"], hit["sum"]))
            if wan is None or wan < LEAST_WAN:
                continue
            near = re.split(r"[,，、]", before)[-1]
            says_other = bool(_OTHER_SUM.search(near)) and not _INVEST.search(near)
            says_invest = bool(_INVEST.search(near)) or (
                bool(_INVEST.search(before)) and not _OTHER_SUM.search(before)
            )
            if says_other:
                continue
            best.append((2 if "总投资" in near else 1 if says_invest else 0, -len(best), wan))
    if not best:
        return None
    return max(best)[2]


def _lower_end(low: str | None, high: str) -> str:
    """8000-10000万 is at least 8000万: of a range the lower end is proposed."""
    if not low:
        return high
    number = re.split(r"[\s\-~—–至到]", low.strip())[0]
    unit = re.search(r"个?(?:亿|[千百]?万|kw|w)", high, re.I)
    return number if re.search("[亿万]", number) or unit is None else number + unit[0]


def _wan(text: str) -> Decimal | None:
    plain = re.sub(r"\s", "", text).replace("个亿", "亿").replace("个万", "万")
    try:
        return parse_wan(plain)
    except Refused:
        return None


_LAND = re.compile(rf"({_NUMBER})\s*(?:多|余|来)?亩(?!产|均)")


def _land(lines: list[str]) -> Decimal | None:
    for line in lines:
        for hit in _LAND.finditer(line):
            try:
                mu = parse_wan(hit[1])  # the same numerals; no unit is the number itself
            except Refused:
                continue
            if 0 < mu < 100_000:
                return mu
    return None


# --- where --------------------------------------------------------------------------------------------------

_PLACE_LABEL = re.compile(
    r"(?:公司地址|地址|所在地|总部|注册地|经营地|address|add)\s*(?:位于|设在|在)?\s*[:.]?\s*(.{2,40})", re.I
)
_FROM = re.compile(r"(?:来自|总部位于|总部设在|总部在|公司在|企业在|厂在|位于|在)(.{2,20})")
_PLACE_FIRM = re.compile(
    rf"([{HAN}]{{2,9}}?)(?:的)?(?:一家|某|客商|老板|企业家|浙商|衢商|商会|民营企业|上市公司|上市企业|企业|公司)"
)
_HERE = re.compile(r"^(?:浙江省?)?(?:衢州|柯城|我区|我市|我们|本区|本市)")


def _region(lines: list[str], company: str) -> str:
    """Where the firm is, not where it wants to go."""
    if code := _placed(_PLACE_LABEL, lines):
        return code
    own, said = _place_in(company), _placed(_FROM, lines)
    if own or said:
        return said if said.startswith(own) else own
    for line in lines:
        for hit in _PLACE_FIRM.finditer(line):
            for start in range(len(hit[1]) - 1):
                words = hit[1][start:]
                if not _HERE.match(words) and (code := _place(words)):
                    return code
    return ""


def _placed(pattern: re.Pattern[str], lines: list[str]) -> str:
    for line in lines:
        for hit in pattern.finditer(line):
            if not _HERE.match(hit[1].lstrip(" :(")) and (code := _place(hit[1])):
                return code
    return ""


def _place(text: str) -> str:
    plain = re.sub(r"^[\s:,(]+", "", text)
    return regions.find(plain) or ""


def _place_in(company: str) -> str:
    if not company:
        return ""
    if found := regions.find(company):
        return found
    code = normalise.take_apart(company).place
    return code if regions.name(code) else code[:2]


# --- in one line --------------------------------------------------------------------------------------------

_WISH = re.compile(
    rf"(?:有意向?|打算|准备|计划|拟|想|希望|考虑|意向)[^,，。;；!！\n]{{2,30}}|(?:来|到|在)[{HAN}]{{1,6}}(?:投资|建厂|落户|考察)[^,，。;；!！\n]{{0,20}}"
)


def _title(lines: list[str], company: str, name: str) -> str:
    """Who wants what, as far as the text says so; else its first line."""
    if not lines:
        return ""
    who = company or name
    for line in lines if who else ():
        if wish := _WISH.search(line.replace(company, "") if company else line):
            phrase = wish[0].strip()
            return _short(phrase if who and who in phrase else f"{who}{phrase}")
    if who:
        return _short(f"{company} {name}".strip())
    return _short(lines[0])


def _short(text: str) -> str:
    return text if len(text) <= TITLE else text[: TITLE - 1] + "…"

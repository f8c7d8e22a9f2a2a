"""The words for evidence: why two records may be, or may not be, the same."""

from __future__ import annotations

from dataclasses import dataclass

from crm.lib.words import N_, _

WORDS: dict[str, str] = {
    # names
    "name:same_full": N_("名称相同"),
    "name:same_script": N_("繁简相同"),
    "name:same_core": N_("字号与行业相同"),
    "name:same_bare": N_("字号相同，未写行业"),
    "name:same_alias": N_("曾用名相同"),
    "name:brand_kin": N_("字号相同，行业同义"),
    "name:brand_part": N_("字号相同，行业写法不同"),
    "name:brand_arm": N_("字号相同，一方为销售、投资等关联业务"),
    "name:brand_bare": N_("字号相同，一方未写行业"),
    "name:brand_other": N_("字号相同，行业不同"),
    "name:sound": N_("名称同音"),
    "name:alike_fit": N_("字号同音或形近，行业相合"),
    "name:alike_bare": N_("字号同音或形近，一方未写行业"),
    "name:alike_other": N_("字号同音或形近，行业不同"),
    "name:one_alike": N_("仅差一个同音字"),
    "name:one_look": N_("仅差一个形近字"),
    "name:one_mark": N_("仅差“新”“二”等区别字"),
    "name:slip": N_("重写或颠倒了一个字"),
    "name:one_fit": N_("字号差一个字，行业相合"),
    "name:one_brand": N_("字号仅差一个字"),
    "name:one_other": N_("仅差一个字"),
    "name:one_end": N_("仅末尾差一个字"),
    "name:one_head": N_("开头多一个字"),
    "name:two_other": N_("差两个字"),
    "name:heard": N_("几个字同音或形近"),
    "name:close_head": N_("名称相近，开头相同"),
    "name:short": N_("像是简称"),
    "name:prefix": N_("名称开头相同"),
    "name:stem": N_("名称开头相同，其余不同"),
    "name:latin": N_("拼音或外文名相同"),
    "name:latin_fit": N_("拼音或外文名相同，行业相合"),
    "name:latin_other": N_("拼音相同，行业不同"),
    "name:initials": N_("拼音首字母相同"),
    "name:close": N_("名称相近"),
    "name:little": N_("名称只有少许相同"),
    "name:far": N_("名称不同"),
    "rivals:none": N_("当地没有同字号的其他行业企业"),
    "rivals:one": N_("当地同字号企业涉及两个行业"),
    "rivals:several": N_("当地同字号企业涉及多个行业"),
    "rarity:common": N_("字号常见"),
    "rarity:rare": N_("字号少见"),
    # places
    "place:county": N_("同县（市、区）"),
    "place:city": N_("同城市"),
    "place:province": N_("同省"),
    "place:mixed": N_("地区、地址与名称中的地名不尽相同"),
    "place:other_county": N_("同城市不同区县"),
    "place:other_city": N_("异地"),
    "place:other_province": N_("不同省份"),
    "name_place:apart": N_("名称中的地名不同"),
    "name_place:same": N_("名称中的地名相同"),
    # codes
    "code:same": N_("同信用代码"),
    "code:organisation": N_("同组织机构代码"),
    "code:near": N_("信用代码仅差一两位"),
    "code:other_valid": N_("信用代码不同"),
    "code:other": N_("信用代码对不上"),
    # phones
    "phone:mobile": N_("同手机"),
    "phone:landline": N_("同座机"),
    "phone:shared": N_("同电话，但多家共用"),
    "phone:local": N_("座机号码相同，区号不同"),
    "phone:near": N_("电话仅差一位"),
    "phone:other": N_("电话不同"),
    # people
    "legal:same": N_("法定代表人相同"),
    "legal:sound": N_("法定代表人姓名同音"),
    "legal:other": N_("法定代表人不同"),
    "contact:same": N_("联系人相同"),
    "contact:cross": N_("联系人与法定代表人相同"),
    "contact:sound": N_("姓名同音"),
    "contact:surname": N_("联系人同姓"),
    "contact:other": N_("联系人不同"),
    # addresses
    "address:room": N_("地址相同"),
    "address:number": N_("门牌相同"),
    "address:shared": N_("门牌相同，但多家共用"),
    "address:road": N_("同一条路，门牌不同"),
    "address:other": N_("地址不同"),
    # form and kind
    "form:differs": N_("组织形式不同"),
    "group:differs": N_("一方为集团"),
    "industry:same": N_("同行业"),
    "industry:other": N_("行业不同"),
    "chamber:same": N_("同商会"),
    "chamber:other": N_("商会不同"),
    # relations
    "related:branch": N_("分支机构"),
    "related:group": N_("集团与公司"),
    "related:namesake": N_("字号相同，异地"),
    "related:sister": N_("同字号关联企业"),
    "related:person": N_("同一联系人的另一家企业"),
    # people compared with people
    "person:same": N_("姓名相同"),
    "person:sound": N_("姓名同音"),
    "person:sound_near": N_("姓名音近"),
    "person:sound_surname": N_("姓名同音"),
    "person:spelled": N_("姓名拼音相同"),
    "person:spelled_near": N_("姓名拼音仅差一个字母"),
    "person:spelled_surname": N_("姓氏拼音相同，名为外文"),
    "person:look": N_("姓名字形相近"),
    "person:swapped": N_("名字两字颠倒"),
    "person:short": N_("一方少写一个字"),
    "person:given": N_("一方只有名字"),
    "person:part": N_("名字部分相同"),
    "person:masked": N_("姓名有遮盖，其余相同"),
    "person:title": N_("同姓，只有称呼"),
    "person:title_several": N_("同姓，只有称呼，该单位不止一人"),
    "person:title_sound": N_("姓氏音近，只有称呼"),
    "person:kin": N_("同姓，名字有一字相同"),
    "person:beside": N_("其亲属或身边人"),
    "person:other": N_("姓名不同"),
    "person:none": N_("一方没有姓名"),
    "phone:few": N_("同手机，但不止一人使用"),
    "firm:same": N_("同一单位"),
    "firm:written": N_("同一单位，写法不同"),
    "firm:sister": N_("单位同字号"),
    "firm:sister_common": N_("单位同字号，字号常见"),
    "firm:other": N_("单位不同"),
    "home:county": N_("同籍贯"),
    "home:city": N_("籍贯同城市"),
    "home:province": N_("籍贯同省"),
    "home:other_county": N_("籍贯同城市不同区县"),
    "home:other_city": N_("籍贯不同"),
    "home:other_province": N_("籍贯不同省份"),
    "chamber:part": N_("商会名称相近"),
    "office:same": N_("同一职务"),
    "gender:other": N_("称呼性别不同"),
    "namesake:rare": N_("姓名少见"),
    "namesake:usual": N_("姓名不常见"),
    "namesake:common": N_("姓名常见"),
    "namesake:several": N_("库中有多人同名"),
    "related:kin": N_("同姓近名，可能是亲属"),
    "related:phone": N_("同一电话的另一人"),
    "related:colleague": N_("同一单位的另一人"),
    # across nouns
    "across:person": N_("所提联系人在这家企业任职"),
    "across:firm": N_("所在企业即所提企业"),
    # given by earlier versions; stored with pairs found then
    "person:company": N_("同一单位"),
    "person:company_other": N_("单位不同"),
    "person:native": N_("同籍贯"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence.

    code: field:level, a key of `WORDS`; weight: log-odds, above zero speaks for the same, below against;
    detail: the value both share, where there is one. It may be personal data: mask it where the reader
    may not see the record.
    """

    code: str
    weight: float
    detail: str = ""

    @property
    def text(self) -> str:
        """The evidence in the reader's words, 同手机."""
        return _(WORDS[self.code])

    @property
    def agrees(self) -> bool:
        return self.weight > 0

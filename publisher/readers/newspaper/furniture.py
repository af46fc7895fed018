"""What a page prints that belongs to no story: page numbers, date lines, editors, prices, jump lines."""

from __future__ import annotations

import re

_N = "[0-9０-９一二三四五六七八九十百]"
_WEEKDAY = "(?:星期|周|週|禮拜)[一二三四五六日天]"
_MONTHS = "(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\\.?"
_WEEKDAYS = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"

_JUMP = re.compile(
    r"^[（(\[【▲△▼▶→]*\s*(?:[紧緊]?[转轉]|下[转轉接]|[紧緊]接|上接|[紧緊]?接|续|續|[详詳]?[见見])\s*"
    rf"(?:本版|(?:第|[A-Da-d])?\s*[A-D]?{_N}{{1,3}}\s*[版页頁]).{{0,12}}$"
    r"|^[（(\[]?\s*(?:Continued|Cont(?:inued|'d)?\.?|Please turn|Turn|See|From)\b.{0,30}?"
    r"\b(?:on|to|from|in|,)\s+(?:page\s*)?[A-Z]{0,2}-?\d{1,3}\b.{0,14}$",
    re.IGNORECASE,
)
_TAIL_JUMP = re.compile(
    r"\s*[（(\[【]\s*(?:[紧緊]?[转轉]|下[转轉接]|[紧緊]接|上接|[详詳][见見])\s*"
    rf"(?:本版|第?\s*[A-D]?{_N}{{1,3}}\s*[版页頁])[^（）()]{{0,12}}[）)\]】]$"
    r"|\s*[（(\[]\s*Continued (?:on|from) [^()]{1,24}[）)\]]$",
    re.IGNORECASE,
)
_PAGE = re.compile(
    rf"^[-—–·•\s]*(?:第\s*{_N}{{1,3}}\s*[版页頁]|[A-D]?\d{{1,3}}\s*[版页頁]?|[A-D]\s?\d{{1,3}}|[Pp]age\s+[A-Z]?-?\d{{1,3}}"
    rf"|{_N}{{1,3}}[版页頁]|版[次面]\s*[:：]?\s*.{{1,10}}|T\d{{1,3}})[-—–·•\s|｜]*(?:[\u4e00-\u9fff]{{2,4}})?$"
)
_DATE = re.compile(
    rf"^(?:\d{{2,4}}|[二〇○零一三四五六七八九０-９]{{4}}|民國{_N}{{1,4}})\s*年\s*{_N}{{1,3}}\s*月\s*{_N}{{1,3}}\s*日"
    rf"(?P<rest>.{{0,30}})$"
    rf"|^(?:{_WEEKDAYS},?\s+)?(?:{_MONTHS}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}\s+{_MONTHS}\s+\d{{4}})(?:\b.{{0,40}})$"
    rf"|^{_WEEKDAYS},?\s+{_MONTHS}\s+\d{{1,2}}\.?$|^{_WEEKDAY}(?:\s[^:：]{{0,20}})?$|^\d{{4}}[-./]\d{{1,2}}[-./]\d{{1,2}}(?:\s.{{0,20}})?$"
    rf"|^农历.{{2,16}}$"
)
_STAFF = re.compile(
    "^(?:本版|今日|本期|值班)?(?:责任编辑|責任編輯|责编|責編|责任校对|值班编辑|值班主任|值班总编|值班编委|主编|主編|副主编|执行主编|执行编辑"
    "|编辑|編輯|校对|校對|版式|版面设计|版面|美编|美編|美术编辑|组版|组稿|审读|审核|视觉|视觉设计|制图|统筹|策划|监制|总编|终审|一审|二审|三审|检校|图编|电子信箱)"
    r"(?:\s*[:：/／|｜]\s*|\s+)(?:[^。！？!?]{1,60})$"
    r"|^(?:Editors?|Designers?|Copy editors?|Page editor|Sub-editor|Publisher|Design|Layout)\s*:\s*.{2,50}$"
)
_CONTACT = re.compile(
    r"^(?:(?:投稿|本版|读者|编辑部|联系)?(?:e-?mail|电子邮箱|電子郵箱|电子邮件|邮箱|郵箱|信箱|投稿邮箱|新闻热线|新聞熱線|热线电话|热线|熱線|爆料|电话|電話|Tel|Phone|Fax|传真|網址|网址|地址|社址|邮编|邮政编码|邮发代号|广告热线|广告|发行热线|订阅热线|QQ|微信)\s*(?:号|公众号)?\s*[:：]?\s*)?"
    r"(?:[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+|[\d()（）+\-— ]{7,24})(?:[\s,，;；|｜].{0,40})?$"
    r"|^(?:社址|地址|邮编|邮政编码|邮发代号|新闻热线|广告热线|发行热线|订阅热线|投稿邮箱|零售价|每份|定价|售价|訂價|零售)\s*[:：]?\s*.{1,40}$"
    r"|^(?:国内统一(?:连续出版物)?刊?号|国内统一|统一刊号|刊号|CN\s?\d{2}|ISSN|总第|總第|第\s*[\d,]+\s*期|今日\s*\d{1,3}\s*版|Vol(?:ume|\.)\s*\w+|No\.\s*\d+)(?:.{0,50})$"
    r"|^(?:Price|PRICE)?\s*[$£€¥￥]\s?\d[\d.]*(?:\s.{0,20})?$",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"^《\s*[^《》]{2,14}[报報刊]\s*》\s*[（(]\s*\d{4}\s*年.{0,30}版\s*[）)]$")
_PAPER = re.compile(
    "^[\u3400-\u9fff]{2,6}(?:日报|日報|晚报|晚報|早报|早報|时报|時報|晨报|晨報|商报|快报|导报|周报|週報|周刊|都市报|新闻网)(?:\\s.{0,24})?$"
    "|^(?:THE |The )?(?:[A-Z][\\w'’]+ ){1,3}(?:TIMES|Times|HERALD|Herald|COURIER|Courier|GAZETTE|Gazette|TRIBUNE|Tribune|CHRONICLE|Chronicle|STANDARD|Standard"
    "|OBSERVER|Observer|JOURNAL|Journal|POST|Post|NEWS|News|MERCURY|Mercury|SENTINEL|Sentinel|LEDGER|Ledger|BEACON|Beacon|RECORD|Record|REGISTER|Register|BULLETIN|Bulletin"
    "|DISPATCH|Dispatch|EXAMINER|Examiner|ARGUS|Argus|ADVOCATE|Advocate|ADVERTISER|Advertiser|TELEGRAPH|Telegraph|REPORTER|Reporter|ENTERPRISE|Enterprise|DEMOCRAT|Democrat"
    "|GUARDIAN|Guardian|INDEPENDENT|Independent|LEADER|Leader|CITIZEN|Citizen|EAGLE|Eagle|MESSENGER|Messenger|BANNER|Banner|PRESS|Press|ECHO|Echo)(?:\\s+[|·].{0,40})?$"
)
_SECTION = re.compile(
    "^(?:[A-D]?\\d{0,2}\\s?)(?:[\u3400-\u9fff]{2,4}(?:新闻|新聞|要闻|要聞|副刊|周刊|专刊|特刊|专版)|要\\s?闻|要\\s?聞|综\\s?合|綜\\s?合|综合新闻|本地|本地新闻|本市新闻|时政|时政要闻|社\\s?会|社\\s?會|民\\s?生|民生新闻|经\\s?济|財經|财\\s?经|国\\s?内|国\\s?际|國\\s?際|文\\s?化|体\\s?育"
    "|體\\s?育|副\\s?刊|教\\s?育|健\\s?康|科\\s?技|法\\s?治|专\\s?版|专\\s?题|广\\s?告|公\\s?益|镇村新闻|区域新闻|城事|地方新聞|地方|生活|焦点|今日要闻|特别报道|专题报道|深度报道|深度|关注|聚焦|评论|时评|言论|观点|文苑|文艺|悦读|读书|人物|法治|证券|理财|消费|周末|特刊|专刊|視野|港聞|本地|兩岸|地方版|體育新聞)(?:\\s*[·|｜/].{0,12})?$"
    "|^(?:LOCAL|NATIONAL|WORLD|SPORTS?|BUSINESS|NEWS|METRO|OPINION|COMMUNITY|Local|National|World|Sports?|Business|Metro|Community|Opinion)(?: (?:NEWS|News))?$"
)
_RULE = re.compile(r"^(?![。！？，、；：])[^\w%％‰℃”’」』）》]+$")
_PARTS = re.compile(
    r"\s*[◎●○◆■□★☆|｜·•]\s*|\s{2,}|\u3000+"
)  # what parts the pieces of a page's head


def is_jump(text: str) -> bool:
    return len(text) <= 44 and bool(_JUMP.match(text))


def cut_jump(text: str) -> tuple[str, str]:
    """`text` without the bracketed jump line at its end, and that jump line."""
    found = _TAIL_JUMP.search(text[-44:])
    if not found or len(found[0]) == len(text):
        return text, ""
    return text[: len(text) - len(found[0])], found[0].strip()


def is_date(text: str) -> bool:
    return len(text) <= 60 and bool(_DATE.match(text))


def kind(text: str) -> str:
    """What kind of furniture a line is, empty where it looks like none: `jump`, `sure`, `date`, `head`, `rule`."""
    if len(text) > 90:
        return ""
    if is_jump(text):
        return "jump"
    if _SOURCE.match(text) or _STAFF.match(text) or _CONTACT.match(text) or _PAGE.match(text):
        return "sure"
    if _DATE.match(text):
        return "date"
    if _PAPER.match(text) or _SECTION.match(text):
        return "head"
    return "rule" if _RULE.match(text) else _in_parts(text)


def _in_parts(text: str) -> str:
    """The kind of a line that sets several pieces of furniture side by side."""
    parts = [part for part in _PARTS.split(text) if part]
    if len(parts) < 2 and (not parts or parts[0] == text):
        return ""
    kinds = {kind(part) for part in parts}
    if "" in kinds or "jump" in kinds:
        return ""
    return "sure" if "sure" in kinds else "date" if "date" in kinds else "head"

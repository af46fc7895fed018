"""Who wrote it, who took the picture, where and when it was filed: datelines, bylines, credits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from publisher.model import Person

HAN = "\u3400-\u9fff"
# A letter of a script without capitals or accents: in names, Chinese or kana. Not a range of `HAN`,
# which costs `re` a millisecond wherever it stands in a pattern, and it stands in most.
LETTER = r"[^\W\d_A-Za-zÀ-ʯ]"
# A role as printed: 记者, 本报记者, 科技日报记者, 中央社記者, 通讯员, 实习生, 文, 图, 摄影 ...
_JOB = (
    "记者|記者|通讯员|通訊員|实习生|實習生|特约撰稿人|评论员|評論員|撰稿|撰文|编译|編譯|"
    "特派员|特派員|见习生|报道员|报道组|採訪|采写"
)
_ROLE = f"{LETTER}{{0,9}}?(?:{_JOB})"
_NAME_GAP = r"[\s、,，;；/／]"
_HAN_IN_NAME = f"(?:(?!{_JOB}|[摄攝]){LETTER})"
# A name: two to four characters, two spaced characters, or a transliteration with its dot. Groups
# are atomic throughout: a run of names can be cut in too many ways to try them all.
_NAME = (
    f"(?>{LETTER}[ \u3000]{{1,2}}{LETTER}(?!{LETTER})|(?!本[报報台刊网社]){_HAN_IN_NAME}{{2,4}}(?:·{LETTER}{{1,6}})?"
    f"|[A-Z][a-z]+(?: [A-Z][\\w.]+)*)"
)
NAMES = f"(?>{_NAME}(?:{_NAME_GAP}+{_NAME})*)"
_ROLE_AND_NAMES = f"(?>{_ROLE}[\\s:：]*{NAMES})"
# A gap may also stand behind the last: written once, the pattern compiles in half the time.
PEOPLE = f"(?>(?:{_ROLE_AND_NAMES}{_NAME_GAP}*)+)"
_OPEN, _CLOSE = r"[（(【\[]", r"[）)】\]]"

_DAY = "[0-9０-９一二三四五六七八九十〇]{1,3}日"
_WIRE = (
    f"(?:据)?(?:本报|本報|本台|本刊|本网|本社|{LETTER}{{0,8}}?(?:社|报|報|网|台))?"
    f"[{HAN}·]{{0,9}}?(?:[0-9０-９一二三四五六七八九十]{{1,2}}月)?{_DAY}"
    "(?:综合)?(?:电|電|讯|訊|专电|專電|消息|综合报道|綜合報導)"
)
_LOCAL = "(?:本报|本報|本台|本刊|本网|本社)(?:综合)?(?:讯|訊|消息)|(?:据)?新华社(?:电|讯)|据[\u3400-\u9fff]{2,8}(?:电|讯|消息)(?=[\\s（(】])"
_CJK_DATELINE = re.compile(
    f"^(?P<bracket>{_OPEN})?(?P<dateline>{_LOCAL}|{_WIRE})(?P<close>(?(bracket){_CLOSE}))"
    f"[\\s:：]*(?:{_OPEN}(?P<people>[^（）()【】]{{2,60}}){_CLOSE}|(?P<bare>{_ROLE}[\\s:：]?{_NAME}(?:、{_NAME})*)(?=[\\s:：]|$))?[\\s:：]*[—–-]*\\s*"
)
_CNA_DATELINE = re.compile(
    f"^{_OPEN}(?P<role>{LETTER}{{2,6}}?(?:記者|记者))(?P<names>[{HAN}、]*?)"
    f"(?P<dateline>{LETTER}{{2,3}}(?:[0-9０-９]{{1,2}}月)?{_DAY}(?:專?電|专?电|綜合外電|综合外电|訊|讯)){_CLOSE}\\s*"
)
# 【記者甲乙／鹿港報導】
_PLACED = re.compile(
    f"^{_OPEN}(?P<people>{_ROLE}[\\s:：]*{_NAME}(?:、{_NAME})*)[/／](?P<dateline>{LETTER}{{2,6}}(?:報導|报道|電|电|訊|讯)){_CLOSE}\\s*"
)
_LEAD_PEOPLE = re.compile(f"^{_OPEN}\\s*(?P<people>{PEOPLE}){_CLOSE}\\s*")
_TAIL_PEOPLE = re.compile(f"\\s*{_OPEN}\\s*(?P<people>{PEOPLE}){_CLOSE}$")
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\\.?"
_CITY = "[A-Z][A-Z.'’-]*[A-Z](?: [A-Z][A-Z.'’-]*)*"
_LATIN_DATELINE = re.compile(
    f"^(?P<dateline>(?:{_CITY}(?:, [A-Z][\\w.]+(?: [A-Z][\\w.]+)?)?(?:, {_MONTH} \\d{{1,2}})?(?: ?\\([A-Z][\\w /.]{{1,24}}\\))?"
    f"|[A-Z][a-z]+(?: [A-Z][a-z]+){{0,2}}(?:, [A-Z][a-z.]+)?, {_MONTH} \\d{{1,2}}\\.?(?: ?\\([A-Z][\\w /.]{{1,24}}\\))?))"
    "\\s*(?:--|[—–]|-(?=\\s))\\s*"
)


_OPENING_LENGTH = 120  # characters; the longest dateline with its bracket has some 80


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands before a story's first sentence, and how many characters it takes."""

    dateline: str | None
    people: tuple[Person, ...]
    length: int


def opening(text: str) -> Opening | None:
    """The dateline or bracketed byline that `text` starts with, None where there is neither."""
    head = text[:_OPENING_LENGTH]
    for find in (_cna, _placed, _chinese, _latin, _people_first):
        found = find(head)
        if found is not None:
            return found
    return None


def _cna(text: str) -> Opening | None:
    found = _CNA_DATELINE.match(text)
    if not found:
        return None
    names, dateline = found["names"], found["dateline"]
    place = re.match(f"{LETTER}+?(?=[0-9０-９])", dateline)
    # Names mostly have three characters: what a two-character name lacks was read into the place.
    if place and len(names.split("、")[-1]) == 2 and len(place[0]) == 3:
        names, dateline = names + dateline[0], dateline[1:]
    return Opening(
        dateline,
        tuple(Person(name, found["role"]) for name in names.split("、") if name),
        found.end(),
    )


def _placed(text: str) -> Opening | None:
    found = _PLACED.match(text)
    return Opening(found["dateline"], persons(found["people"]), found.end()) if found else None


def _chinese(text: str) -> Opening | None:
    found = _CJK_DATELINE.match(text)
    if not found:
        return None
    people: tuple[Person, ...] = ()
    end = found.end()
    inside = found["people"] or found["bare"]
    if inside:
        people = persons(inside)
        if not people:
            end = found.end("close")
            end += len(text[end:]) - len(text[end:].lstrip(" \u3000:："))
    return Opening(found["dateline"], people, end)


def _latin(text: str) -> Opening | None:
    found = _LATIN_DATELINE.match(text)
    return Opening(found["dateline"], (), found.end()) if found else None


def _people_first(text: str) -> Opening | None:
    found = _LEAD_PEOPLE.match(text)
    if not found:
        return None
    return Opening(None, persons(found["people"]), found.end())


def closing(text: str) -> tuple[str, tuple[Person, ...]]:
    """`text` without the bracketed byline at its end, and the people in it."""
    found = _TAIL_PEOPLE.search(text[-80:])
    if not found or not ends_sentence(text[: len(text) - len(found[0])]):
        return text, ()
    people = persons(found["people"])
    return (text[: len(text) - len(found[0])], people) if people else (text, ())


def ends_sentence(text: str) -> bool:
    return text.rstrip("”’」』）)》】\"' \u3000")[-1:] in tuple("。！？!?….")


_ROLE_FIRST = re.compile(f"({_ROLE})[\\s:：]*(?={_NAME})")


def persons(text: str) -> tuple[Person, ...]:
    """One person for each name of `记者 甲 乙 通讯员 丙`, with the role that stands before it."""
    marks = list(_ROLE_FIRST.finditer(text))
    if not marks or text[: marks[0].start()].strip(" \u3000、,，"):
        return ()
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return tuple(
        Person(name, mark[1])
        for mark, end in zip(marks, ends, strict=True)
        for name in names(text[mark.end() : end])
    )


_SPLIT_NAMES = re.compile(r"\s*[、,，;；/／]\s*|\s+(?:and|和|与)\s+|\s{1,}")


def names(text: str) -> tuple[str, ...]:
    """The names in `text`; a name set as two spaced characters (`李 文`) stays one, as printed."""
    text = text.strip(" \u3000、,，;；/／.。:：")
    found: list[str] = []
    at = 0
    for match in re.finditer(_NAME, text):
        if text[at : match.start()].strip(" \u3000、,，;；/／"):
            break
        found.append(match[0])
        at = match.end()
    if at == len(text):
        return tuple(found)
    return tuple(part for part in _SPLIT_NAMES.split(text) if part)

"""Lines, and ends of captions, that are nothing but a byline or a picture credit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from publisher.model import Person
from publisher.readers.newspaper.credits import (
    HAN,
    LETTER,
    NAMES,
    PEOPLE,
    ends_sentence,
    names,
    persons,
)
from publisher.readers.newspaper.surnames import SURNAMES

_BULLET = re.compile(r"^[□■◆●○◎☐▢▪◇★☆]+\s*")
_BRACKETS = re.compile(r"^[（(【\[]\s*([^（(【\[]*?)\s*[）)】\]]$")
_SHOT = "摄影报道|攝影報導|摄影|攝影|摄|攝|供图|供圖|图片提供|圖片提供|制图|绘图|翻拍"
_JOB = f"{LETTER}{{0,9}}?(?:记者|記者|通讯员|通訊員|实习生|實習生)"

_GIVEN = "供图|供圖|图片提供|圖片提供|制图|绘图"  # by offices and readers, not only by people
_CREDIT = re.compile(
    f"^(?:{_JOB}[\\s:：]*)?(?:(?P<who>{NAMES})\\s*[/／]?\\s*(?<!拍)(?:{_SHOT})|(?P<giver>{LETTER}{{2,12}}?)\\s*(?:{_GIVEN}))$"
)
_CREDIT_FIRST = re.compile(
    f"^(?:{_SHOT}|图片来源|圖片來源|图片|图|圖)\\s*[:：/／]\\s*(?:{_JOB}\\s*)?(?P<who>{NAMES}|{LETTER}{{2,12}})$"
)
_AGENCY = re.compile(
    f"^(?P<who>新华社|中新社|{LETTER}{{2,8}}[社报報网網])\\s*(?:发|發|资料图片|资料图|图)$|^资料图?(?:图片|照片)?$"
)
_BOTH_WORDS = "文[/／、·]?[图圖]|[图圖][/／、·]?文|文并摄|文[/／]摄|摄影报道|攝影報導"
_BOTH = re.compile(f"^(?P<who>.{{2,40}}?)\\s*(?:{_BOTH_WORDS})$")
_BOTH_FIRST = re.compile(f"^(?:{_BOTH_WORDS})\\s*[:：]?\\s*(?P<who>.{{2,40}})$")
_WORDS_AND_PICTURE = re.compile(
    f"^(?P<wrole>撰文|文字|文)\\s*[/／:：]?\\s*(?P<words>{NAMES})\\s*[|｜]?\\s*"
    f"(?:图|圖|摄影|攝影|摄|图片)\\s*[/／:：]?\\s*(?P<picture>{NAMES})$"
)
# `文/甲`, `作者 甲`: who wrote an essay; without a stroke or a colon only words that are no nouns.
_AUTHOR = re.compile(
    f"^(?P<role>图文|文字|文|作者|撰文|撰稿|执笔|執筆|整理|口述|编译|編譯|译|采写|採寫|诗)"
    f"\\s*(?:[/／:：|｜]|(?<=作者|撰文|撰稿|执笔|执笔|采写|编译)\\s|(?<=文)[ \u3000])\\s*(?P<who>{NAMES})$"
)
_DATED = re.compile(
    "[\\s,，]*(?:民國|民国)?\\d{2,4}年\\d{1,2}月\\d{1,2}日$"
)  # a credit's last part
_SENT_OUT = re.compile(f"^{LETTER}{{2,6}}社[发發]\\s*[（(]\\s*(?P<credit>[^（()）]+?)\\s*[）)]$")
_PROVIDED = re.compile(f"^(?P<who>{LETTER}{{2,12}})提供$")  # in brackets only: sentences end so too
_PEOPLE_LINE = re.compile(f"^{PEOPLE}$")
_BARE_NAMES = re.compile(f"^{NAMES}$")
_TAIL = re.compile(
    "(?<=[。！？!?”』」.])\\s*(?:[（(【\\[]\\s*(?P<inside>[^（）()【】]{2,40})\\s*[）)】\\]]|(?P<bare>[^。！？!?]{2,40}))$"
)
# After a full stop without white space or bracket, only this short a run can be a credit.
_CAPITAL = r"[A-Z][\w.'’-]*"
_PERSON = rf"{_CAPITAL}(?: (?:{_CAPITAL}|de|van|von|der|la|bin|al))*"
_BY = re.compile(
    rf"^(?:By|BY)[: ]\s*(?P<who>(?:the |THE )?{_PERSON}(?:(?:, | and | AND |, and | & ){_PERSON})*)\.?$"
)
_STAFF = re.compile(
    rf"^(?:{_CAPITAL} ){{0,4}}(?:Staff|STAFF WRITER|Staff (?:Writer|Reporter|Correspondent)|Correspondent|Staff writer|Contributor)\.?$"
)
_NAMELESS = re.compile("^本[报報](?:特约)?(?:评论员|評論員|编辑部|編輯部)$")
_PHOTO = re.compile(
    rf"^(?:(?:{_CAPITAL} )?(?:Photo|PHOTO|Photos|Photograph|Photographs|Picture|Pictures)(?:graphy)?"
    rf"(?:[:：]| by|/| courtesy(?: of)?:?| credit:?)|Courtesy of|Credit:)\s*(?P<who>(?:the )?{_PERSON}(?:(?:, | and ){_PERSON})*)\.?$",
)
_SLASHED = re.compile(
    rf"^(?P<who>{_CAPITAL}(?: {_CAPITAL}){{0,3}})\s?/\s?(?:The )?{_CAPITAL}(?: {_CAPITAL}){{0,3}}$"
)


@dataclass(frozen=True, slots=True)
class Names:
    """Who is named: writers with their roles, and photographers."""

    people: tuple[Person, ...] = ()
    credits: tuple[str, ...] = ()


def read(text: str) -> Names | None:
    """The names in a line that holds nothing else, None where it is no such line."""
    bare, bullet = _BULLET.subn("", text)
    inside = _BRACKETS.match(bare)
    bare = (inside[1] if inside else bare).strip()
    sent = _SENT_OUT.match(bare)
    bare = sent["credit"] if sent else _DATED.sub("", bare)
    if not 1 < len(bare) <= 80:
        return None
    provided = _PROVIDED.match(bare) if inside else None
    if provided:
        return Names((), (provided["who"],))
    found = _credit(bare) or _writers(bare)
    if found is None and bullet and _BARE_NAMES.match(bare):
        return Names(tuple(Person(name) for name in names(bare)))
    return found


def bare_name(text: str) -> Names | None:
    """A line that may be a name and nothing else, without a box or a role: its place must tell."""
    alone = 2 <= len(text.replace(" ", "")) <= 4 and text[0] in SURNAMES
    return Names((Person(text),)) if alone and _BARE_NAMES.match(text) else None


def tail_credit(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` without the picture credit after its last sentence, and the names in the credit."""
    found = _TAIL.search(text[-60:])
    if not found:
        return text, ()
    credit = _credit((found["inside"] or found["bare"]).strip())
    if credit is None or not credit.credits or credit.people:
        return text, ()
    return text[: len(text) - len(found[0])], credit.credits


def _credit(text: str) -> Names | None:
    pair = _WORDS_AND_PICTURE.match(text)
    if pair:
        return Names(
            tuple(Person(name, pair["wrole"]) for name in names(pair["words"])),
            names(pair["picture"]),
        )
    both = _BOTH.match(text) or _BOTH_FIRST.match(text)
    if both:
        people = persons(both["who"]) or _bare_people(both["who"])
        if people:
            return Names(people, tuple(person.name for person in people))
    for pattern in (_CREDIT, _CREDIT_FIRST, _AGENCY):
        found = pattern.match(text)
        if found:
            who = next((name for name in found.groups() if name), text)
            return Names((), names(who))
    english = _PHOTO.match(text) or _SLASHED.match(text)
    return Names((), english_names(english["who"])) if english else None


def _bare_people(text: str) -> tuple[Person, ...]:
    return tuple(Person(name) for name in names(text)) if _BARE_NAMES.match(text) else ()


def _writers(text: str) -> Names | None:
    if _PEOPLE_LINE.match(text):
        people = persons(text)
        return Names(people) if people and _are_people(text, people) else None
    author = _AUTHOR.match(text)
    if author:
        return Names(tuple(Person(name, author["role"]) for name in names(author["who"])))
    by = _BY.match(text)
    if by:
        return Names(tuple(Person(name, text[:2]) for name in english_names(by["who"])))
    if _NAMELESS.match(text) or (_STAFF.match(text) and not ends_sentence(text.rstrip("."))):
        return Names()
    return None


def _are_people(text: str, people: tuple[Person, ...]) -> bool:
    """A role with a word set tight against it (`记者手记`) names someone only where the word starts
    as Chinese names do."""
    return all(
        person.name[0] in SURNAMES or not text.endswith(person.role + person.name)
        for person in people
    )


def english_names(text: str) -> tuple[str, ...]:
    parts = re.split(r",? and | AND |, | & ", text)
    return tuple(re.sub(r"(?<=\w{3})\.$", "", part) for part in parts if part)


def marked(text: str) -> Names:
    """The names after an editor's `@by:` or `@credit:`, whatever their form."""
    found = read(text)
    if found is not None:
        return found
    people = persons(text)
    if people:
        return Names(people)
    split = names(text) if re.search(f"[{HAN}]", text) else english_names(text)
    return Names(tuple(Person(name) for name in split))

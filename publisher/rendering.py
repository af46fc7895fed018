"""The second half of a build: pieces of work are rendered, checked, and staged for `public/`.

What feeds say of an edition is written and examined with its pages, and kept; feeds are joined from it
once all of it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

from publisher import urls
from publisher.cache import Broken, Cache, Made, made_of
from publisher.cards import Card, sections_on
from publisher.checks.email import check_email
from publisher.checks.feed import check_joined, examine
from publisher.checks.site import examine_page
from publisher.config import Publication
from publisher.errors import PublisherError
from publisher.generators import feeds
from publisher.generators.channels import belongs
from publisher.generators.make import Shop, make, open_shop
from publisher.generators.works import EditionWork, FeedWork, Work, plan
from publisher.model import Artifact, Edition, Finding, Struct
from publisher.parallel import Crew, at_hand
from publisher.tree import Stage, checked

Told = Callable[[int, int], None]

# So many editions hold nearly all that an email's styles are asked for; what others add is learnt then.
LESSONS = 8


class Room(Struct, frozen=True):
    """Where a publication is rendered: `folder` is its own, `templates` what it overrides.

    `settings` is the digest of what everything is made with.
    """

    folder: Path
    templates: Path
    publication: Publication
    settings: str
    cache: Cache
    stage: Stage


class Task(Struct, frozen=True):
    """A piece of work to do, what it is made of, and the digests of what stands in `public/`."""

    work: Work
    made_of: str
    before: Mapping[str, str]


class Bench(Struct, frozen=True):
    """What every task of one process is done with; pages may link to `known` paths without a doubt."""

    room: Room
    shop: Shop
    known: frozenset[str]


def render(
    room: Room,
    cards: Sequence[Card],
    before: Mapping[str, Made],
    absent: Collection[str],
    *,
    crew: Crew,
    progress: Told,
) -> dict[str, Made]:
    """Everything there is to make of `cards` (oldest first), by the name of its piece of work.

    What `before` has is taken over where it was made of the same and none of its files is `absent`;
    the rest is made, checked and staged. Raises TemplateError, and CacheError where an edition is
    not in the cache.
    """
    tasks: list[Task] = []
    made: dict[str, Made] = {}
    never = Made("", {})
    for work in plan(room.publication, cards):
        name = work.name
        content = made_of(room.settings, bool(cards), work.made_of)
        known = made[name] = before.get(name, never)
        if known.made_of != content or not known.outputs.keys().isdisjoint(absent):
            there = {path: body for path, body in known.outputs.items() if path not in absent}
            tasks.append(Task(work, content, there))
    if tasks:
        room.stage.clear()
    known_paths = _known_paths(room.publication, cards)
    bench = partial(open_bench, room, known_paths, empty=not cards)
    documents = [task for task in tasks if isinstance(task.work, FeedWork)]
    lessons, rest = _in_turn(tasks)
    others = [*lessons, *rest]
    told = _part(progress, 0, len(documents))
    lead = 0 if room.cache.learnt(room.settings) else len(lessons)
    done = crew.spread(render_all, others, bench, progress=told, lead=lead)
    told = _part(progress, len(others), 0)
    done += crew.spread(join_all, documents, partial(at_hand, room), progress=told)
    names = [task.work.name for task in (*others, *documents)]
    return {**made, **dict(zip(names, done, strict=True))}


def _in_turn(tasks: Sequence[Task]) -> tuple[list[Task], list[Task]]:
    """All but feeds' tasks: editions from all the years, of which styles and templates are learnt; and
    the others, what is made of many editions first, because it takes longest.
    """
    editions = [task for task in tasks if isinstance(task.work, EditionWork)]
    step = len(editions) // LESSONS + 1
    lessons = editions[::step]
    del editions[::step]
    return lessons, [
        *(task for task in tasks if not isinstance(task.work, EditionWork | FeedWork)),
        *editions,
    ]


def _part(progress: Told, before: int, after: int) -> Told:
    """Tell of one part, between others of so many things."""
    return lambda done, total: progress(before + done, before + total + after)


def open_bench(room: Room, known: frozenset[str], *, empty: bool) -> Bench:
    """The bench of one process; `empty` says that the publication has no editions."""
    shop = open_shop(
        room.folder,
        room.templates,
        room.publication,
        room.cache.edition,
        partial(_keep, room),
        known=room.cache.learnt(room.settings),
        empty=empty,
    )
    return Bench(room, shop, known)


def join_all(tasks: Sequence[Task], room: Room) -> Iterator[Made]:
    """Do every task of a feed, out of what has been kept of its editions."""
    for task in tasks:
        assert isinstance(task.work, FeedWork)
        document = task.work.document
        wanted = partial(belongs, document)
        kept = (room.cache.fragments(card, room.settings, wanted) for card in document.cards)
        outputs: dict[str, str] = {}
        findings: list[Finding] = []
        for joined in feeds.join(room.publication, document, chain.from_iterable(kept)):
            path = checked(joined.path)
            outputs[path] = room.stage.put(path, joined.artifact.body, task.before.get(path))
            findings += check_joined(joined)
        yield Made(task.made_of, outputs, tuple(findings))


def _keep(room: Room, card: Card, edition: Edition) -> None:
    """Keep what feeds say of `edition`, unless it is known from an earlier build."""
    if not room.cache.has_fragments(card, room.settings):
        written = feeds.fragments_of(room.publication, edition, examine)
        room.cache.keep_fragments(card, room.settings, written)


def render_all(tasks: Sequence[Task], bench: Bench) -> Iterator[Made]:
    """Do every task but feeds': its files are staged where they differ from what stands in `public/`."""
    for task in tasks:
        artifacts = list(make(task.work, bench.shop))
        outputs: dict[str, str] = {}
        for artifact in artifacts:
            path = checked(artifact.path)
            if path in outputs:
                raise PublisherError(path, problem="two generated files have this path")
            outputs[path] = bench.room.stage.put(path, artifact.body, task.before.get(path))
        known = {*bench.known, *outputs, *_neighbours(task.work)}
        findings: list[Finding] = []
        links: list[Broken] = []
        for artifact in artifacts:
            found, leads = _check(artifact, bench.shop.publication, known)
            findings += found
            links += leads
        yield Made(task.made_of, outputs, tuple(findings), tuple(links))
    if bench.shop.learnt:
        bench.room.cache.keep_learnt(bench.room.settings, bench.shop.memory())


def _known_paths(publication: Publication, cards: Sequence[Card]) -> frozenset[str]:
    """What pages link to most: spares keeping note of every such link."""
    sections = [section.slug for section in sections_on(publication, cards)]
    scopes = ["items", *(["editions"] if publication.feeds.entries == "both" else [])]
    scopes += [f"sections/{slug}" for slug in sections] if publication.feeds.sections else []
    pages = [urls.INDEX, urls.ARCHIVE, urls.SUBSCRIBE, urls.STYLESHEET, urls.OPML]
    pages += [urls.section_page(slug) for slug in (*sections, *publication.sections)]
    feeds = [urls.feed(scope, format) for scope in scopes for format in urls.FEED_FILES]
    return frozenset((*pages, *feeds) if cards else pages)


def _check(
    artifact: Artifact, publication: Publication, known: Collection[str]
) -> tuple[tuple[Finding, ...], list[Broken]]:
    if not artifact.media_type.startswith("text/html"):
        return (), []
    if artifact.path.startswith("email/"):
        return check_email(artifact, publication), []
    found, leads = examine_page(artifact, known)
    return found, [Broken(lead.target, lead.finding) for lead in leads]


def _neighbours(work: Work) -> list[str]:
    if not isinstance(work, EditionWork):
        return []
    return [urls.edition_page(card) for card in (work.older, work.newer) if card]

"""Errors say where, what and what to do, also when another process raised them."""

from __future__ import annotations

import pickle

from publisher.errors import BuildRefused, EditionError
from publisher.model import Finding, Place


def test_an_error_comes_back_whole_from_another_process() -> None:
    error = EditionError("a.md", line=3, problem="no date", hint="add one")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is EditionError
    assert (str(back), back.place, back.hint) == (str(error), "a.md:3", "add one")


def test_a_refusal_comes_back_with_its_findings() -> None:
    finding = Finding("error", "code", Place("a.md"), "message")
    back = pickle.loads(pickle.dumps(BuildRefused((finding,), problem="p", hint="h")))
    assert back.findings == (finding,)

"""Fixtures for every test: sample values, and the real pages beside the checkout where they exist."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from publisher.config import Publication
from publisher.model import Edition
from tests import samples

settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci")

# What tests start elsewhere imports this checkout too: another would have other settings' digests.
CHECKOUT = str(Path(__file__).resolve().parents[1])
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [CHECKOUT, os.environ.get("PYTHONPATH")]))

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and archives; tests that ask for it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the real pages and archives are not beside this checkout")
    return SHARED


@pytest.fixture
def publication() -> Publication:
    return samples.publication()


@pytest.fixture
def edition() -> Edition:
    return samples.edition()

"""The best path through a lattice of states, and how much worse the best other path is.

Scores add up, higher is better. Time is linear in the number of steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Scores = Mapping[int, float]
Table = Sequence[Sequence[float]]  # table[state][next state]: the score of going there


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the best path.

    `margin` is how much the whole path loses when this step is forced into `rival`, the best state
    of another group; infinite where there is none.
    """

    state: int
    rival: int | None
    margin: float


def best_path(
    emissions: Sequence[Scores],
    tables: Sequence[Table],
    start: Sequence[float],
    end: Sequence[float],
    groups: Sequence[int],
) -> list[Step]:
    """Decode `emissions`; `tables[i]` leads from step i-1 to step i (`tables[0]` is not read).

    `start`, `end` and `groups` are indexed by state.
    """
    if not emissions:
        return []
    ahead = _forward(emissions, tables, start)
    behind = _backward(emissions, tables, end)
    path = _trace(ahead, tables, end)
    return [
        _step(state, here, onward, groups)
        for state, here, onward in zip(path, ahead, behind, strict=True)
    ]


def _forward(
    emissions: Sequence[Scores], tables: Sequence[Table], start: Sequence[float]
) -> list[dict[int, float]]:
    layer = {state: start[state] + score for state, score in emissions[0].items()}
    layers = [layer]
    for emission, table in zip(emissions[1:], tables[1:], strict=True):
        reached = [(score, table[origin]) for origin, score in layer.items()]
        layer = {
            state: max([score + exits[state] for score, exits in reached]) + here
            for state, here in emission.items()
        }
        layers.append(layer)
    return layers


def _backward(
    emissions: Sequence[Scores], tables: Sequence[Table], end: Sequence[float]
) -> list[dict[int, float]]:
    layer = {state: end[state] for state in emissions[-1]}
    layers = [layer]
    for index in range(len(emissions) - 1, 0, -1):
        emission = emissions[index]
        onward = [(state, score + emission[state]) for state, score in layer.items()]
        table = tables[index]
        layer = {}
        for origin in emissions[index - 1]:
            exits = table[origin]
            layer[origin] = max([exits[state] + score for state, score in onward])
        layers.append(layer)
    layers.reverse()
    return layers


def _trace(
    ahead: Sequence[Mapping[int, float]], tables: Sequence[Table], end: Sequence[float]
) -> list[int]:
    """The best path itself; of equals the state declared first, so that every run says the same."""
    last = ahead[-1]
    path = [max(last, key=lambda state: (last[state] + end[state], -state))]
    for index in range(len(ahead) - 1, 0, -1):
        layer, table, state = ahead[index - 1], tables[index], path[-1]
        path.append(max(layer, key=lambda one: (layer[one] + table[one][state], -one)))
    path.reverse()
    return path


def _step(
    state: int, here: Mapping[int, float], onward: Mapping[int, float], groups: Sequence[int]
) -> Step:
    others = [one for one in here if groups[one] != groups[state]]
    if not others:
        return Step(state, None, float("inf"))
    rival = max(others, key=lambda one: (here[one] + onward[one], -one))
    return Step(state, rival, here[state] + onward[state] - here[rival] - onward[rival])

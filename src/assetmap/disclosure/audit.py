"""The attacker: which values of a count all that is published leaves open.

Belongs here: linear programmes over a system of equations and published bounds, and the proof
that a count keeps enough possible values. Does not: what the equations are (``systems.py``),
what to do about a count that is laid open (``repair.py``).

A count is *safe* when there are two whole tables of counts, each of which fits everything that
is known, between which it differs enough. Such tables are *witnesses*: the corners that linear
programmes end in. Each is checked in whole numbers, so that no rounding of the solver and no gap
between real and whole solutions can make a count look safe. One witness serves all counts, and
stays one when more is suppressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import vstack

from assetmap.errors import DisclosureError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from scipy.optimize import OptimizeResult

    from assetmap.disclosure.cells import Cell
    from assetmap.disclosure.lattice import Equations

    Whole = NDArray[np.int64]

_TINY: Final = 1e-9
_NEAR: Final = 1e-6
_NODES: Final = 2000
_INFEASIBLE: Final = 2
_SWEEPS: Final = 2


@dataclass(frozen=True, kw_only=True)
class Target:
    """A count that must keep ``least_width`` possible values, of those up to ``ceiling``.

    ``is_hard``: nothing may be published otherwise. Else it is enough that this release takes
    nothing away. ``tables`` are the declared tables that it belongs to.
    """

    position: int
    least_width: int
    ceiling: int
    is_hard: bool = True
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class System:
    """All that an attacker may know, as equations over whole numbers from 0 to ``cap``.

    ``positions`` has the variable of each cell that this release may publish; ``fixed`` has
    bounds that this release cannot take back; ``truth``, where it is known, is a witness.
    """

    equations: Equations
    positions: Mapping[Cell, int]
    fixed: Mapping[int, tuple[int, int]]
    targets: tuple[Target, ...]
    cap: int
    truth: Whole | None = None


class Auditor:
    """A system with the cells that are published at the moment, and the witnesses so far."""

    def __init__(self, system: System, published: Mapping[Cell, tuple[int, int]]) -> None:
        """Put the bounds of ``published`` on the system and take the truth as first witness."""
        self.system = system
        self._equal, self._right = system.equations.to_matrix(system.equations.equal)
        self._most, self._limit = system.equations.to_matrix(system.equations.at_most)
        self.low = np.zeros(system.equations.size, dtype=np.int64)
        self.high = np.full(system.equations.size, system.cap, dtype=np.int64)
        for position, (low, high) in system.fixed.items():
            self._narrow(position, low, high)
        self._open = self.low.copy(), self.high.copy()
        for cell, (low, high) in published.items():
            self._narrow(system.positions[cell], low, high)
        self._cells = {system.positions[cell]: cell for cell in sorted(published)}
        self._watched = np.array([target.position for target in system.targets], dtype=np.int64)
        self._least = np.array([target.least_width for target in system.targets], dtype=np.int64)
        self._ceiling = np.array([target.ceiling for target in system.targets], dtype=np.int64)
        self.witnesses = np.empty((0, system.equations.size), dtype=np.int64)
        self.solved_count = 0
        if system.truth is not None and not self._keep(system.truth):
            message = "the true counts break the equations of the audit; this is a fault of ours"
            raise AssertionError(message)

    def _narrow(self, position: int, low: int, high: int) -> None:
        self.low[position] = max(self.low[position], low)
        self.high[position] = min(self.high[position], high)

    def publish(self, cell: Cell, bounds: tuple[int, int]) -> None:
        """Publish a cell: witnesses that do not fit its bounds are no longer any."""
        position = self.system.positions[cell]
        self._narrow(position, *bounds)
        self._cells[position] = cell
        column = self.witnesses[:, position]
        self.witnesses = self.witnesses[
            (column >= self.low[position]) & (column <= self.high[position])
        ]

    def suppress(self, cell: Cell) -> None:
        """Take a cell back: what was possible stays possible."""
        position = self.system.positions[cell]
        self.low[position], self.high[position] = self._open[0][position], self._open[1][position]
        self._cells.pop(position, None)

    def list_unsafe(self) -> list[int]:
        """Return the targets, by number, that no two witnesses show to be safe."""
        return [int(number) for number in np.flatnonzero(~self._find_safe())]

    def _find_safe(self) -> NDArray[np.bool_]:
        if not len(self.witnesses):
            return np.zeros(len(self._watched), bool)
        seen = self.witnesses[:, self._watched]
        widths = np.minimum(seen.max(axis=0), self._ceiling) - seen.min(axis=0) + 1
        return np.asarray(widths >= self._least, dtype=bool)

    def sweep(self) -> None:
        """Look for witnesses of many targets at once, until two looks find nothing new.

        Each looks for a corner where some targets are large and others small; which, is drawn
        anew, always in the same way.
        """
        draw = np.random.default_rng(0)
        idle = 0
        while idle < _SWEEPS and (unsafe := self.list_unsafe()):
            self._keep(
                self._optimise(
                    self._aim(self._watched[unsafe], draw.choice([-1, 1], len(unsafe)))
                ).x
            )
            idle = 0 if len(self.list_unsafe()) < len(unsafe) else idle + 1

    def is_safe(self, number: int) -> bool:
        """Return True where two witnesses show that a target is safe."""
        target = self.system.targets[number]
        seen = self.witnesses[:, target.position]
        if not len(seen):
            return False
        return int(min(seen.max(), target.ceiling) - seen.min() + 1) >= target.least_width

    def find_binding(self, number: int) -> set[Cell]:
        """Look for witnesses of a target; return the cells that bind it, none if it is safe.

        The cells are those with a price (a marginal that is not 0) in the linear programme of
        the target's largest or smallest value. A target that is not safe and has no such cell
        owes its narrowness to nothing in this release.
        """
        binding: set[Cell] = set()
        for sign in (-1, 1):
            if not self.is_safe(number):
                binding |= self._solve(number, sign)
        return set() if self.is_safe(number) else binding

    def find_interval(self, position: int) -> tuple[int, int]:
        """Return the whole numbers between which the programmes leave a variable."""
        low, high = (self._optimise(self._aim(position, sign)).fun * sign for sign in (1, -1))
        return int(np.ceil(low - _NEAR)), int(np.floor(high + _NEAR))

    def _solve(self, number: int, sign: int) -> set[Cell]:
        position = self.system.targets[number].position
        goal = self._aim(position, sign)
        result = self._optimise(goal)
        if not self._keep(result.x):
            self._keep(self._optimise_whole(goal))
        prices = np.abs(result.lower.marginals) + np.abs(result.upper.marginals)
        return {cell for place, cell in self._cells.items() if prices[place] > _TINY}

    def _aim(self, positions: int | Whole, signs: int | Whole) -> NDArray[np.float64]:
        """Return the goal of the smallest (sign 1) or largest (sign -1) values of variables."""
        goal = np.zeros(len(self.low))
        goal[positions] = signs
        return goal

    def _optimise(self, goal: NDArray[np.float64]) -> OptimizeResult:
        self.solved_count += 1
        result = linprog(
            goal,
            A_ub=self._most if len(self._limit) else None,
            b_ub=self._limit if len(self._limit) else None,
            A_eq=self._equal,
            b_eq=self._right,
            bounds=np.column_stack([self.low, self.high]),
            method="highs",
        )
        if result.status == _INFEASIBLE:
            message = (
                "the last release and these people do not fit together, so the two cannot be "
                "compared. Restore the release file and the key that belong to the last release."
            )
            raise DisclosureError(message)
        return result

    def _optimise_whole(self, goal: NDArray[np.float64]) -> NDArray[np.float64] | None:
        rows = vstack([self._equal, self._most], format="csr")
        floor = np.r_[self._right, np.full(len(self._limit), -np.inf)]
        result = milp(
            goal,
            constraints=LinearConstraint(rows, floor, np.r_[self._right, self._limit]),
            bounds=Bounds(self.low, self.high),
            integrality=np.ones(len(goal)),
            options={"node_limit": _NODES},
        )
        return None if result.x is None else np.asarray(result.x)

    def _keep(self, values: NDArray[np.float64] | Whole | None) -> bool:
        """Keep a solution as a witness where it is one in whole numbers; say if it is."""
        if values is None or np.abs(values - np.round(values)).max(initial=0) > _NEAR:
            return False
        whole = np.round(values).astype(np.int64)
        fits = (
            bool((whole >= self.low).all())
            and bool((whole <= self.high).all())
            and np.array_equal(self._equal @ whole, self._right)
            and bool((self._most @ whole <= self._limit).all())
        )
        if fits:
            self.witnesses = np.vstack([self.witnesses, whole])
        return fits

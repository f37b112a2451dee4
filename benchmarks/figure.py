"""One measured figure beside its target."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity measured several times; the median is compared with the target."""

    name: str
    unit: str
    target: float
    values: Sequence[float]
    at_least: bool = False
    """More is better, and the target is the least; else it is the most."""

    @property
    def reached(self) -> bool:
        """Whether the median is on the right side of the target, or on it."""
        middle = median(self.values)
        return middle >= self.target if self.at_least else middle <= self.target

    def told(self) -> dict[str, object]:
        """The figure as a line of JSON says it."""
        worst = min(self.values) if self.at_least else max(self.values)
        return {
            "name": self.name,
            "unit": self.unit,
            "median": round(median(self.values), 3),
            "worst": round(worst, 3),
            "runs": len(self.values),
            "target": f"{'>=' if self.at_least else '<='} {self.target:g}",
            "result": "PASS" if self.reached else "FAIL",
        }

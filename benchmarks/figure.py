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

    @property
    def reached(self) -> bool:
        """Whether the median is at most the target."""
        return median(self.values) <= self.target

    def told(self) -> dict[str, object]:
        """The figure as a line of JSON says it."""
        return {
            "name": self.name,
            "unit": self.unit,
            "median": round(median(self.values), 3),
            "worst": round(max(self.values), 3),
            "runs": len(self.values),
            "target": self.target,
            "result": "PASS" if self.reached else "FAIL",
        }

"""What Prometheus makes of an answer of /metrics."""

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True)
class Scraped:
    """One scrape."""

    families: tuple[Metric, ...]

    @classmethod
    def from_text(cls, text: str) -> "Scraped":
        """Parse the text format; raises ValueError for what is none."""
        return cls(tuple(text_string_to_metric_families(text)))

    def value(self, name: str, **labels: str) -> float | None:
        """The only sample of this name that has these labels, and perhaps more; None for none."""
        found = [
            sample.value
            for family in self.families
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        assert len(found) <= 1, f"{name} {labels} is not one sample but {len(found)}"
        return found[0] if found else None

    def samples(self) -> Iterable[str]:
        """The names of all samples."""
        return {sample.name for family in self.families for sample in family.samples}

    def shapes(self) -> dict[str, tuple[str, tuple[str, ...], str]]:
        """Of each of our metrics its type, the names of its labels, and what it means."""
        return {
            _full_name(family): (family.type, _labels(family), family.documentation)
            for family in self.families
            if family.name.startswith("altseason_")
        }


def _full_name(family: Metric) -> str:
    return f"{family.name}_total" if family.type == "counter" else family.name


def _labels(family: Metric) -> tuple[str, ...]:
    """Without the one that a histogram has for its buckets."""
    return tuple(sorted({name for each in family.samples for name in each.labels} - {"le"}))

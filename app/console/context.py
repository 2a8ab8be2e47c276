"""What the console works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from fastapi import Request

from app.classifier.at_work import ClassifierAtWork
from app.classifier.regional.model import AnyClassifier
from app.console.pages import Pages
from app.console.times import Times
from app.domain.retention import Retention
from app.exports.desk import ExportDesk
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.add_source import Networks
from app.usecases.find_places import PlaceFinders


@dataclass(frozen=True, slots=True)
class ConsoleContext:
    """`now` is the clock of the incidents, which the demo runs faster; sessions last by the real one, `real_now`."""

    database: Database
    region_id: RegionId
    now: Callable[[], datetime]
    real_now: Callable[[], datetime]
    zone: tzinfo
    networks: Networks
    pages: Pages
    at_work: ClassifierAtWork = field(default_factory=ClassifierAtWork)
    finders: PlaceFinders = field(default_factory=PlaceFinders)
    desk: ExportDesk = field(default_factory=ExportDesk)
    terms: Retention = field(default_factory=Retention)

    @property
    def classifier(self) -> AnyClassifier:
        """The model at work."""
        return self.at_work.current

    @property
    def times(self) -> Times:
        """How moments are said just now."""
        return Times(self.now(), self.zone)


def context_of(request: Request) -> ConsoleContext:
    """The context under which the application was made."""
    context: ConsoleContext = request.app.state.console
    return context

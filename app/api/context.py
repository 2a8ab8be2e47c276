"""What the wiring hands to the HTTP layer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Annotated

from fastapi import Depends, Request

from app.classifier.at_work import ClassifierAtWork
from app.classifier.regional.model import AnyClassifier
from app.domain.detection import USUAL_BUDGETS, Budgets
from app.exports.desk import ExportDesk
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.storage.server.disk import DiskWatch
from app.usecases.add_source import Networks
from app.usecases.find_places import PlaceFinders
from app.usecases.leave_out_erased import ErasedPeople, nobody_erased
from app.usecases.receive_webhook import Door
from connectors.sdk.contract import Connector, ConnectorPlugin


@dataclass(frozen=True, slots=True)
class ApiContext:
    """Everything that requests are answered with, kept as `app.state.context`. Without a `door` no webhook is there.

    `at_work` is the built-in classifier, which says what is unsure and why, whoever judges what comes in.
    """

    database: Database
    region_id: RegionId
    now: Callable[[], datetime]
    plugins: Mapping[str, ConnectorPlugin]
    connector_for: Callable[[str], Connector]
    metrics_open: bool
    tz: tzinfo
    door: Door | None = None
    budgets: Budgets = USUAL_BUDGETS
    at_work: ClassifierAtWork = field(default_factory=ClassifierAtWork)
    finders: PlaceFinders = field(default_factory=PlaceFinders)
    desk: ExportDesk = field(default_factory=ExportDesk)
    disk: DiskWatch = field(default_factory=DiskWatch)
    erased_people: ErasedPeople = field(default_factory=nobody_erased)

    @property
    def classifier(self) -> AnyClassifier:
        """The model at work."""
        return self.at_work.current

    @property
    def networks(self) -> Networks:
        return Networks(self.plugins, self.connector_for)


def context_in(request: Request) -> ApiContext:
    """The context of the application that answers."""
    context: ApiContext = request.app.state.context
    return context


async def context_of(request: Request) -> ApiContext:
    """The same as a dependency: asynchronous, since others are run in threads."""
    return context_in(request)


Context = Annotated[ApiContext, Depends(context_of)]

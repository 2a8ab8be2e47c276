"""Every Prometheus metric, declared once; docs/operations.md explains each.

Counters and histograms are counted in the process and handed over by `take_deltas` to be summed in the database, so
that `/metrics` shows the same totals whichever process answers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import Metric

REGISTRY = CollectorRegistry()
MINUTES = (60, 300, 600, 1800, 3600, 7200, 14400, 28800, 43200, 86400, 172800, 604800)
LAGS = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14400, 86400)
SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)

INCIDENTS_OPEN = Gauge("otklik_incidents_open", "Incidents that wait for an answer, by status.", ["status"], registry=REGISTRY)
INCIDENTS_OVERDUE = Gauge("otklik_incidents_overdue", "Waiting incidents whose deadline has passed.", registry=REGISTRY)
FULL_ANSWERS_OVERDUE = Gauge("otklik_full_answers_overdue", "Incidents with an interim answer whose full one is late.", registry=REGISTRY)
SOURCES = Gauge("otklik_sources", "Watched pages by network and status.", ["network", "status"], registry=REGISTRY)
POLL_DELAY = Gauge("otklik_poll_delay_seconds", "How long the source that waits longest has been due.", registry=REGISTRY)
QUOTA_REMAINING = Gauge("otklik_quota_remaining", "Calls left in 24 hours.", ["network", "method"], registry=REGISTRY)
CREDENTIALS = Gauge("otklik_credentials", "Keys to the networks by what they were refused.", ["network", "state"], registry=REGISTRY)
FIRST_ANSWER = Histogram("otklik_first_answer_seconds", "Times to first answer as they are recorded.", buckets=MINUTES, registry=REGISTRY)
DETECTION_LAG = Histogram(
    "otklik_detection_lag_seconds", "From a message's publication to its collection.", ["network", "class"], buckets=LAGS, registry=REGISTRY
)
DETECTION_PART = Histogram(
    "otklik_detection_part_seconds", "What detection lags are made of.", ["network", "part"], buckets=LAGS, registry=REGISTRY
)
MASSES_OPEN = Gauge("otklik_masses_open", "Proposed mass incidents that wait for an operator.", registry=REGISTRY)
ALARMS_OPEN = Gauge("otklik_alarms_open", "Pages with an open alarm, by kind.", ["kind"], registry=REGISTRY)
VERDICT_WORDS = Gauge(
    "otklik_verdict_words",
    "Words of people on verdicts of 90 days.",
    ["model", "matter", "said", "confirmed"],
    registry=REGISTRY,
)
VERDICT_DRIFT = Gauge("otklik_verdict_drift", "Stability index of a week's verdicts.", ["matter"], registry=REGISTRY)
SOURCE_POLL = Histogram(
    "otklik_source_poll_seconds", "How long a piece of polling took.", ["network", "room"], buckets=SECONDS, registry=REGISTRY
)
NETWORK_CALLS = Counter("otklik_network_calls_total", "Calls to a network by outcome.", ["network", "method", "outcome"], registry=REGISTRY)
MESSAGES = Counter("otklik_messages_total", "Messages taken in, by what they were to us.", ["network", "news"], registry=REGISTRY)
HOOKS = Counter("otklik_hook_requests_total", "Requests to webhooks by status of the answer.", ["status"], registry=REGISTRY)
PUSHED_EVENTS = Counter(
    "otklik_pushed_events_total",
    "Pushed events by what became of them.",
    ["network", "outcome"],
    registry=REGISTRY,
)
PUSH_MISSED = Counter(
    "otklik_push_missed_total", "Messages found by polling that should have been pushed before.", ["network"], registry=REGISTRY
)
REPLIES = Counter("otklik_replies_total", "Replies to residents by how an attempt to publish ended.", ["state"], registry=REGISTRY)
REMOTE_VERDICTS = Counter("otklik_remote_verdicts_total", "Texts for the remote classifier by who judged them.", ["by"], registry=REGISTRY)
MODELS_REFUSED = Counter("otklik_models_refused_total", "Models that a process could not take up.", ["model"], registry=REGISTRY)
ERASED = Counter("otklik_erased_total", "Messages and incidents from which people were taken out.", ["what", "why"], registry=REGISTRY)
POLL_FAILURES = Counter(
    "otklik_poll_failures_total", "Pieces of polling that ended in an error.", ["network", "room", "error"], registry=REGISTRY
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One time series' value, or its growth; `labels` are sorted (name, value) pairs."""

    family: str
    name: str
    labels: tuple[tuple[str, str], ...]
    value: float


class DeltaReader:
    """Remembers what was handed over, so that every growth of a counter is handed over once."""

    def __init__(self) -> None:
        self._before: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}

    def take(self) -> list[Sample]:
        """The growth of every counter and histogram since the last call."""
        deltas = []
        for sample in _counted(REGISTRY.collect()):
            key = (sample.name, sample.labels)
            growth = sample.value - self._before.get(key, 0.0)
            if growth:
                deltas.append(Sample(sample.family, sample.name, sample.labels, growth))
                self._before[key] = sample.value
        return deltas

    def give_back(self, deltas: Iterable[Sample]) -> None:
        """Takes deltas back that did not arrive, to be handed over next time."""
        for sample in deltas:
            self._before[(sample.name, sample.labels)] -= sample.value


def _counted(families: Iterable[Metric]) -> Iterator[Sample]:
    for family in families:
        if family.type in {"counter", "histogram"}:
            for sample in family.samples:
                if not sample.name.endswith("_created"):
                    yield Sample(family.name, sample.name, tuple(sorted(sample.labels.items())), sample.value)


class Snapshot:
    """Samples read from the database as a collector: the declared metrics with the values of all processes."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._samples = list(samples)

    def collect(self) -> Iterator[Metric]:
        for declared in REGISTRY.collect():
            family = Metric(declared.name, declared.documentation, declared.type)
            for sample in self._samples:
                if sample.family == declared.name:
                    family.add_sample(sample.name, dict(sample.labels), sample.value)
            family.samples.sort(key=_order)
            yield family


def _order(sample: object) -> tuple[str, ...]:
    labels = dict(getattr(sample, "labels", {}))
    bound = labels.pop("le", "")
    place = "" if not bound else f"{float(bound):030.6f}" if bound != "+Inf" else "~"
    return (*(f"{name}={value}" for name, value in sorted(labels.items())), getattr(sample, "name", ""), place)


def write_text(samples: Iterable[Sample]) -> bytes:
    """Prometheus' text format of the given samples."""
    registry = CollectorRegistry()
    registry.register(Snapshot(samples))
    return generate_latest(registry)

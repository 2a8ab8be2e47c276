"""Every table, one module per group of nouns; importing this package fills `metadata`."""

from app.storage.tables.access import exports, idempotency_keys, operators, sessions, sign_in_attempts, tokens
from app.storage.tables.base import metadata
from app.storage.tables.calls import call_blocks, call_budgets, call_counts, call_days, call_limits, call_slots
from app.storage.tables.detections import alarms, detections
from app.storage.tables.erasures import erasures
from app.storage.tables.incidents import answers, incident_events, incidents, policies, turns
from app.storage.tables.learning import model_uses, models, verdict_labels
from app.storage.tables.masses import masses
from app.storage.tables.messages import message_versions, messages, raw_payloads, threads
from app.storage.tables.places import gazetteer_entries, gazetteers, incident_places, taught_names
from app.storage.tables.pushes import push_channels, pushed_events
from app.storage.tables.replies import ready_texts, replies
from app.storage.tables.routing import routing_rules
from app.storage.tables.sources import (
    authorities,
    credentials,
    metric_samples,
    network_probes,
    official_accounts,
    poll_plans,
    poll_spells,
    poll_states,
    reading_states,
    regions,
    sources,
    taxonomies,
    workers,
)
from app.storage.tables.surges import surges

__all__ = [
    "alarms",
    "answers",
    "authorities",
    "call_blocks",
    "call_budgets",
    "call_counts",
    "call_days",
    "call_limits",
    "call_slots",
    "credentials",
    "detections",
    "erasures",
    "exports",
    "gazetteer_entries",
    "gazetteers",
    "idempotency_keys",
    "incident_events",
    "incident_places",
    "incidents",
    "masses",
    "message_versions",
    "messages",
    "metadata",
    "metric_samples",
    "model_uses",
    "models",
    "network_probes",
    "official_accounts",
    "operators",
    "policies",
    "poll_plans",
    "poll_spells",
    "poll_states",
    "push_channels",
    "pushed_events",
    "raw_payloads",
    "reading_states",
    "ready_texts",
    "regions",
    "replies",
    "routing_rules",
    "sessions",
    "sign_in_attempts",
    "sources",
    "surges",
    "taught_names",
    "taxonomies",
    "threads",
    "tokens",
    "turns",
    "verdict_labels",
    "workers",
]

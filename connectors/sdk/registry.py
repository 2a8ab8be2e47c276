"""Finds the installed connectors by the entry points of the group `otklik.connectors`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from urllib.parse import urlsplit

import structlog

from connectors.sdk.contract import ConnectorPlugin
from connectors.sdk.errors import InvalidLink

GROUP = "otklik.connectors"


@dataclass(frozen=True, slots=True)
class PluginFailure:
    """An installed connector that cannot be used, and why."""

    entry_point: str
    reason: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """The usable connectors by network, and those that failed to load."""

    plugins: Mapping[str, ConnectorPlugin]
    failures: tuple[PluginFailure, ...] = ()


def plugins() -> Mapping[str, ConnectorPlugin]:
    """The usable connectors by network; one that fails to load is logged and left out."""
    discovery = discover(entry_points(group=GROUP))
    for failure in discovery.failures:
        structlog.get_logger(__name__).error("connector_not_loaded", entry_point=failure.entry_point, reason=failure.reason)
    return discovery.plugins


def discover(points: Iterable[EntryPoint]) -> Discovery:
    """Loads each entry point by itself, so that a broken one does not take the others along."""
    found: dict[str, ConnectorPlugin] = {}
    failures: list[PluginFailure] = []
    for point in sorted(points, key=lambda point: point.name):
        loaded = load(point)
        if isinstance(loaded, PluginFailure):
            failures.append(loaded)
        elif loaded.network in found:
            failures.append(PluginFailure(described(point), f"the network {loaded.network!r} has a connector already"))
        else:
            found[loaded.network] = loaded
    return Discovery(found, tuple(failures))


def load(point: EntryPoint) -> ConnectorPlugin | PluginFailure:
    """The plugin behind an entry point, or why there is none."""
    try:
        loaded = point.load()
    except Exception as error:  # noqa: BLE001 - a foreign package may raise anything at import
        return PluginFailure(described(point), f"{type(error).__name__}: {error}")
    if not isinstance(loaded, ConnectorPlugin):
        return PluginFailure(described(point), f"it is a {type(loaded).__name__}, not a ConnectorPlugin")
    return loaded


def described(point: EntryPoint) -> str:
    package = f" of {point.dist.name}" if point.dist else ""
    return f"{point.name} = {point.value}{package}"


def plugin_for_link(link: str, known: Mapping[str, ConnectorPlugin] | None = None) -> ConnectorPlugin:
    """The connector whose network the link belongs to; `InvalidLink` names the hosts that are understood.

    An address without a host goes to the one network that writes it so.
    """
    known = plugins() if known is None else known
    host = host_of(link)
    for plugin in known.values():
        if host in plugin.hosts:
            return plugin
    claiming = [plugin for plugin in known.values() if plugin.short_links and plugin.short_links.fullmatch(link.strip())]
    if len(claiming) == 1:
        return claiming[0]
    hosts = ", ".join(sorted(host for plugin in known.values() for host in plugin.hosts))
    raise InvalidLink(f"no connector reads this address; give a full one that begins with one of: {hosts}")


def host_of(link: str) -> str:
    """The host name of an address with or without its scheme, in lower case; "" where there is none."""
    text = link.strip()
    try:
        return urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""

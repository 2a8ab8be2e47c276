"""Connectors are found by entry points, and a broken one does not take the others along."""

from contextlib import suppress
from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.contract import Connector, ConnectorContext, ConnectorPlugin, EmulatorWorld
from connectors.sdk.errors import InvalidLink
from connectors.sdk.registry import GROUP, discover, plugin_for_link, plugins
from connectors.vk import plugin as vk


def never_built(context: ConnectorContext) -> Connector:
    raise AssertionError("nothing is built while looking for plugins")


def never_emulated() -> EmulatorWorld:
    raise AssertionError("nothing is emulated while looking for plugins")


OTHER = ConnectorPlugin("other", "Другая сеть", "https://other.invalid", ("other.invalid",), (), never_built, never_emulated)
DOUBLE = ConnectorPlugin("other", "Её двойник", "https://double.invalid", ("double.invalid",), (), never_built, never_emulated)
NO_PLUGIN = "a text"
HERE = __name__


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def test_the_built_in_connectors_are_found() -> None:
    assert plugins()["vk"] is vk


def test_a_plugin_that_fails_to_import_is_reported_and_the_others_work() -> None:
    found = discover([point("broken", "no_such_package_at_all:plugin"), point("vk", "connectors.vk:plugin")])

    assert dict(found.plugins) == {"vk": vk}
    assert [failure.entry_point for failure in found.failures] == ["broken = no_such_package_at_all:plugin"]
    assert "no_such_package_at_all" in found.failures[0].reason


@pytest.mark.parametrize(("attribute", "reason"), [("NO_PLUGIN", "not a ConnectorPlugin"), ("missing", "AttributeError")])
def test_what_is_no_plugin_is_reported(attribute: str, reason: str) -> None:
    found = discover([point("odd", f"{HERE}:{attribute}")])
    assert not found.plugins
    assert reason in found.failures[0].reason


def test_the_second_connector_of_a_network_is_reported_and_the_first_stays() -> None:
    found = discover([point("a", f"{HERE}:OTHER"), point("b", f"{HERE}:DOUBLE")])
    assert found.plugins["other"].hosts == ("other.invalid",)
    assert "has a connector already" in found.failures[0].reason


@pytest.mark.parametrize(
    "link", ["https://vk.com/gorod", "VK.RU/club1", " m.vk.com/wall-1_5?reply=2 ", "//www.vk.com/x", "http://vk.com:443/x"]
)
def test_a_link_finds_its_network_by_the_host(link: str) -> None:
    assert plugin_for_link(link) is vk


@pytest.mark.parametrize("link", ["@gorod", "-1", " club1 ", "public5", "[club1|Город]", "@gorod.news"])
def test_a_link_without_a_host_goes_to_the_one_network_that_writes_it_so(link: str) -> None:
    assert plugin_for_link(link, {"other": OTHER, "vk": vk}) is vk
    with pytest.raises(InvalidLink):
        plugin_for_link(link, {"vk": vk, "other": replace(OTHER, short_links=vk.short_links)})


@pytest.mark.parametrize("link", ["https://example.org/x", "club1", "", "http://[", "https://vk.com.evil.invalid/x"])
def test_a_link_of_no_network_is_refused_with_the_hosts_that_are_known(link: str) -> None:
    with pytest.raises(InvalidLink, match=r"other\.invalid"):
        plugin_for_link(link, {"other": OTHER})


@given(st.text())
def test_any_text_finds_a_network_or_is_refused(link: str) -> None:
    with suppress(InvalidLink):
        assert plugin_for_link(link, {"vk": vk}) is vk

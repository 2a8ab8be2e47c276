"""What a taxonomy must be, and how its faults are told."""

from typing import Any

import pytest

from app.domain.topic import TaxonomyRefused, document_of, group_of, taxonomy_of


def topic(code: str, **changed: object) -> dict[str, Any]:
    return {"code": code, "title": "Ямы", "includes": "яма", "confused_with": {}, "urgent_when": ""} | changed


def document(*topics: dict[str, Any], **changed: object) -> dict[str, Any]:
    """A taxonomy of one group."""
    return {"version": 3, "groups": [{"code": "roads", "title": "Дороги", "topics": list(topics)}]} | changed


def test_a_taxonomy_reads_back_as_it_was_written() -> None:
    written = document(topic("roads.potholes", confused_with={"roads.signs": "знак"}), topic("roads.signs", urgent_when="упал"))
    taxonomy = taxonomy_of(written)

    assert taxonomy_of(document_of(taxonomy)) == taxonomy
    assert taxonomy.version == 3
    assert taxonomy.titles == {"roads": "Дороги", "roads.potholes": "Ямы", "roads.signs": "Ямы"}


def test_a_topic_belongs_to_the_group_before_its_dot() -> None:
    assert [group_of("roads.potholes"), group_of("roads")] == ["roads", "roads"]


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        ([], "the document: version is missing"),
        (document(topic("roads.a"), version=True), "version is missing or not of the type int"),
        (document(), "there are 0 topics"),
        (document(topic("roads.a"), topic("roads.a")), "the code roads.a stands twice"),
        (document(topic("water.a")), "roads, topic 1: the code 'water.a'"),
        (document(topic("roads.Ямы")), "roads, topic 1: the code"),
        (document(topic("roads.a", title=" ")), "roads, topic 1: title must have 1 to 80"),
        (document(topic("roads.a", title="я" * 81)), "roads, topic 1: title must have"),
        (document(topic("roads.a", includes=5)), "includes is missing or not of the type str"),
        (document(topic("roads.a", confused_with={"roads.b": "нет такой"})), "roads.a: confused_with needs codes of other topics"),
        (document(topic("roads.a", confused_with={"roads.a": "сама"})), "roads.a: confused_with needs"),
        (document(groups=["roads"]), "group 1: code is missing"),
    ],
)
def test_a_fault_is_named_with_its_place(faulty: object, said: str) -> None:
    with pytest.raises(TaxonomyRefused, match=said):
        taxonomy_of(faulty)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(TaxonomyRefused) as refused:
        taxonomy_of(document(*(topic(f"roads.a{number}", title="") for number in range(12))))

    assert len(refused.value.faults) == 12
    assert "and 2 more" in str(refused.value)

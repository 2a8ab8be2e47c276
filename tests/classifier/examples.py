"""A small labelled set that a test can learn from in a second."""

from app.classifier.contract import TextInContext
from app.classifier.examples import Example, is_held_out
from app.domain.verdict import Kind

PLACES = ("на Лесной", "у школы", "во дворе", "на Садовой", "в посёлке", "у рынка", "на Заречной", "у вокзала", "на Речной", "у моста")
SAID = {
    Kind.COMPLAINT: "третий день нет воды {}, никто не чинит",
    Kind.QUESTION: "подскажите, когда откроют дорогу {}?",
    Kind.SUGGESTION: "предлагаю поставить скамейку {}",
    Kind.THANKS: "спасибо, что починили фонарь {}",
    Kind.OTHER: "видела вчера вашу кошку {}, смешная",
}
TOPICS = {Kind.COMPLAINT: "water", Kind.QUESTION: "roads", Kind.SUGGESTION: "yards", Kind.THANKS: "lighting"}


def small_set() -> list[Example]:
    """Fifty texts of five kinds, each text a thread of its own."""
    return [
        Example(
            text=TextInContext(said.format(place), post="Новости района"),
            kind=kind,
            urgent=kind is Kind.COMPLAINT,
            topic=TOPICS.get(kind),
            thread=f"{kind}-{number}",
            held_out=is_held_out(f"{kind}-{number}"),
        )
        for kind, said in SAID.items()
        for number, place in enumerate(PLACES)
    ]

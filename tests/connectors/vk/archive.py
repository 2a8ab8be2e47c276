"""What a core would hold after storing pages: comments by id, those that vanished taken out by coverage."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.sdk.contract import Coverage, Cursor, Message, Page


@dataclass
class Archive:
    """Comments of one post as the pages told them."""

    comments: dict[int, Message] = field(default_factory=dict)
    cursor: Cursor | None = None
    vanished: set[int] = field(default_factory=set)

    def store(self, pages: Iterable[Page]) -> None:
        for page in pages:
            self.store_page(page)

    def store_page(self, page: Page) -> None:
        """Upserts what the page holds, takes out what it should hold and does not, then moves the checkpoint."""
        told = {int(message.external_id): message for message in page.messages}
        for coverage in page.coverage:
            gone = [number for number, held in self.comments.items() if number not in told and is_covered(held, coverage)]
            self.vanished.update(gone)
            for number in gone:
                del self.comments[number]
        self.comments.update(told)
        self.vanished.difference_update(told)
        self.cursor = page.checkpoint or self.cursor


def is_covered(message: Message, coverage: Coverage) -> bool:
    """Whether the covered part of the thread would show the comment, were it still there."""
    number = int(message.external_id)
    after_first = coverage.first_id is None or coverage.first_id <= number
    before_last = coverage.last_id is None or number <= coverage.last_id
    return message.root_id == coverage.root_id and after_first and before_last

"""What a core would hold after storing pages: comments by id, those that vanished taken out by coverage."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.sdk.contract import Coverage, Cursor, Message, Page


@dataclass
class Archive:
    """Comments of one topic as the pages told them."""

    comments: dict[str, Message] = field(default_factory=dict)
    cursor: Cursor | None = None
    told: list[str] = field(default_factory=list)

    def store(self, pages: Iterable[Page]) -> None:
        for page in pages:
            self.store_page(page)

    def store_page(self, page: Page) -> None:
        """Upserts what the page holds, takes out what it should hold and does not, then moves the checkpoint."""
        told = {message.external_id: message for message in page.messages}
        for coverage in page.coverage:
            for comment_id in [held for held, message in self.comments.items() if held not in told and is_covered(message, coverage)]:
                del self.comments[comment_id]
        self.comments.update(told)
        self.told += told
        self.cursor = page.checkpoint or self.cursor

    @property
    def texts(self) -> dict[str, str | None]:
        return {comment_id: message.text for comment_id, message in self.comments.items()}


def is_covered(message: Message, coverage: Coverage) -> bool:
    """Whether the covered stretch of time would show the comment, were it still there."""
    after_first = coverage.first_at is None or coverage.first_at <= message.published_at
    before_last = coverage.last_at is None or message.published_at <= coverage.last_at
    return message.root_id == coverage.root_id and after_first and before_last

"""Names of one sort of entries in every form, found where a text's words spell one."""

from collections.abc import Iterator, Mapping, Sequence

from app.classifier.places.words import Word, are_joined
from app.domain.territory import EntryId


class Names:
    """Which entries a form can mean, by the form's words; looked up by the first word, so that other words cost nothing."""

    def __init__(self) -> None:
        self._entries: dict[str, list[EntryId]] = {}
        self._longest: dict[str, int] = {}

    @property
    def entries(self) -> Mapping[str, Sequence[EntryId]]:
        """Entries by form."""
        return self._entries

    def add(self, form: str, entry_id: EntryId) -> None:
        """Lets a form mean one more entry."""
        words = form.split(" ")
        self._longest[words[0]] = max(self._longest.get(words[0], 0), len(words))
        meant = self._entries.setdefault(form, [])
        if entry_id not in meant:
            meant.append(entry_id)

    def at(self, text: str, words: Sequence[Word], index: int) -> Iterator[tuple[int, tuple[EntryId, ...]]]:
        """Names that begin at a word, the longest first: the place of the last word, and what is meant."""
        longest = self._longest.get(words[index].plain, 0)
        last = index
        while last + 1 < min(index + longest, len(words)) and are_joined(text, words[last], words[last + 1]):
            last += 1
        for end in range(last, index - 1, -1) if longest else ():
            meant = self._entries.get(" ".join(word.plain for word in words[index : end + 1]))
            if meant:
                yield end, tuple(meant)

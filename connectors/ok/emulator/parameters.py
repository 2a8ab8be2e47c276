"""The parameters of one call, read the way OK reads them."""

from collections.abc import Mapping

from connectors.ok.emulator.refusals import invalid

FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False}


class Parameters:
    """Typed access to the parameters of a call; what cannot be read is refused with OK's error 100."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise invalid(name)
        return value

    def listing(self, name: str, *, most: int) -> list[str]:
        """The parts of a required comma-separated value, `most` of them at most."""
        parts = [part.strip() for part in self.required(name).split(",") if part.strip()]
        if len(parts) > most:
            raise invalid(name, f"{len(parts)} elements")
        return parts

    def flag(self, name: str) -> bool:
        value = self.text(name).lower()
        if value not in FLAGS:
            raise invalid(name, value)
        return FLAGS[value]

    def count(self, default: int, *, most: int) -> int:
        """The page size, silently cut down to `most`."""
        value = self.text("count")
        if not value:
            return default
        if not value.isdecimal() or int(value) == 0:
            raise invalid("count", value)
        return min(int(value), most)

    def choice(self, name: str, among: tuple[str, ...]) -> str:
        """One of the values, the first of them when nothing is given."""
        value = self.text(name) or among[0]
        if value not in among:
            raise invalid(name, value)
        return value

    def wants(self, kind: str, field: str) -> bool:
        """Whether `fields` asks for the field of this kind of object ("comment.*", "comment.date_ms", in any case)."""
        asked = {part.strip().lower() for part in self.text("fields").split(",")}
        return bool({f"{kind}.*", f"{kind}.{field}", field} & asked)

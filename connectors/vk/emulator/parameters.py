"""The parameters of one call, read the way VK reads them."""

from collections.abc import Mapping

from connectors.vk.emulator.refusals import invalid

FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False}


class Parameters:
    """Typed access to the parameters of a call; what cannot be read is refused with VK's error 100."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def listing(self, name: str) -> list[str]:
        """The parts of a comma-separated value."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def flag(self, name: str) -> bool:
        value = self.text(name).lower()
        if value not in FLAGS:
            raise invalid(f"{name} should be 0 or 1")
        return FLAGS[value]

    def integer(self, name: str, default: int) -> int:
        value = self.text(name)
        if not value:
            return default
        try:
            return int(value)
        except ValueError:
            raise invalid(f"{name} not integer") from None

    def natural(self, name: str, default: int, *, most: int | None = None) -> int:
        """A number that is not negative; what exceeds `most` is silently cut down to it."""
        number = self.integer(name, default)
        if number < 0:
            raise invalid(f"{name} should be positive")
        return number if most is None else min(number, most)

    def required(self, name: str) -> int:
        if not self.text(name):
            raise invalid(f"{name} is undefined")
        return self.integer(name, 0)

    def choice(self, name: str, among: tuple[str, ...]) -> str:
        """One of the values, the first of them when nothing is given."""
        value = self.text(name) or among[0]
        if value not in among:
            raise invalid(f"{name} should be one of {', '.join(among)}")
        return value

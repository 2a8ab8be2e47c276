"""The networks that a town can be lived through on: how each names walls and accounts, and what its emulator wants."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Net:
    """A network as the tests set it up. `keys_option` is the emulator's parameter for the secrets that it knows."""

    network: str
    credential_kind: str
    secret: str
    keys_option: str
    people: str
    pages: str

    def account(self, number: int) -> str:
        """A person, or a page by its negated id, as the network writes them."""
        return f"{self.people}{number}" if number > 0 else f"{self.pages}{-number}"

    def url(self, page_id: int) -> str:
        return f"https://{self.network}.test/{page_id}"


VK = Net("vk", "vk_service", "service-token-of-the-test", "service_tokens", people="", pages="-")
OK_KEY = {"application_key": "KEY", "access_token": "token-of-the-test", "session_secret_key": "session-secret"}
OK = Net("ok", "ok_app", json.dumps(OK_KEY, sort_keys=True), "app_secrets", people="user:", pages="group:")

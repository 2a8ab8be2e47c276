"""Makes pages of templates: everything put in is escaped, and nothing may run that is not ours."""

from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from app.console import texts
from app.console.assets import Asset, load_assets
from app.console.markup import excerpt, outside
from app.domain.readable import readable
from app.domain.spoken import length, week_in_words, whole_percent

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Pages:
    """The templates, read once."""

    def __init__(self) -> None:
        self.assets = load_assets()
        self._environment = Environment(
            loader=PackageLoader("app.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters |= {
            "readable": readable,
            "excerpt": excerpt,
            "outside": outside,
            "in_words": length,
            "week_in_words": week_in_words,
            "whole_percent": whole_percent,
        }
        self._environment.globals |= {"asset": self._address, "texts": texts}

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A whole page or a part of one."""
        return HTMLResponse(self._environment.get_template(template).render(values), status, headers=HEADERS)

    def asset(self, content_sum: str, name: str) -> Asset | None:
        """The file of that name, if it has that content."""
        found = self.assets.get(name)
        return found if found is not None and found.sum == content_sum else None

    def _address(self, name: str) -> str:
        return self.assets[name].address

"""How long what people wrote is kept, in one line."""

from datetime import timedelta

from app.console.texts import plural
from app.domain.retention import Retention


def terms_in_words(terms: Retention) -> str:
    """«Слова людей хранятся: разговоры — 90 дней, обращения — 400 дней после последнего события; ответы сетей — 30 дней»."""
    asked = "без срока" if terms.asked is None else f"{_days(terms.asked)} после последнего события"
    talk = "столько же" if terms.talk is None else f"{_days(terms.talk)} после последнего слова"
    received = "" if terms.received is None else f"; ответы сетей — {_days(terms.received)}"
    return f"Слова людей хранятся: обращения — {asked}, разговоры — {talk}{received}. Цифры остаются."


def _days(term: timedelta) -> str:
    return f"{term.days} {plural(term.days, 'день', 'дня', 'дней')}"

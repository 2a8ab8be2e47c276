"""The event log in plain Russian."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

from app.console import texts
from app.console.clock import LAST
from app.console.times import Times
from app.domain.answer import AnswerClass
from app.domain.event import Event, EventType
from app.storage.events import RecordedEvent

STEPS: Mapping[EventType, str] = {
    EventType.TAKEN: "Взято в работу",
    EventType.ASSIGNED: "Назначено",
    EventType.REJECTED: "Отклонено, ответ не требуется",
    EventType.CLOSED: "Закрыто",
}
"""The steps that can be taken back."""


@dataclass(frozen=True, slots=True)
class Names:
    """Whom the events name, by number, and how moments are said."""

    operators: Mapping[int, str]
    authorities: Mapping[int, str]
    times: Times


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: when it happened, what, and who did it; `None` is nobody of ours."""

    at: datetime
    text: str
    actor: str | None
    reason: str | None


def lines_of(entries: Sequence[RecordedEvent], names: Names) -> list[Line]:
    """The log as a story, what happened last first."""
    return [line_of(entry, names) for entry in sorted(entries, key=lambda entry: entry.event.at)[::-1]]


def line_of(entry: RecordedEvent, names: Names) -> Line:
    """One entry in words."""
    is_of_network = entry.event.type in {EventType.REPLY_FAILED, EventType.REPLY_UNKNOWN}
    return Line(entry.event.at, _text(entry.event, names), entry.actor_name, None if is_of_network else entry.event.data.get("reason"))


def _text(event: Event, names: Names) -> str:
    data = event.data
    match event.type:
        case EventType.OPENED:
            return _opened(data)
        case EventType.ASKED:
            return "Срочное сообщение от жителя" if data.get("urgent") else "Житель написал ещё раз"
        case EventType.ASK_GONE:
            return "Сообщение жителя удалено"
        case EventType.ASK_BACK:
            return "Сообщение жителя снова на месте"
        case EventType.ANSWERED:
            return f"На странице ответили: {_answer(data['versions'][-1])}"
        case EventType.ANSWER_EDITED:
            return f"Ответ исправили, теперь это {_answer(data)}"
        case EventType.ANSWER_GONE:
            return "Ответ удалён со страницы"
        case EventType.ANSWER_BACK:
            return "Ответ снова на странице"
        case EventType.ANSWER_UNBOUND:
            return "Ответ больше не относится к этому жителю"
        case EventType.ANSWER_LINKED:
            return f"Засчитано как ответ этому жителю: {_answer(data['versions'][-1])}"
        case EventType.ANSWER_UNLINKED:
            return "Не ответ этому жителю: сообщение больше не считается"
        case EventType.COMMENTS_CLOSED:
            return "Комментарии под постом закрыты: ответить нельзя"
        case EventType.COMMENTS_OPENED:
            return "Комментарии под постом снова открыты"
        case EventType.BREACHED:
            return "Срок первого ответа истёк"
        case EventType.SUBSTANTIVE_BREACHED:
            return "Срок полного ответа истёк"
        case EventType.POLICY_CHANGED:
            return _policy_changed(data, names)
        case EventType.TAKEN | EventType.REJECTED | EventType.CLOSED:
            return STEPS[event.type]
        case EventType.ASSIGNED:
            return f"Назначено: {_handed_to(data, names)}"
        case EventType.REOPENED:
            return "Возвращено в работу"
        case EventType.UNDONE:
            return f"Отменено: «{STEPS[EventType(data['undoes'])]}»"
        case EventType.PLACE_CORRECTED:
            return "Уточнено место" if data.get("entry_id") else "Места из сообщения нет в справочнике"
        case EventType.PLACE_ADDED:
            return "Добавлено место" if data.get("entry_id") else "Добавлено место, нужно выбрать какое"
        case EventType.VERDICT_CORRECTED:
            return "Уточнено, что это за обращение"
        case EventType.MERGED:
            return f"Объединено: повтор обращения {data['parent_id']}"
        case EventType.JOINED:
            return f"Сюда присоединено: {', '.join(str(number) for number in data['incident_ids'])}"
        case EventType.PARTED:
            return f"Обращение {data['incident_id']} отделено"
        case EventType.ROUTED:
            return f"Передано по правилу {data['rule_id']}: {_handed_to(data, names)}"
        case EventType.REPLY_WRITTEN:
            return "Написан ответ жителю"
        case EventType.REPLY_SENT:
            return "Ответ опубликован"
        case EventType.REPLY_FAILED:
            return f"Ответ не опубликован: {texts.reply_trouble(data.get('reason', ''))}"
        case EventType.REPLY_WITHDRAWN:
            return "Ответ отозван"
        case EventType.REPLY_UNKNOWN:
            return "Неизвестно, дошёл ли ответ: сеть не подтвердила"
        case EventType.MASS_PROPOSED:
            return "Предложено как часть массового обращения"
        case _:
            assert_never(event.type)


def _policy_changed(data: Mapping[str, Any], names: Names) -> str:
    is_full = data.get("answer") == "substantive"
    before = "раньше срока не было" if data["was"] is None else f"раньше до {_said(data['was'], names, is_full=is_full)}"
    now = "без срока" if data["due_at"] is None else f"нужен до {_said(data['due_at'], names, is_full=is_full)}"
    return f"Сроки региона изменились: {'полный ответ' if is_full else 'ответ'} {now}, {before}"


def _said(moment: str, names: Names, *, is_full: bool) -> str:
    return names.times.brief(datetime.fromisoformat(moment) - (LAST if is_full else timedelta()))


def _opened(data: Mapping[str, Any]) -> str:
    asks = len(data["asks"])
    again = f", житель успел написать {asks} {texts.plural(asks, 'раз', 'раза', 'раз')}" if asks > 1 else ""
    answered = "; на странице уже отвечали" if data["answers"] else ""
    return f"Обращение найдено{again}{answered}"


def _answer(version: Mapping[str, Any]) -> str:
    return texts.ANSWER_CLASSES[AnswerClass(version["class"])]


def _handed_to(data: Mapping[str, Any], names: Names) -> str:
    given = (names.operators.get(data.get("assignee_id", 0)), names.authorities.get(data.get("authority_id", 0)))
    return ", ".join(name for name in given if name)

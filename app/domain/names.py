"""What values are called in Russian, on pages and in files alike."""

from collections.abc import Mapping

from app.domain.answer import AnswerClass
from app.domain.incident import IncidentStatus
from app.domain.turn import TurnState
from app.domain.verdict import Kind

KINDS: Mapping[Kind, str] = {
    Kind.COMPLAINT: "жалоба",
    Kind.QUESTION: "вопрос",
    Kind.SUGGESTION: "предложение",
    Kind.THANKS: "благодарность",
    Kind.OTHER: "другое",
}

STATUSES: Mapping[IncidentStatus, str] = {
    IncidentStatus.NEW: "новое",
    IncidentStatus.ASSIGNED: "назначено",
    IncidentStatus.IN_PROGRESS: "в работе",
    IncidentStatus.ANSWERED: "отвечено",
    IncidentStatus.CLOSED: "закрыто",
    IncidentStatus.REJECTED: "отклонено",
    IncidentStatus.DUPLICATE: "повтор",
}

ANSWER_CLASSES: Mapping[AnswerClass, str] = {
    AnswerClass.ACK: "принято к сведению",
    AnswerClass.INTERIM: "промежуточный ответ",
    AnswerClass.SUBSTANTIVE: "ответ по существу",
    AnswerClass.REFUSAL_WITH_REASON: "отказ с причиной",
    AnswerClass.MOVED_TO_PRIVATE: "увели в личные сообщения",
    AnswerClass.AUTO: "автоответ",
    AnswerClass.NONE: "без содержания",
}

TURN_STATES: Mapping[TurnState, str] = {
    TurnState.OPEN: "ждёт ответа",
    TurnState.ANSWERED_IN_TIME: "ответили в срок",
    TurnState.ANSWERED_LATE: "ответили поздно",
    TurnState.UNANSWERED_OVERDUE: "просрочен, ответа нет",
    TurnState.WITHDRAWN: "автор удалил вопрос",
    TurnState.NOT_REQUIRED: "ответ не требуется",
    TurnState.PRE_OBSERVED: "задан до начала наблюдения, срока нет",
    TurnState.NO_REPLY_CHANNEL: "ответить нельзя: комментарии закрыты",
}

NETWORKS: Mapping[str, str] = {"vk": "ВКонтакте", "ok": "Одноклассники", "telegram": "Телеграм", "viber": "Вайбер"}

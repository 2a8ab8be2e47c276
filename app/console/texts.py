"""What the console calls things in Russian; sentences that stand in one place only are in the templates."""

from collections.abc import Mapping

from app.domain import names
from app.domain.answer import BoundBy
from app.domain.answer_confidence import confidence_of
from app.domain.deadline import ClockStart
from app.domain.detection import AlarmKind
from app.domain.errors import (
    AlreadyExists,
    DomainError,
    InvalidInput,
    InvalidTransition,
    NoModelBefore,
    NotFound,
    NotPermitted,
    StaleVersion,
    TooBusy,
)
from app.domain.incident import IncidentStatus
from app.domain.likeness import Reason
from app.domain.operator import Role
from app.domain.place import PlaceKind
from app.domain.place_name import NameState
from app.domain.push_channel import PushMode
from app.domain.reply import LONGEST, NOT_DELIVERED, ReplyState
from app.domain.routing import Ground
from app.domain.source import PauseReason
from app.domain.turn import TurnFlag
from app.domain.wait_parts import PartKind
from app.exports.incident_columns import Layout
from app.usecases.show_models import ModelState
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, InvalidLink, QuotaExhausted, RateLimited, SourceGone

KINDS = names.KINDS

OWN_WORDS: Mapping[str, str] = {"category": "Группа тем региона", "theme": "Тема региона", "authority": "Кто отвечал раньше"}

STATUSES = names.STATUSES

CLOCK_STARTS: Mapping[ClockStart, str] = {
    ClockStart.PUBLISHED: "с публикации",
    ClockStart.DETECTED: "с обнаружения",
    ClockStart.HANDED_OVER: "с передачи",
}
FIRST_POLICY = "24 часа"
"""How the policy is called with which a region begins."""

ROLES: Mapping[Role, str] = {
    Role.ADMIN: "администратор",
    Role.COORDINATOR: "координатор",
    Role.OPERATOR: "оператор",
    Role.REVIEWER: "проверяющий",
    Role.VIEWER: "наблюдатель",
    Role.METRICS: "метрики",
}

ANSWER_CLASSES = names.ANSWER_CLASSES

REPLY_STATES: Mapping[ReplyState, str] = {
    ReplyState.QUEUED: "ждёт отправки",
    ReplyState.SENDING: "отправляется",
    ReplyState.SENT: "опубликован",
    ReplyState.FAILED: "не опубликован",
    ReplyState.WITHDRAWN: "отозван",
    ReplyState.UNKNOWN: "сеть не подтвердила: посмотрите под записью, прежде чем писать снова",
}

REPLY_TROUBLES: Mapping[str, str] = {
    "the incident was ended meanwhile": "обращение тем временем закончили",
    "the question was deleted meanwhile": "вопрос тем временем удалили",
    "somebody has answered meanwhile": "жителю тем временем ответили",
}
"""Why a reply was not sent, where that is no word of the network."""

ANSWER_RULES: Mapping[str, str] = {
    "says that it is a machine": "говорит автомат",
    "gives a ticket number": "номер заявки от автомата",
    "offers a menu": "меню автомата",
    "is a phrase of a template": "фраза из шаблона",
    "says no and why": "отказывает и объясняет",
    "kind words and nothing definite": "добрые слова без дела",
    "promises work by a date": "обещает срок",
    "gives the term of work under way": "называет срок идущих работ",
    "reports the work done": "сообщает о сделанном",
    "asks to write privately": "просит написать лично",
    "answers privately": "ответили лично",
    "passes it on": "передали другим",
    "takes note": "взяли на заметку",
    "promises to look": "обещает проверить",
    "asks for details": "просит уточнить",
    "promises without a date": "обещает без срока",
    "says no without a reason": "отказывает без причины",
    "thanks for the message": "благодарит за сообщение",
    "kind words": "добрые слова",
    "only courtesy": "только вежливость",
    "no words": "нет слов",
    "says something of its own": "говорит по делу",
}

BINDINGS: Mapping[BoundBy, str] = {
    BoundBy.REPLY_TO: "ответом на сообщение",
    BoundBy.MENTION: "обращением по имени",
    BoundBy.THREAD: "в той же ветке",
    BoundBy.OPERATOR: "указал оператор",
}

TURN_STATES = names.TURN_STATES

TURN_FLAGS: Mapping[TurnFlag, str] = {
    TurnFlag.ANSWERED_BEFORE_DETECTION: "ответ появился раньше, чем мы увидели вопрос",
    TurnFlag.RETRACTED: "ответ потом удалили",
    TurnFlag.SUBSTANTIVE_RETRACTED: "ответ по существу потом удалили",
    TurnFlag.EDITED_INTO_ANSWER: "ответом стало исправленное сообщение",
    TurnFlag.UNKNOWN_GAP: "решилось между двумя чтениями страницы, точного времени нет",
}

PARTS: Mapping[PartKind, str] = {PartKind.DETECT: "заметили", PartKind.ROUTE: "передали", PartKind.BODY: "ведомство отвечало"}
"""What a wait is made of."""

GROUNDS: Mapping[Ground, str] = {
    Ground.RULE: "по правилу",
    Ground.HABIT: "так передают",
    Ground.MODEL: "по словам, модель региона",
    Ground.OWNER: "его страница",
}
"""Why a body is suggested."""

LIKENESS: Mapping[Reason, str] = {
    Reason.SAME_AUTHOR: "тот же автор",
    Reason.SAME_TEXT: "тот же текст",
    Reason.SAME_HOUSE: "тот же дом",
    Reason.SAME_PLACE: "то же место",
    Reason.SAME_TOPIC: "та же тема",
    Reason.SAME_GROUP: "близкая тема",
    Reason.SAME_WORDS: "те же слова",
    Reason.SAME_HOURS: "в те же часы",
}
"""Why two incidents are held to be about one thing."""

CREDENTIAL_STATES: Mapping[str, str] = {
    "dead": "недействителен, нужен новый",
    "human": "сеть ждёт владельца ключа",
    "right": "нет права",
    "quota": "дневной предел исчерпан",
    "flood": "слишком часто",
    "too_fast": "слишком быстро",
    "address": "сеть закрыла наш адрес",
}
"""Why a network refuses a key or one of its methods."""

ALARMS: Mapping[AlarmKind, str] = {
    AlarmKind.LATE: "сообщения видны с опозданием",
    AlarmKind.SILENT: "молчит дольше обычного",
    AlarmKind.DEAF: "события не доходят",
}
PUSH_MODES: Mapping[PushMode, str] = {PushMode.CALLBACK: "Callback API", PushMode.LONG_POLL: "Long Poll"}

PAUSE_REASONS: Mapping[PauseReason, str] = {
    PauseReason.BY_OPERATOR: "остановлена вручную",
    PauseReason.GONE: "страницы больше нет; проверяем раз в сутки",
    PauseReason.ACCESS_DENIED: "страница закрыла доступ; проверяем раз в сутки",
    PauseReason.NO_CREDENTIAL: "нет действующего ключа сети; проверяем раз в сутки",
}

PLACE_KINDS: Mapping[PlaceKind, str] = {
    PlaceKind.SETTLEMENT: "населённый пункт",
    PlaceKind.DISTRICT: "район",
    PlaceKind.STREET: "улица",
    PlaceKind.ADDRESS: "адрес",
    PlaceKind.LANDMARK: "ориентир",
}

NAME_STATES: Mapping[NameState, str] = {
    NameState.OFFERED: "ждёт вашего слова",
    NameState.USED: "ищем по нему",
    NameState.REFUSED: "не ищем",
}
"""What became of a name that operators taught."""

MODEL_STATES: Mapping[ModelState, str] = {
    ModelState.CANDIDATE: "кандидат",
    ModelState.AT_WORK: "работает",
    ModelState.RETIRED: "снята",
}
MADE_BY: Mapping[str, str] = {"schedule": "по расписанию", "command": "командой"}

MATTERS: Mapping[str, str] = {
    "needs_answer": "нужен ли ответ",
    "kind": "вид",
    "group": "группа тем",
    "topic": "тема",
    "urgent": "срочные",
    "not_urgent": "несрочные",
    "category": "категория региона",
    "theme": "тема региона",
    "authority": "ведомство",
}
"""What models learn and are judged by."""

NETWORKS = names.NETWORKS

WRONG_FIELDS: Mapping[str, str] = {
    "text": f"В ответе больше {LONGEST} знаков: сократите его.",
    "gaps": "В ответе осталась незаполненная вставка в фигурных скобках: впишите слова вместо неё или уберите её.",
    "question": "Вопрос жителя удалён: отвечать не под чем.",
    "message_id": "Это нельзя засчитать: нужен официальный комментарий этой ветки, позже вопроса, не удалённый и не засчитанный.",
    "assignee_id": "Этот сотрудник с обращениями больше не работает. Выберите другого.",
    "incident_ids": "Отметьте хотя бы одно обращение кроме главного. Список мог измениться: ниже он свежий.",
    "parent_id": "Обращения с таким номером нет, или это оно само.",
    "topic": "Такой темы больше нет. Выберите другую.",
    "territory_id": "Такого места в справочнике больше нет. Выберите другое.",
    "authority_id": "Такого ведомства больше нет. Выберите другое.",
    "words": "В справочнике мест ничего похожего нет. Напишите иначе, например «улица Лесная», или найдите там то, что эти слова значат.",
    "entry_id": "Такой записи в справочнике мест больше нет. Обновите страницу.",
    "format": "В лист Excel столько строк не помещается. Сузьте отбор, например до одной страницы или темы, или возьмите CSV.",
    "url": "Страницы этой сети нельзя найти по ссылке.",
}
"""What use cases find wrong, in Russian; what the console itself finds is said in Russian already."""

EXPORTED: Mapping[str, str] = {"incidents": "обращения", "figures": "статистика", "questions": "вопросы, из которых сложена статистика"}
LAYOUTS: Mapping[Layout, str] = {Layout.OTKLIK: "столбцы Отклика", Layout.INCIDENT_MANAGEMENT: "столбцы «Инцидент Менеджмента»"}

NOUNS: Mapping[str, str] = {
    "incident": "обращения",
    "answer": "ответа этому жителю",
    "source": "страницы",
    "operator": "сотрудника",
    "authority": "ведомства",
    "place": "места",
    "mass": "массового обращения",
    "routing rule": "правила",
    "place name": "названия места",
    "ready text": "готового ответа",
}


def network_name(network: str) -> str:
    """The network as people call it; one without a Russian name goes by its own."""
    return NETWORKS.get(network, network)


def matter(name: str) -> str:
    """What a model learns; one without a Russian name goes by its own."""
    return MATTERS.get(name, name)


def rule_name(rule: str) -> str:
    """What recognised an answer; a rule without a Russian name goes by its own."""
    return ANSWER_RULES.get(rule, rule)


def reply_trouble(error: str) -> str:
    """Why a reply does not stand on the network; what the network itself said, in its language, is for administrators."""
    if error.startswith(NOT_DELIVERED):
        return "сеть приняла ответ, но не доставила, и житель его не получил"
    return REPLY_TROUBLES.get(error, "сеть не приняла. Ответьте под записью сами или скажите администратору")


def rule_confidence(rule: str) -> int:
    """How many of a hundred classes that a rule gives are right."""
    return round(100 * confidence_of(rule))


def plural(number: int, one: str, few: str, many: str) -> str:
    """The form of a Russian noun after a number: 1 вопрос, 2 вопроса, 5 вопросов."""
    if number % 10 == 1 and number % 100 != 11:
        return one
    return few if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else many


def refusal(error: DomainError) -> str:
    """Why a request was refused, in words for an operator."""
    match error:
        case NotFound(noun=noun, key=key):
            return f"Нет {NOUNS.get(noun, noun)} с номером {key}."
        case NotPermitted(role=role):
            return f"Ваша роль («{ROLES[Role(role)]}») этого не позволяет."
        case InvalidTransition(step="decided on"):
            return "С этим предложением уже разобрались."
        case InvalidTransition(noun="reply"):
            return "Этот ответ уже отправляется или отправлен."
        case InvalidTransition(step="merged into", key=key, state=state):
            return f"Состояние обращения {key} — «{STATUSES[IncidentStatus(state)]}»: с ним не объединяют."
        case InvalidTransition(step="undone"):
            return "Отменить можно только свой последний шаг, пока с обращением больше ничего не случилось."
        case InvalidTransition(state=state):
            return f"Состояние обращения — «{STATUSES[IncidentStatus(state)]}», и этого шага из него нет."
        case TooBusy():
            return "Сейчас делаются другие выгрузки, а больше двух сразу не делается. Повторите через минуту."
        case AlreadyExists():
            return "Эта страница уже под наблюдением."
        case StaleVersion():
            return "Тем временем обращение изменилось."
        case NoModelBefore():
            return "Возвращаться не к чему: другой модели на работе ещё не было."
        case InvalidInput(field=field):
            return WRONG_FIELDS.get(field, str(error))
        case _:
            return "Запрос не выполнен."


def network_refusal(error: ConnectorError) -> str:
    """Why a network did not show a page, in words for an operator."""
    match error:
        case InvalidLink():
            return "Это не похоже на ссылку на сообщество. Скопируйте её из адресной строки, например https://vk.com/zarechny_city."
        case SourceGone():
            return "По этой ссылке страницы нет: она удалена или в адресе опечатка."
        case AccessDenied():
            return "Страница закрыта: читать можно только открытые сообщества."
        case AuthenticationFailed():
            return "Для этой сети нет действующего ключа. Его добавляет администратор: otklik credential add."
        case RateLimited() | QuotaExhausted():
            return "Сеть просит подождать: слишком много запросов. Повторите чуть позже."
        case _:
            return "Сеть не ответила. Повторите через минуту."


CAPABILITIES = {
    "resolve": "поиск страницы",
    "resolve_names": "поиск по короткому имени",
    "read_posts": "чтение тем",
    "read_comments": "чтение комментариев",
    "count_comments": "счётчики комментариев",
    "read_videos": "видео и трансляции",
    "author_names": "имена авторов",
    "publish_reply": "ответ из Отклика",
    "updates": "события",
}


def capability_name(capability: str) -> str:
    """What a network may let us do or not, in words."""
    return CAPABILITIES.get(capability, capability)

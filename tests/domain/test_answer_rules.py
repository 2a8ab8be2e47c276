"""Official texts and what they are worth to the resident who asked."""

import re
from pathlib import Path
from time import thread_time

import pytest

from app.domain.answer import AnswerClass
from app.domain.answer_patterns import MACHINE_RULES, SPEECH_RULES, STRONG_RULES, WEAK_RULES
from app.domain.answer_rules import classify_answer

ALL_RULES = (*MACHINE_RULES, *SPEECH_RULES, *STRONG_RULES, *WEAK_RULES)
UNBOUNDED = re.compile(r"(?<!\\)[*+]|\{\d+,\}")
LONG = 16_384
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "answer_classes.md"

ACK = (
    "Спасибо, уточним.",
    "Здравствуйте! Благодарим за сигнал, разберёмся и вернёмся с ответом.",
    "Добрый день! Ваше сообщение принято в работу.",
    "Передали информацию в управляющую компанию.",
    "Уточните, пожалуйста, адрес и номер подъезда.",
    "Здравствуйте. Направили в департамент транспорта для рассмотрения.",
    "[id501|Ольга], здравствуйте! Проверим и сообщим.",
    "Спасибо за предложение, рассмотрим.",
    "Взяли на контроль. О результатах сообщим в ближайшее время.",
    "Исправим.",
    "Не можем.",
    "Рәхмәт, тикшерәбез.",
    "Спасибо, передано участковому… и его руководству.",
)
INTERIM = (
    "Добрый день! Передано в дорожную службу, работы запланированы до 5 октября.",
    "Спасибо за сигнал! Бригада Водоканала устранит течь сегодня до 18:00.",
    "Крышку люка установит участок № 3 завтра утром, ответственный — мастер Егоров.",
    "Ремонт подъезда начнём 12 мая, подрядчик уже определён.",
    "Светильник заменят в течение трёх рабочих дней, заявку ведёт «Горсвет».",
    "Вывоз веток запланирован на следующей неделе.",
    "Аварийная бригада выехала, прибытие через 15 минут.",
    "Уважаемая Анна Петровна! Капитальный ремонт кровли включён в план на III квартал.",
    "Принято. Проверим и ответим до пятницы, пришлите фото в личные сообщения.",
    "Выезд инспектора сегодня вечером.",
)
SUBSTANTIVE = (
    "Примут при наличии полиса.",
    "Яму на Садовой засыпали и заасфальтировали сегодня утром.",
    "Отопление восстановлено, причиной был воздух в стояке.",
    "Да, бесплатно, нужен только паспорт.",
    "Нет, этот переулок запитан от другой подстанции.",
    "Нет.",
    "Приём врача ведётся по вторникам в кабинете 7, запись в регистратуре.",
    "Спасибо за внимательность, опечатку в расписании исправили.",
    "Льгота положена семьям с тремя детьми, заявление подают через МФЦ.",
    "Светильник починили. Акт направили вам в личные сообщения.",
    "Ваш дом стоит в очереди под номером 14. Если остались вопросы, пишите нам в личные сообщения.",
    "Ленина 5 относится к маршруту № 3.",
)
REFUSAL = (
    "К сожалению, поставить лавку не можем: участок принадлежит частному собственнику.",
    "Лежачий полицейский здесь не предусмотрен, так как по ГОСТу уклон дороги слишком велик.",
    "В этом году сделать тротуар невозможно: в бюджете средств на него не предусмотрено.",
    "Управляющая компания не вправе спилить дерево без разрешения, согласно правилам благоустройства.",
    "Перенести остановку нельзя, поскольку рядом проходит газопровод и действует охранная зона.",
)
MOVED = (
    "Напишите нам, пожалуйста, в личные сообщения номер лицевого счёта.",
    "Здравствуйте! Ответили вам в личные сообщения.",
    "Просим направить фото и телефон в сообщения сообщества.",
    "Здравствуйте, разберёмся! Пришлите адрес в ЛС.",
    "Ждём ваш номер в личке.",
)
AUTO = (
    "Здравствуйте! Ваше обращение очень важно для нас, оператор ответит в рабочее время.",
    "Я чат-бот администрации. Выберите раздел: 1 — вода, 2 — дороги.",
    "Это автоматический ответ. Не отвечайте на него.",
    "Обращение зарегистрировано под № 77120. Срок рассмотрения до 30 дней.",
    "Ваше сообщение зарегистрировано. Ответ будет направлен в течение 30 дней.",
    "Ответ на ваш комментарий готовится. Это сообщение создано роботом.",
    "Спасибо за обращение! Среднее время ожидания ответа — 4 часа.",
    "Сообщение сформировано автоматически.",
)
NONE = (
    "С праздником, дорогие земляки!",
    "Спасибо вам за тёплые слова!",
    "Здоровья и благополучия вашей семье!",
    "❤️🙏",
    "[id12|Мария]",
    "[club77|Администрация], https://vk.com/wall-77_1",
    "",
    "Приносим извинения.",
    "Друзья, просим соблюдать взаимное уважение.",
)
TELLING = [
    *((text, AnswerClass.ACK) for text in ACK),
    *((text, AnswerClass.INTERIM) for text in INTERIM),
    *((text, AnswerClass.SUBSTANTIVE) for text in SUBSTANTIVE),
    *((text, AnswerClass.REFUSAL_WITH_REASON) for text in REFUSAL),
    *((text, AnswerClass.MOVED_TO_PRIVATE) for text in MOVED),
    *((text, AnswerClass.AUTO) for text in AUTO),
    *((text, AnswerClass.NONE) for text in NONE),
]


@pytest.mark.parametrize(("text", "expected"), TELLING)
def test_an_official_text_is_worth_what_it_gives_the_resident(text: str, expected: AnswerClass) -> None:
    answer_class, rule = classify_answer(text)

    assert answer_class is expected, f"decided by «{rule}»"


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("Передано в жилищную инспекцию.", "Передано в жилищную инспекцию, проверка пройдёт до 3 марта."),
        ("Снег уберём.", "Снег уберём завтра к 9:00."),
        ("Сделать пандус не можем.", "Сделать пандус не можем: крыльцо в собственности магазина, договор с ним не заключён."),
        ("Спасибо, мастер посмотрит.", "Спасибо, мастер посмотрел: насос заменили."),
        ("Ответ направлен в личные сообщения.", "Ответ направлен в личные сообщения. Дом включён в программу на 2027 год."),
        ("Взяли в работу в ближайшее время.", "Взяли в работу, сделаем в ближайшие дни."),
    ],
)
def test_a_few_words_more_turn_a_reply_that_does_not_count_into_one_that_does(weaker: str, stronger: str) -> None:
    counts = {AnswerClass.INTERIM, AnswerClass.SUBSTANTIVE, AnswerClass.REFUSAL_WITH_REASON}

    assert classify_answer(weaker)[0] not in counts
    assert classify_answer(stronger)[0] in counts


def test_a_sticker_answers_nobody() -> None:
    assert classify_answer("", ("sticker",)) == (AnswerClass.NONE, "no words")


def test_a_machine_that_promises_a_date_is_still_a_machine() -> None:
    text = "Ваше обращение очень важно для нас! Специалист ответит до 18:00."

    assert classify_answer(text) == (AnswerClass.AUTO, "is a phrase of a template")


def test_the_mention_and_the_greeting_change_nothing() -> None:
    plain, addressed = "Уточним.", "[id7|Пётр], здравствуйте! Уточним."

    assert classify_answer(addressed)[0] is classify_answer(plain)[0] is AnswerClass.ACK


def test_ё_and_capital_letters_change_nothing() -> None:
    assert classify_answer("УЧТЁМ") == classify_answer("учтем")


def test_rules_have_names_that_tell_them_apart() -> None:
    names = [rule.name for rule in ALL_RULES]

    assert len(names) == len(set(names))


def test_every_rule_is_explained_to_operators() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")

    assert not [rule.name for rule in ALL_RULES if f"| {rule.name} | {rule.answer_class} |" not in page]


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.name)
def test_no_pattern_repeats_without_a_bound(rule: object) -> None:
    patterns = [getattr(rule, name) for name in ("pattern", "also", "unless")]

    assert not [found for pattern in patterns if pattern is not None and (found := UNBOUNDED.search(pattern.pattern))]


@pytest.mark.parametrize(
    "piece",
    ["а", "а ", "до к до ", "в наши ", "заявка зарегистрирована ", "[id1|", "http://", "иванов иванович ", "спасибо за ", "а! ", "вывез"],
)
def test_a_long_text_of_any_make_is_read_in_no_time(piece: str) -> None:
    text = (piece * LONG)[:LONG]

    began = thread_time()
    for _ in range(20):
        classify_answer(text)

    assert thread_time() - began < 2, "of our own time: other work on the machine does not count"

"""What the town's bodies write to residents whom the corpus leaves without a reply: the duty phrases of a busy office."""

from app.domain.ready_text import NewReadyText
from connectors.sdk.emulation.town_scripts import CommentScript

DUTY_ANSWERS: tuple[tuple[str, str], ...] = (
    ("ack", "Здравствуйте! Спасибо за сигнал, уточним информацию и вернёмся с ответом."),
    ("ack", "Добрый день. Приняли, разбираемся."),
    ("ack", "Здравствуйте, подскажите, пожалуйста, точный адрес."),
    ("interim", "Добрый день! Заявка передана подрядчику, работы выполнят до конца недели."),
    ("interim", "Здравствуйте. Мастер участка выйдет по адресу завтра до 12:00, результат сообщим здесь."),
    ("interim", "Добрый день. Вопрос включён в план дежурной бригады, срок — до пятницы."),
    ("interim", "Здравствуйте! Направили в отдел благоустройства, они устранят замечание в течение трёх дней."),
    ("substantive", "Добрый день! Бригада выезжала сегодня утром, неисправность устранена. Если повторится, напишите нам."),
    ("substantive", "Здравствуйте. Причина — авария на сетях, ремонт завершён, подача восстановлена."),
    ("substantive", "Добрый день. Приём ведётся по вторникам и четвергам с 9 до 17, кабинет 12, запись по телефону регистратуры."),
    ("substantive", "Здравствуйте! Работы выполнены, территорию убрали, контейнеры заменили."),
    ("substantive", "Добрый день. Проверили: график движения восстановлен, перевозчику вынесено предписание."),
    (
        "refusal_with_reason",
        "Здравствуйте. Эта территория находится в частной собственности, поэтому вести там работы за счёт бюджета мы не вправе.",
    ),
    ("refusal_with_reason", "Добрый день. По закону перерасчёт возможен только по акту, а заявлений от собственников не поступало."),
    ("moved_to_private", "Здравствуйте! Ответили вам в личные сообщения сообщества."),
)


def duty_answer(number: int, to: CommentScript, place: int) -> CommentScript:
    """One of the phrases as the page's reply to a resident."""
    answer_class, text = DUTY_ANSWERS[place]
    return CommentScript(f"duty-{number}", "page", text, reply_to=to.id, answer=answer_class)


READY_TEXTS = (
    NewReadyText("Срок работ", "{имя}, здравствуйте! Передали в {ведомство}. Работы выполнят до {срок}, о результате напишем здесь."),
    NewReadyText("Вода: подвоз", "{имя}, здравствуйте! Аварию устраняют, воду вернут до конца дня. Подвоз воды идёт по графику.", "water"),
    NewReadyText("Свет: бригада выехала", "{имя}, здравствуйте! Бригада на месте, свет вернётся до 18:00.", "electricity"),
    NewReadyText("Принято", "{имя}, спасибо за сообщение! Передали в {ведомство}."),
)
"""What the operators of the town keep ready; the last one stops no clock, and the console says so."""

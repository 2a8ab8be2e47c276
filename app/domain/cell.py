"""What may stand in a cell of a file that people open in a spreadsheet: nothing that it would run, nothing that spoils the file."""

import re

LONGEST_CELL = 32_767
"""Characters in a cell of Excel, counted as UTF-16 does; of a longer one in a CSV the rest would become rows of its own."""
CUT = " […обрезано: в ячейке Excel не больше 32 767 знаков]"
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that XML forbids or advises against."""
FORMULA = "[=+\\-@＝＋－＠]"
RUN_AT_THE_START = re.compile(f"(?=[\t\r\n])|(?=[\\s\"'\u200b-\u200f\u2060\ufeff]*{FORMULA})")
RUN_FURTHER_ON = re.compile(f'(?<=[;,\t\n])(?="*{FORMULA})')
"""Where a program that takes another character for the separator would see a cell begin."""


def printable(text: str) -> str:
    """The text without control characters, its line ends as one character each."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def cut(text: str, longest: int = LONGEST_CELL) -> str:
    """The text, and where it is longer than a cell its beginning with a mark."""
    if len(text) <= longest // 2 or len(text.encode("utf-16-le")) // 2 <= longest:
        return text
    kept = text.encode("utf-16-le")[: 2 * (longest - len(CUT))]
    return kept.decode("utf-16-le", errors="ignore") + CUT


def defused(text: str) -> str:
    """The text as CSV may carry it: an apostrophe stands before whatever a spreadsheet would take for the beginning of a formula."""
    if RUN_AT_THE_START.match(text):
        text = f"'{text}"
    return RUN_FURTHER_ON.sub("'", text)


def csv_cell(text: str) -> str:
    """A text as a cell of CSV."""
    return cut(defused(printable(text)))


def xlsx_cell(text: str) -> str:
    """A text as a cell of XLSX, where a string is never run."""
    return cut(printable(text))

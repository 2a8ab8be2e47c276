"""Which writer makes which file."""

from collections.abc import Mapping

from app.exports.csv_file import CsvFile
from app.exports.table import FileFormat
from app.exports.xlsx_file import XlsxFile

TableFile = CsvFile | XlsxFile
FILES: Mapping[FileFormat, type[CsvFile] | type[XlsxFile]] = {FileFormat.CSV: CsvFile, FileFormat.XLSX: XlsxFile}

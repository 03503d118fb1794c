"""Workbooks: rows of cells from Excel's .xlsx and from Parquet, as text."""

import io
from datetime import datetime
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from vizopt.train.problems.cells import composed
from vizopt.train.problems.index import Row
from vizopt.train.problems.sources import MAX_TABLE_BYTES, check_length

EXCEL, PARQUET = b"PK\x03\x04", b"PAR1"


class Sheet(NamedTuple):
    rows: list[Row]  # that are not empty; the first holds the names where `named`
    named: bool  # whether names are known to be there
    notes: list[str]  # what was taken for what


def sheet_of(path: str, raw: bytes) -> Sheet | None:
    """The rows of a workbook; None where the file is none.

    Raises:
        ValueError: damaged, too large, or the package that reads it is not installed.
    """
    if raw.startswith(PARQUET):
        return _parquet(path, raw)
    return _excel(path, raw) if raw.startswith(EXCEL) and _is_workbook(raw) else None


def _is_workbook(raw: bytes) -> bool:
    try:
        with ZipFile(io.BytesIO(raw)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except BadZipFile:
        return False


def _excel(path: str, raw: bytes) -> Sheet:
    """The first sheet that has cells; formulas are what they came to when it was saved."""
    with ZipFile(io.BytesIO(raw)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_TABLE_BYTES:
            raise ValueError(
                f"{path}: unpacks to more than {MAX_TABLE_BYTES / 1e6:g} MB: save it as CSV"
            )
    try:
        from openpyxl import load_workbook
    except ModuleNotFoundError as error:
        raise ValueError(f"{path}: {_install('an Excel workbook', 'openpyxl')}") from error
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        sheets = book.worksheets
        for sheet in sheets:
            rows = _filled(path, sheet.iter_rows(values_only=True))
            if rows:
                several = f'sheet "{sheet.title}" of {len(sheets)}' if len(sheets) > 1 else ""
                return Sheet(rows, False, [several] if several else [])
    except ValueError:
        raise
    except Exception as error:  # of an XML parser, a ZIP archive, a type: whatever is damaged
        raise ValueError(f"{path}: is a damaged workbook: save it as CSV") from error
    raise ValueError(f"{path}: is empty")


def _parquet(path: str, raw: bytes) -> Sheet:
    try:
        from pyarrow import ArrowException, BufferReader
        from pyarrow.parquet import ParquetFile
    except ModuleNotFoundError as error:
        raise ValueError(f"{path}: {_install('a Parquet file', 'pyarrow')}") from error
    try:
        file = ParquetFile(BufferReader(raw))
        check_length(path, file.metadata.num_rows)
        table = file.read()
    except (ArrowException, OSError) as error:
        raise ValueError(f"{path}: is a damaged Parquet file") from error
    columns = list(dict.fromkeys([*_row_labels(table), *table.column_names]))
    rows = zip(*(table[column].to_pylist() for column in columns), strict=True)
    return Sheet([(1, list(map(_name, columns))), *_filled(path, rows, 2)], True, [])


def _row_labels(table: Any) -> list[str]:
    """The columns with pandas' row labels, which it writes behind the others."""
    known = table.schema.pandas_metadata or {}
    labels = [name for name in known.get("index_columns", []) if isinstance(name, str)]
    return [name for name in labels if name in table.column_names]


def _name(column: str) -> str:
    """A column's name; the one that pandas gives to row labels without a name is none."""
    return "" if column.startswith("__index_level_") else composed(column)


def _filled(path: str, rows: Any, first: int = 1) -> list[Row]:
    """The rows with a value, by their number in the file; columns behind the last value go."""
    found: list[Row] = []
    for line, cells in enumerate(rows, first):
        check_length(path, line)
        texts = [_text(cell) for cell in cells]
        if any(texts):
            found.append((line, texts))
    width = max((i + 1 for _, cells in found for i, cell in enumerate(cells) if cell), default=0)
    return [(line, (cells + [""] * width)[:width]) for line, cells in found]


def _text(cell: Any) -> str:
    """A cell as it would stand in a text table: 3.0 that a workbook keeps for 3 is 3."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace").strip()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return composed(str(cell).strip())


def _install(what: str, package: str) -> str:
    return f'is {what}: pip install {package} (or "vizopt[tables]") reads it; or save it as CSV'

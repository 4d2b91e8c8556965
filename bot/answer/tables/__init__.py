"""Tables as answers: which rows a question asks for, and whether they hold what it asks.

In: a question and the tables of what was read. Out: rows, their header and the lines that quote them. Not known here:
other kinds of answer.
"""

from bot.answer.tables.lines import Rows, rows_of, table_line, with_tables, without_other_rows

__all__ = ["Rows", "rows_of", "table_line", "with_tables", "without_other_rows"]

"""CREATE OR REPLACE TABLE … CLONE replaces, and IF NOT EXISTS does not mind.

fakesnow turns a CLONE into CREATE TABLE … AS SELECT and forgets both: where the table existed, the statement failed.
"""

from collections.abc import Callable

from fakesnow import transforms
from sqlglot import Expr

from local_snowflake.corrections.replacing import replace


def apply() -> None:
    """Correct what becomes of a CLONE."""
    replace(transforms, "create_clone", ["expression"], _keeping_what_was_asked_for)


def _keeping_what_was_asked_for(create_clone: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    def create(expression: Expr) -> Expr:
        made = create_clone(expression)
        if made is not expression:
            for name in ("replace", "exists"):
                made.set(name, expression.args.get(name))
        return made

    return create

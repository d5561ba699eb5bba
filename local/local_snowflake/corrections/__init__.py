"""Where fakesnow answers otherwise than Snowflake does, and the difference would mislead: one module each.

And where it answers right, but slowly: `economy`, `extracting` and `copying`.

Every correction wraps one function of fakesnow and says which parameters it expects there. Another fakesnow, whose
function looks different, is refused at the start, before it can do the wrong thing quietly.
"""

from functools import cache

from local_snowflake.corrections import (
    arrow_results,
    clones,
    copy_options,
    copying,
    created_on,
    economy,
    errors,
    extracting,
    flattening,
    merge,
    stages,
    timestamps,
    transactions,
    views,
)


@cache
def apply() -> None:
    """Correct fakesnow for this process. Raises UnexpectedFakesnow if it is not one that we know."""
    economy.apply()
    arrow_results.apply()
    timestamps.apply()
    copy_options.apply()
    copying.apply()
    clones.apply()
    stages.apply()
    created_on.apply()
    views.apply()
    flattening.apply()
    transactions.apply()
    merge.apply()  # after transactions: the helper table of a MERGE is not the user's DDL
    extracting.apply()  # and before it that table is made
    errors.apply()  # last, to see what every other correction lets through

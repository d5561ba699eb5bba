"""COPY INTO … FORCE = FALSE and PURGE = FALSE mean no.

fakesnow looks only whether the option is named: rows were loaded twice, files deleted.
"""

from collections.abc import Callable
from typing import Any

from fakesnow import copy_into
from sqlglot import exp

from local_snowflake.corrections.replacing import replace

_SWITCHES = ("FORCE", "PURGE")
_PARAMETERS = ["expr", "params", "duck_conn", "current_database", "current_schema"]


def apply() -> None:
    """Correct how the options of COPY INTO are read."""
    replace(copy_into, "_params", _PARAMETERS, _heeding_false)


def _heeding_false(read: Callable[..., Any]) -> Callable[..., Any]:
    def _params(expr: exp.Copy, *args: Any, **kwargs: Any) -> Any:
        options = read(expr, *args, **kwargs)
        for option in expr.args.get("params", []):
            name = option.this.name.upper()
            if name in _SWITCHES and str(option.args.get("expression")).upper() == "FALSE":
                setattr(options, name.lower(), False)
        return options

    return _params

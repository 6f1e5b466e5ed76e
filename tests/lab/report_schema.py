"""The JSON report's schema, checker/mxdane.schema.json (2020-12), for tests.

A report of mxdane is held against it with python3-jsonschema. Where there is
none, why_not() says so and nothing is held against anything.
"""

import functools
import json
import os
import pathlib
import threading

ROOT = pathlib.Path(os.environ.get("srcdir")
                    or pathlib.Path(__file__).resolve().parent.parent.parent)
FILE = "checker/mxdane.schema.json"

try:
    import jsonschema
    VALIDATOR = getattr(jsonschema, "Draft202012Validator", None)
except ImportError:
    VALIDATOR = None

# Older versions keep the place in the schema that they are at.
_one_at_a_time = threading.Lock()


def why_not() -> str:
    """Why reports cannot be held against the schema here; "" if they can."""
    return "" if VALIDATOR else "there is no python3-jsonschema from 4.0 on"


@functools.cache
def schema() -> dict:
    return json.loads((ROOT / FILE).read_text(encoding="utf-8"))


@functools.cache
def _validator(definition: str):
    if not definition:
        return VALIDATOR(schema())
    return VALIDATOR({"$ref": f"#/$defs/{definition}",
                      "$defs": schema()["$defs"]})


def complaints(report, definition: str = "") -> list[str]:
    """What in the report is not as the schema says, where that can be told.

    Or as one of its definitions does.
    """
    if why_not():
        return []
    with _one_at_a_time:
        return [f"{FILE}: {error.json_path}: {error.message}"
                for error in _validator(definition).iter_errors(report)]

"""Random domains as cases of the lab: what a fault that is found becomes."""

import json

from case import Case


def value(of) -> str:
    """In TOML, on one line."""
    if isinstance(of, bool):
        return str(of).lower()
    if isinstance(of, dict):
        pairs = [f"{key(name)} = {value(each)}" for name, each in of.items()]
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(of, (list, tuple)):
        return "[" + ", ".join(map(value, of)) + "]"
    return json.dumps(of)


def key(name: str) -> str:
    plain = name.replace("-", "").replace("_", "").isalnum()
    return name if plain else json.dumps(name)


def case(of: Case, table: dict) -> str:
    """A table for a file of tests/lab/cases; the verdict is the model's."""
    lines = [f"[{of.name}]", f"shows = {value(table['shows'])}",
             f"zone = {value(table['zone'])}",
             "dns = '''\n" + table["dns"] + "'''"]
    for what in "server", "certificate", "answers":
        for name, each in table.get(what, {}).items():
            lines.append(f"{what}.{key(name)} = {value(each)}")
    lines.append(f"expect.verdict = {value(of.expect.verdict)}")
    return "\n".join(lines) + "\n"

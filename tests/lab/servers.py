"""The name servers that zones of the lab can have: names and addresses."""

import dataclasses

TOP = "example."

CHILDREN, SCRIPTED, BEHIND, SECOND, WITHOUT_TCP, DEAF_TO_TCP = (
    f"198.18.0.{number}" for number in (3, 4, 6, 9, 10, 11))
# Where NSD has the same zones once more: nobody's own network but in the lab;
# one for that machine's own network alone; and in IPv6.
OPEN, PRIVATE, SIX = "198.17.0.3", "10.0.0.1", "fd00:25:0:53::3"
# NSD is at these, too, so that a zone can have many name servers.
CROWD = [f"198.19.0.{number}" for number in range(1, 71)]
LOOPBACK = "127.0.0.53"             # nobody
CLOSED6 = "fd00:25:0:53::4"         # nobody at port 53
NO_ROUTE6 = "fd00:25:0:53::5"       # nobody, and no way there


@dataclasses.dataclass(frozen=True)
class Place:
    """A name server, as it is published."""

    name: str                       # absolute
    addresses: tuple[str, ...] = ()
    alias: str = ""                 # the name of another server


def _place(key: str, *addresses: str, alias: str = "") -> Place:
    return Place(f"{key}.{TOP}", addresses, alias)


# By what zones.toml calls them. Those whose names are not below TOP have their
# addresses in the root zone, where they can be had without --allow-reserved.
SERVERS = {
    "children": _place("children", CHILDREN),
    "scripted": _place("scripted", SCRIPTED),
    "second": _place("second", SECOND),
    "behind": _place("behind", BEHIND),
    "without-tcp": _place("without-tcp", WITHOUT_TCP),
    "deaf-to-tcp": _place("deaf-to-tcp", DEAF_TO_TCP),
    "alias": _place("alias", alias=f"second.{TOP}"),
    "nowhere": _place("nowhere"),
    "both": _place("both", CHILDREN, SIX),
    "closed-6": _place("closed-6", CHILDREN, CLOSED6),
    "no-route-6": _place("no-route-6", CHILDREN, NO_ROUTE6),
    "open": Place("open.", (OPEN,)),
    "loopback": Place("loopback.", (LOOPBACK,)),
    "private": Place("private.", (PRIVATE,)),
}
# Where NSD is; where names.py has servers, and what becomes of TCP there; and
# all addresses that this machine has.
NSD = [CHILDREN, OPEN, PRIVATE, SIX, *CROWD]
STREAMS = {SCRIPTED: "answers", SECOND: "answers", WITHOUT_TCP: "closed",
           DEAF_TO_TCP: "silent"}
HERE = [*NSD, BEHIND, *STREAMS, CLOSED6]


def records(server: Place) -> list[tuple[str, str]]:
    """What is published of it: type and data."""
    if server.alias:
        return [("CNAME", server.alias)]
    return [("AAAA" if ":" in address else "A", address)
            for address in server.addresses]

"""The functions of HCL that atlas.hcl files use. Each takes the folder of the file first."""

from __future__ import annotations

import base64
import csv
import datetime
import io
import itertools
import json
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, quote_plus, urlencode, urlsplit

Function = Callable[..., Any]


class HclValueError(Exception):
    """A function or an operator was given what it does not take."""


def as_text(value: Any) -> str:
    """A value as HCL writes it into a text.

    Raises:
        HclValueError: it is a list, a map or nothing.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float):
        return str(value)
    kind = "null" if value is None else "a map" if isinstance(value, dict) else f"a {type(value).__name__}"
    raise HclValueError(f"{kind} is not a text")


def _pure(function: Function) -> Function:
    """A function that does not need the folder."""
    return lambda _folder, *arguments: function(*arguments)


def _flatten(value: Iterable[Any]) -> list[Any]:
    return [leaf for each in value for leaf in (_flatten(each) if isinstance(each, list) else [each])]


def _distinct(value: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for each in value:
        if each not in found:
            found.append(each)
    return found


def _to_set(value: Iterable[Any]) -> list[Any]:
    return sorted(_distinct(value), key=as_text)


def _coalesce(*values: Any) -> Any:
    for value in values:
        if value is not None and value != "":
            return value
    raise HclValueError("all arguments are null or empty")


def _coalesce_list(*values: list[Any]) -> list[Any]:
    return next((value for value in values if value), [])


def _merge(*maps: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for each in maps for key, value in (each or {}).items()}


def _lookup(map: Mapping[str, Any], key: str, *default: Any) -> Any:
    if key in map:
        return map[key]
    if not default:
        raise HclValueError(f"there is no {key!r}, and no default is given")
    return default[0]


def _element(value: list[Any], index: int) -> Any:
    if not value:
        raise HclValueError("the list is empty")
    return value[index % len(value)]


def _range(*given: int) -> list[int]:
    return list(range(*given))


def _format(text: str, *values: Any) -> str:
    """printf as in Go: %s %d %v %q %t %f %x and widths."""
    left = list(values)

    def fill(match: re.Match[str]) -> str:
        flags, verb = match[1], match[2]
        if verb == "%":
            return "%"
        if not left:
            raise HclValueError("there are fewer arguments than verbs")
        value = left.pop(0)
        if verb in "sv":
            shown = value if isinstance(value, str) else json.dumps(value) if verb == "v" else as_text(value)
            return f"%{flags}s" % shown
        if verb in "qt":
            return json.dumps(value)
        return str(f"%{flags}{verb}" % value)

    result = re.sub(r"%([-+ 0#]*\d*(?:\.\d+)?)([a-zA-Z%])", fill, text)
    if left:
        raise HclValueError("there are more arguments than verbs")
    return result


def _regex_result(match: re.Match[str]) -> Any:
    return match.groupdict() or list(match.groups()) or match[0]


def _regex(pattern: str, text: str) -> Any:
    found = re.search(pattern, text)
    if not found:
        raise HclValueError(f"nothing matches {pattern!r}")
    return _regex_result(found)


def _regex_all(pattern: str, text: str) -> list[Any]:
    return [_regex_result(found) for found in re.finditer(pattern, text)]


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return str(re.sub(old[1:-1], re.sub(r"\$(\d+)", r"\\\1", new), text))
    return str(text.replace(old, new))


def _substr(text: str, offset: int, length: int) -> str:
    start = offset % len(text) if offset < 0 else offset
    return text[start:] if length < 0 else text[start : start + length]


def _unsplit(parts: SplitResult) -> str:
    """A URL; unlike urllib's, with the slashes of `postgres:///database`."""
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}{query}"


def _url_set_path(url: str, path: str) -> str:
    return _unsplit(urlsplit(url)._replace(path="/" + path.lstrip("/")))


def _url_query_set(url: str, key: str, value: str) -> str:
    split = urlsplit(url)
    kept = [(name, each) for name, each in parse_qsl(split.query, keep_blank_values=True) if name != key]
    return _unsplit(split._replace(query=urlencode(sorted([*kept, (key, value)]))))


def _url_user_info(url: str, user: str, password: str | None = None) -> str:
    split = urlsplit(url)
    given = quote(user, safe="") + ("" if password is None else ":" + quote(password, safe=""))
    return _unsplit(split._replace(netloc=f"{given}@{split.netloc.rpartition('@')[2]}"))


def _json_decode(text: str) -> Any:
    return json.loads(text)


def _json_encode(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def _csv_decode(text: str) -> list[dict[str, str]]:
    return [dict(row) for row in csv.DictReader(io.StringIO(text))]


def _to_number(value: Any) -> int | float:
    number = float(value)
    return int(number) if number.is_integer() else number


def _to_bool(value: Any) -> bool:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise HclValueError(f"{value!r} is neither true nor false")


def _chunk(value: list[Any], size: int) -> list[list[Any]]:
    return [value[start : start + size] for start in range(0, len(value), size)]


def _timestamp() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _file(folder: Path, name: str) -> str:
    return (folder / name).expanduser().read_text(encoding="utf-8")


def _glob(folder: Path, *patterns: str) -> list[str]:
    import glob

    return sorted(name for each in patterns for name in glob.glob(each, root_dir=folder, recursive=True))


def _fileset(folder: Path, *given: str) -> list[str]:
    """`fileset(pattern)` or `fileset(folder, pattern)`: the files, no folders."""
    base = folder / given[0] if len(given) == 2 else folder
    return [name for name in _glob(base, given[-1]) if (base / name).is_file()]


_TEXTS: Mapping[str, Function] = {
    "endswith": lambda text, end: text.endswith(end),
    "format": _format,
    "formatlist": lambda text, *lists: [_format(text, *row) for row in zip(*lists, strict=True)],
    "indent": lambda count, text: text.replace("\n", "\n" + " " * count),
    "join": lambda separator, *lists: separator.join(as_text(each) for one in lists for each in one),
    "lower": lambda text: text.lower(),
    "regex": _regex,
    "regexall": _regex_all,
    "replace": _replace,
    "split": lambda separator, text: text.split(separator) if separator else list(text),
    "startswith": lambda text, start: text.startswith(start),
    "strcontains": lambda text, part: part in text,
    "strlen": len,
    "strrev": lambda text: text[::-1],
    "substr": _substr,
    "title": lambda text: text.title(),
    "trim": lambda text, characters: text.strip(characters),
    "trimprefix": lambda text, start: text.removeprefix(start),
    "trimspace": lambda text: text.strip(),
    "trimsuffix": lambda text, end: text.removesuffix(end),
    "upper": lambda text: text.upper(),
}
_COLLECTIONS: Mapping[str, Function] = {
    "chunklist": _chunk,
    "coalesce": _coalesce,
    "coalescelist": _coalesce_list,
    "compact": lambda value: [each for each in value if each],
    "concat": lambda *lists: [each for one in lists for each in one],
    "contains": lambda value, each: each in value,
    "distinct": _distinct,
    "element": _element,
    "flatten": _flatten,
    "index": lambda value, each: value.index(each),
    "keys": sorted,
    "length": len,
    "lookup": _lookup,
    "max": max,
    "merge": _merge,
    "min": min,
    "range": _range,
    "reverse": lambda value: value[::-1],
    "setunion": lambda *sets: _to_set(itertools.chain(*sets)),
    "slice": lambda value, start, end: value[start:end],
    "sort": sorted,
    "sum": sum,
    "values": lambda map: [map[key] for key in sorted(map)],
    "zipmap": lambda keys, values: dict(zip(keys, values, strict=True)),
}
_CONVERSIONS: Mapping[str, Function] = {
    "abs": abs,
    "base64decode": lambda text: base64.b64decode(text, validate=True).decode(),
    "base64encode": lambda text: base64.b64encode(text.encode()).decode(),
    "ceil": math.ceil,
    "csvdecode": _csv_decode,
    "floor": math.floor,
    "jsondecode": _json_decode,
    "jsonencode": _json_encode,
    "timestamp": _timestamp,
    "tobool": _to_bool,
    "tolist": list,
    "tomap": dict,
    "tonumber": _to_number,
    "toset": _to_set,
    "tostring": as_text,
    "urlescape": quote_plus,
    "urlqueryset": _url_query_set,
    "urlsetpath": _url_set_path,
    "urluserinfo": _url_user_info,
}
_HERE: Mapping[str, Function] = {
    "abspath": lambda folder, name: str((folder / name).absolute()),
    "basename": lambda _, name: os.path.basename(name),
    "can": lambda _: None,  # can and try are evaluated where their arguments may fail
    "dirname": lambda _, name: os.path.dirname(name),
    "file": _file,
    "fileset": _fileset,
    "getenv": lambda _, name: os.environ.get(name, ""),
    "glob": _glob,
    "try": lambda _: None,
}
FUNCTIONS: Mapping[str, Function] = {
    **{name: _pure(function) for name, function in {**_TEXTS, **_COLLECTIONS, **_CONVERSIONS}.items()},
    **_HERE,
}

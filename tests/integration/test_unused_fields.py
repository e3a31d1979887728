"""What a person is told after indexing of fields that hold something and were not used."""

import json
from typing import Any

BODY = "The minister of trade resigned after a row over steel prices, the government said."


def test_unused_fields_are_told_once_a_file(cli: Any, tmp_path: Any) -> None:
    table = f'text,pubdatum,kicker\n"{BODY} One.",27.01.2016,Steel\n"{BODY} Two.",28.01.2016,Steel\n'
    (tmp_path / "a.csv").write_text(table)
    for name in ("b.json", "c.json"):
        (tmp_path / name).write_text(json.dumps({"id": name, "text": f"{BODY} {name}", "desk\x1b[31m": "x"}))
    told = cli("index", "a.csv", "b.json", "c.json")
    assert told.stdout.splitlines()[1:3] == [
        "  fields not used: pubdatum, kicker, in a.csv; use one with --field published=pubdatum",
        "  fields not used: desk[31m, in 2 files, such as b.json",
    ]
    again = json.loads(cli("index", "a.csv", "b.json", "c.json", "--json").stdout)
    assert again["fields_not_used"] == [
        {"origin": "a.csv", "names": ["pubdatum", "kicker"], "resembles": {"pubdatum": "published"}},
        {"origin": "b.json", "names": ["desk[31m"], "resembles": {}},
        {"origin": "c.json", "names": ["desk[31m"], "resembles": {}},
    ]
    used = cli("index", "a.csv", "--field", "published=pubdatum")
    assert used.stdout.splitlines()[1] == "  fields not used: kicker, in a.csv"

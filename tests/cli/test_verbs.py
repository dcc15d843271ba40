"""A newcomer's way through every verb, on tables that no one prepared, from another folder than the repository."""

import json
import sys

import numpy as np
import pytest

from tamis.cli import main

VERBS = ("new", "check", "train", "evaluate", "recommend", "explain")


def call(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["tamis", *map(str, words)])
    code = 0
    try:
        main()
    except SystemExit as leaving:
        code = leaving.code or 0
    out, err = capsys.readouterr()
    return code, out, err


def write_tables(folder, n=2500):
    rng = np.random.default_rng(0)
    taste = rng.integers(0, 2, 80)
    user = rng.integers(0, 80, n)
    item = (rng.zipf(1.4, n) - 1) % 30 * 2 + np.where(rng.random(n) < 0.9, taste[user], 1 - taste[user])
    at = np.datetime64("2024-01-01T00:00:00") + np.sort(rng.integers(0, 90 * 86_400, n)).astype("timedelta64[s]")
    kind = np.where(rng.random(n) < 0.4, "purchase", "view")
    lines = [f"{u},{i},{t}Z,{k}" for u, i, t, k in zip(user, item, at, kind)]
    (folder / "events.csv").write_text("user_id,item_id,timestamp,event\n" + "\n".join(lines) + "\n")
    items = [f'{i},"Thing, no {i}",{"even" if i % 2 == 0 else "odd"}' for i in range(62)]
    (folder / "items.csv").write_text("item_id,title,category\n" + "\n".join(items) + "\n")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    patch = pytest.MonkeyPatch()
    patch.chdir(folder)
    patch.setattr(sys, "argv", ["tamis", "new", "shop"])
    main()
    write_tables(folder / "shop")
    patch.undo()
    return folder / "shop" / "shop.py"


def test_new_writes_a_file_that_python_reads_and_never_overwrites(shop, monkeypatch, capsys):
    compile(shop.read_text(), str(shop), "exec")
    monkeypatch.chdir(shop.parent.parent)
    code, _, err = call(monkeypatch, capsys, "new", "shop")
    assert code == 2 and "exists already" in err and err.count("\n") == 1
    code, _, err = call(monkeypatch, capsys, "new", "../shop")
    assert code == 2 and "is no name" in err


def test_the_whole_way(shop, monkeypatch, capsys):
    code, out, err = call(monkeypatch, capsys, "recommend", shop, "--new")
    assert code == 2 and "nothing has been trained yet" in err and "tamis train" in err
    code, out, _ = call(monkeypatch, capsys, "check", shop, "--json")
    found = json.loads(out)
    assert (
        code == 0
        and found["problems"] == []
        and {t["table"]: t["rows_out"] for t in found["tables"]}
        == {
            "items": 62,
            "events": 2500,
        }
    )
    report = shop.parent / "report.html"
    code, out, _ = call(monkeypatch, capsys, "evaluate", shop, "--json", "--report", report)
    facts = json.loads(out)
    chosen = {row["name"]: row["metrics"][facts["chosen"]]["mean"] for row in facts["rows"]}
    assert code == 0 and chosen["shop"] > chosen["random"] and report.read_text().startswith("<!doctype html>")
    code, out, _ = call(monkeypatch, capsys, "train", shop, "--json")
    assert code == 0 and json.loads(out)["items"] == 62
    code, out, _ = call(monkeypatch, capsys, "recommend", shop, "--user", "3", "--json")
    page = json.loads(out)
    assert code == 0 and [i["position"] for i in page["items"]] == list(range(1, len(page["items"]) + 1))
    assert len({i["id"] for i in page["items"]}) == len(page["items"]) > 5 and page["degraded"] == []
    assert all(i["title"].startswith("Thing, no ") and i["reason"] for i in page["items"])
    again = json.loads(call(monkeypatch, capsys, "recommend", shop, "--user", "3", "--json")[1])
    assert [i["id"] for i in again["items"]] == [i["id"] for i in page["items"]]
    code, out, _ = call(monkeypatch, capsys, "recommend", shop, "--new", "--show", "5")
    assert code == 0 and "a new person" in out
    code, out, _ = call(monkeypatch, capsys, "explain", shop, "--user", "3", "--item", page["items"][0]["id"], "--json")
    told = json.loads(out)
    assert code == 0 and told["position"] == 1 and told["sources"]
    code, out, _ = call(monkeypatch, capsys, "explain", shop, "--user", "3", "--item", page["items"][-1]["id"])
    assert code == 0 and f"at place {len(page['items'])}" in out and "retrieved   by" in out


def test_unknown_ids_and_times_are_told_in_one_line(shop, monkeypatch, capsys):
    call(monkeypatch, capsys, "train", shop, "--json")
    for words, expected in (
        (("recommend", shop, "--user", "333"), "no user_id has this id"),
        (("explain", shop, "--user", "3", "--item", "9x"), "no item_id has this id"),
        (("recommend", shop, "--user", "3", "--at", "yesterday"), "is no time"),
        (("recommend", shop), "whose page?"),
        (("recommend", shop, "--new", "--show", "0"), "--show"),
        (("train", shop.with_name("shp.py")), "Did you mean 'shop.py'"),
        (("train", shop, "--system", "shopp"), "Did you mean 'shop'"),
        (("recomend", shop), "recomend"),
    ):
        code, _, err = call(monkeypatch, capsys, *words)
        assert code == 2 and expected in err, (words, err)
        assert err.strip().count("\n") == 0 and "Traceback" not in err


def test_a_damaged_snapshot_is_refused(shop, monkeypatch, capsys):
    call(monkeypatch, capsys, "train", shop, "--json")
    folder = shop.with_suffix(".tamis") / "shop"
    victim = next(p for p in sorted(folder.rglob("*.npy")))
    data = bytearray(victim.read_bytes())
    data[-1] ^= 1
    victim.write_bytes(bytes(data))
    code, _, err = call(monkeypatch, capsys, "recommend", shop, "--new")
    assert code == 2 and "missing or damaged" in err and "train again" in err


def test_a_changed_declaration_is_not_served_with_the_old_training(shop, monkeypatch, capsys):
    call(monkeypatch, capsys, "train", shop, "--json")
    text = shop.read_text()
    try:
        shop.write_text(text.replace("show=20", "show=10"))
        code, _, err = call(monkeypatch, capsys, "recommend", shop, "--new")
    finally:
        shop.write_text(text)
    assert code == 2 and "was changed since it was trained" in err


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb, monkeypatch, capsys):
    code, out, _ = call(monkeypatch, capsys, verb, "--help")
    assert code == 0 and f"Example: tamis {verb}" in out


def test_help_names_every_verb(monkeypatch, capsys):
    code, out, _ = call(monkeypatch, capsys, "--help")
    assert code == 0
    for verb in VERBS:
        assert f"\n  {verb} " in out

"""Bad input through the command line: one line that says what, where, what is allowed, what was got and what is next.

Exit code 2 where nothing can be done before it is mended; a report line (and 0 or 1) where bad rows are set aside.
"""

import datetime
import json

import numpy as np
import pytest

from tests.systems.running import tamis

SYSTEM = '''"""A shop."""
import tamis as tm
from tamis.models import LambdaMART
from tamis.stages.filter import NotSeen
from tamis.stages.retrieve import ItemToItem, Popular

items = tm.Entity("items.csv", id="item_id", title=tm.Text())
people = tm.Entity("people.csv", id="user_id")
ratings = tm.Events("ratings.csv", user=people, item=items, at="timestamp", value="rating")
loved = ratings.where(value=tm.at_least(4))
shop = tm.Funnel(
    "shop",
    objective=tm.Maximize(loved),
    retrieve=[ItemToItem(loved), Popular(loved)],
    filter=[NotSeen(ratings)],
    judge=tm.Judge(LambdaMART(trees=10, threads=1), features=[loved.count(per=items)]),
    show=5,
)
plan = tm.RowPlan(windows=(0.7,))
'''
N_ITEMS = 15
START = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


def good_rows():
    """Return 300 ratings of 40 people: the even love the first half of the items, the odd the second."""
    random = np.random.default_rng(0)
    user = random.integers(0, 40, 300)
    item = (random.random(300) ** 2 * 7).astype(int) + 7 * (user % 2)
    stars = random.integers(3, 6, 300)
    return [
        {
            "user_id": f"u{u:02d}",
            "item_id": f"i{i:02d}",
            "rating": str(s),
            "timestamp": (START + datetime.timedelta(hours=8 * n)).isoformat(),
        }
        for n, (u, i, s) in enumerate(zip(user, item, stars))
    ]


def csv(path, rows, header=None):
    header = header or list(rows[0])
    lines = [",".join(header), *[",".join(row[c] for c in header) for row in rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


class Shop:
    """A folder with a system file and its tables, to be spoilt."""

    def __init__(self, folder):
        self.folder, self.file = folder, folder / "shop.py"
        self.file.write_text(SYSTEM, encoding="utf-8")
        csv(folder / "items.csv", [{"item_id": f"i{i:02d}", "title": f"Thing {i}"} for i in range(N_ITEMS)])
        csv(folder / "people.csv", [{"user_id": f"u{u:02d}"} for u in range(41)])
        self.ratings(good_rows())

    def ratings(self, rows, header=None):
        csv(self.folder / "ratings.csv", rows, header)

    def spoil(self, column, value, rows=range(5)):
        """Give some ratings another value in a column."""
        spoilt = good_rows()
        for row in rows:
            spoilt[row][column] = value
        self.ratings(spoilt)

    def replace(self, old, new):
        text = self.file.read_text(encoding="utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, verb, *words):
        return tamis(verb, self.file, *words)

    def refuses(self, verb, *words, told):
        """Run a command that must refuse: one line that has all of `told`, code 2, and nothing left on disk."""
        before = sorted(p for p in self.folder.rglob("*") if "__pycache__" not in p.parts)
        ran = self.run(verb, *words)
        assert ran.code == 2, ran
        line = ran.err.strip()
        assert line.startswith("tamis: ") and "\n" not in line, ran.err
        assert "Traceback" not in ran.out + ran.err
        assert [word for word in told if word not in line] == [], line
        assert sorted(p for p in self.folder.rglob("*") if "__pycache__" not in p.parts) == before
        return line

    def sets_aside(self, told, code=0, removed=0):
        """Check that `tamis check` reports, and that training goes on without the bad rows."""
        ran = self.run("check")
        assert ran.code == code and ran.err == "", ran
        assert [word for word in told if word not in ran.out] == [], ran.out
        assert f"{300 - removed} out" in ran.out or f"300 rows in, {300 - removed} out" in ran.out, ran.out
        trained = self.run("train", "--json")
        assert trained.code == 0, trained.err
        return ran.out, json.loads(trained.out)


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


def test_the_good_shop_works(shop):
    out, facts = shop.sets_aside(["all checks passed"])
    assert "note" not in out
    assert facts["users"] == 41 and facts["items"] == N_ITEMS
    assert shop.run("recommend", "--user", "u00").code == 0


@pytest.mark.parametrize("verb", ["check", "train", "evaluate"])
def test_a_missing_column(shop, verb):
    rows = [{"userid" if c == "user_id" else c: v for c, v in row.items()} for row in good_rows()]
    shop.ratings(rows)
    line = shop.refuses(verb, told=["there is no column `user_id`", "ratings", "Allowed: userid, item_id, rating"])
    assert "Did you mean 'userid'?" in line


def test_a_missing_table(shop):
    (shop.folder / "ratings.csv").rename(shop.folder / "rating.csv")
    told = ["the file does not exist", "ratings.csv", "Did you mean 'rating.csv'?", "Next: look in"]
    shop.refuses("check", told=told)


@pytest.mark.parametrize("verb", ["check", "train"])
def test_a_column_of_a_wrong_type(shop, verb):
    shop.spoil("timestamp", "yesterday", range(300))
    told = ["column `timestamp` has no value that is a time", "ratings", "Allowed: times, dates", "Got: 'yesterday'"]
    shop.refuses(verb, told=told)


def test_ids_that_are_fractions(shop):
    shop.ratings([{**row, "item_id": f"{n}.5"} for n, row in enumerate(good_rows())])
    shop.refuses("check", told=["column `item_id` holds fractions, so it is no id", "ratings", "Got: 300"])


def test_an_unknown_user(shop):
    shop.run("train")
    told = ["no user_id has this id", "Allowed: one of 41 ids", "Got: 'u0O'", "Did you mean 'u40'?"]
    shop.refuses("recommend", "--user", "u0O", told=told)


def test_an_unknown_item(shop):
    shop.run("train")
    told = ["no item_id has this id", "Allowed: one of 15 ids", "Got: 'j01'", "Did you mean 'i01'?"]
    shop.refuses("explain", "--user", "u01", "--item", "j01", told=told)
    shop.refuses("recommend", "--item", "j01", told=told)


@pytest.mark.parametrize("table", ["ratings", "items"])
def test_an_empty_table(shop, table):
    path = shop.folder / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    told = ["has columns but no rows", f"{table}.csv", "Next: check the export that wrote it"]
    shop.refuses("check", told=told)
    shop.refuses("train", told=told)


def test_an_empty_file(shop):
    (shop.folder / "ratings.csv").write_text("", encoding="utf-8")
    shop.refuses("check", told=["ratings.csv"])


def test_labels_that_are_all_bad(shop):
    shop.spoil("rating", "1", range(300))
    ran = shop.run("check")
    assert ran.code == 1 and "PROBLEM  loved: no event meets its conditions" in ran.out and ran.err == ""
    shop.refuses("train", told=["has no events to learn from", "loved", "Next: check its conditions"])
    shop.refuses("evaluate", told=["too few events", "loved", "Got: 0"])


def test_labels_that_are_all_good(shop):
    shop.spoil("rating", "5", range(300))
    shop.sets_aside(["all checks passed", "loved: 300 outcomes"])
    assert shop.run("recommend", "--user", "u00").code == 0


def test_labels_of_candidates_that_are_all_equal(shop):
    # nobody ever loves a second thing: no candidate of the judge has an outcome
    rows = [{**row, "user_id": f"v{n}", "rating": "5"} for n, row in enumerate(good_rows())]
    shop.ratings(rows)
    shop.replace("retrieve=[ItemToItem(loved), Popular(loved)]", 'retrieve=[Popular(loved, within="1s", refresh="1s")]')
    shop.replace("show=5", "show=5, propose=1")
    ran = shop.run("train")
    assert ran.code in (0, 2) and "Traceback" not in ran.err and len(ran.err.strip().splitlines()) <= 1, ran


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", ""])
def test_values_that_are_no_finite_number(shop, value):
    shop.spoil("rating", value)
    shop.sets_aside(["5 no finite number in rating", "example  no finite number in rating"], removed=5)


def test_many_bad_values_are_a_problem(shop):
    shop.spoil("rating", "nan", range(60))
    out, _ = shop.sets_aside(["PROBLEM  ratings: 20% of the rows cannot be used"], code=1, removed=60)
    assert "1 problem(s)" in out


def test_duplicate_ids(shop):
    items = [{"item_id": f"i{i % N_ITEMS:02d}", "title": f"Thing {i}"} for i in range(N_ITEMS + 1)]
    csv(shop.folder / "items.csv", items)
    out, facts = shop.sets_aside([f"items: {N_ITEMS + 1} rows in, {N_ITEMS} out; removed: 1 duplicate item_id"])
    assert "example  duplicate item_id" in out and facts["items"] == N_ITEMS


def test_times_in_the_future(shop):
    shop.spoil("timestamp", "2999-01-01T00:00:00+00:00")
    shop.sets_aside(["5 in the future", "after now", "2999-01-01"], removed=5)


def test_times_in_seconds(shop):
    rows = good_rows()
    seconds = [{**r, "timestamp": str(int(datetime.datetime.fromisoformat(r["timestamp"]).timestamp()))} for r in rows]
    shop.ratings(seconds)
    out, _ = shop.sets_aside(["`timestamp` is a number: read as seconds since 1970"])
    assert "2024-01-01T" in out


def test_times_in_mixed_units(shop):
    rows = good_rows()
    for n, row in enumerate(rows):
        seconds = int(datetime.datetime.fromisoformat(row["timestamp"]).timestamp())
        row["timestamp"] = str(seconds * 1_000_000 if n >= 5 else seconds)
    shop.ratings(rows)
    shop.sets_aside(["read as microseconds", "5 look like seconds", "5 no time in timestamp"], removed=5)


def test_times_without_a_zone(shop):
    shop.ratings([{**row, "timestamp": row["timestamp"].removesuffix("+00:00")} for row in good_rows()])
    shop.sets_aside(["time zone", "taken as UTC"])


def test_a_person_without_a_history(shop):
    shop.run("train")
    ran = shop.run("recommend", "--user", "u40", "--json")
    page = json.loads(ran.out)
    assert ran.code == 0 and len(page["items"]) == 5 and page["history"] == []
    assert [i["id"] for i in json.loads(shop.run("recommend", "--new", "--json").out)["items"]] == [
        i["id"] for i in page["items"]
    ]


def test_an_item_never_seen(shop):
    shop.run("train")
    told = shop.run("explain", "--user", "u40", "--item", "i14")
    assert told.code == 0 and "Thing 14" in told.out
    alike = json.loads(shop.run("recommend", "--item", "i14", "--json").out)
    assert len(alike["items"]) == 5 and "i14" not in [i["id"] for i in alike["items"]]


@pytest.mark.parametrize("words", [("evaluate", "--k", "0"), ("recommend", "--user", "u00", "--show", "0")])
def test_k_of_zero(shop, words):
    shop.run("train")
    shop.refuses(*words, told=[words[-2], "greater than or equal to 1", "Next: "])


def test_k_of_zero_in_the_file(shop):
    shop.replace("show=5", "show=0")
    line = shop.refuses("check", told=["Funnel: `show` is not allowed", "Allowed: an int at least 1", "Got: 0"])
    assert "shop.py, line 1" in line


def test_k_larger_than_the_catalogue(shop):
    shop.run("train")
    page = json.loads(shop.run("recommend", "--new", "--show", "1000", "--json").out)
    assert len(page["items"]) == N_ITEMS
    ran = shop.run("evaluate", "--k", "1000", "--json")
    assert ran.code == 0 and json.loads(ran.out)["chosen"] == "ndcg@1000"


def test_a_typo_in_python(shop):
    shop.replace("show=5,", "show=5,,")
    shop.refuses("check", told=["is no valid Python", "shop.py, line 17", "Got: 'show=5,,'"])


def test_a_typo_in_a_name(shop):
    shop.replace("import ItemToItem, Popular", "import ItemToItems, Popular")
    shop.refuses("train", told=["cannot import name 'ItemToItems'", "shop.py, line 5", "Did you mean 'ItemToItem'?"])


def test_a_typo_in_an_option(shop):
    shop.replace("show=5", "shows=5")
    told = ["there is no option `shows`", "shop.py, line 1", "Allowed: name, objective", "Did you mean 'show'?"]
    shop.refuses("evaluate", told=told)


def test_a_typo_in_a_word_of_tamis(shop):
    shop.replace("tm.at_least(4)", "tm.atleast(4)")
    shop.refuses("check", told=["tamis has no 'atleast'", "shop.py, line 10", "Did you mean 'at_least'?"])


def test_a_typo_in_an_attribute(shop):
    shop.replace("features=[loved", "features=[items.prize, loved")
    csv(shop.folder / "items.csv", [{"item_id": "i00", "title": "Thing", "price": "3"}])
    told = ["there is no column `prize`", "items", "Allowed: item_id, title, price", "Did you mean 'price'?"]
    shop.refuses("check", told=told)


def test_a_file_that_is_not_there(shop):
    ran = tamis("check", shop.folder / "shp.py")
    assert ran.code == 2 and "there is no such file" in ran.err and "Did you mean 'shop.py'?" in ran.err


def test_asking_before_training(shop):
    shop.refuses(
        "recommend", "--user", "u00", told=["nothing has been trained yet", "shop.tamis", "Next: run: tamis train"]
    )


def test_training_that_fails_leaves_the_old_system(shop):
    shop.run("train")
    before = json.loads(shop.run("recommend", "--user", "u00", "--json").out)["items"]
    rows = good_rows()
    shop.ratings([{**row, "rating": "1"} for row in rows])
    shop.refuses("train", told=["has no events to learn from"])
    shop.ratings(rows)
    assert json.loads(shop.run("recommend", "--user", "u00", "--json").out)["items"] == before

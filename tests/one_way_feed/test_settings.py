from __future__ import annotations

import pytest

from one_way_feed.settings import load_sender_settings
from protocol.errors import OperatorError


def test_the_example_is_without_mistakes(config, tmp_path):
    settings = load_sender_settings(config.save())
    assert [query.row for query in settings.queries] == ["plan", "log"]
    assert settings.queries[0].delays.seconds == 60
    config.values["line"]["keys"] = "here.keys"
    assert load_sender_settings(config.save()).line.keys == tmp_path / "here.keys"


def test_every_mistake_of_a_mapping_is_named_at_once(config):
    plan, log = config.values["queries"]
    config.values["database"]["zone"] = "Asia/Nowhere"
    del plan["columns"]["origin"]
    plan["columns"]["colour"] = "c"
    plan["columns"]["estimated_arrival"] = "e"
    plan["values"]["role"]["XX"] = "PASSING"
    plan["values"]["cancelled"]["2"] = "true"
    plan["sql"] = "DELETE FROM stage_plan"
    del plan["columns"]["planned_departure"]
    del log["values"]
    log["values"] = {"speed": {"1": "2"}}
    log["name"] = plan["name"]
    log["delays"] = {"late_is": "negative"}
    with pytest.raises(OperatorError) as raised:
        load_sender_settings(config.save())
    said = str(raised.value)
    for mistake in (
        "sender.toml",
        "no zone 'Asia/Nowhere'",
        "two are named 'stage plan'",
        "columns.origin: is missing",
        "columns.colour: a plan row has no such field",
        "values.role.XX: 'PASSING' is none of",
        "values.cancelled.2: 'true' is none of false, true",
        "sql: must be one SELECT",
        "delays.arrival: columns.estimated_arrival says it already",
        "delays.departure: needs columns.planned_departure",
        "values.step: say what",
        "values.speed: is not in columns",
        "only a plan row has delays",
    ):
        assert mistake in said, mistake


@pytest.mark.parametrize(
    ("table", "key", "value", "why"),
    [
        ("database", "pol_s", 1, "pol_s"),
        ("database", "poll_s", 0, "poll_s"),
        ("database", "url", 5, "url"),
        ("line", "baud", "fast", "baud"),
    ],
)
def test_a_wrong_key_is_named(config, table, key, value, why):
    config.values[table][key] = value
    with pytest.raises(OperatorError, match=why):
        load_sender_settings(config.save())


def test_unreadable_files(tmp_path):
    with pytest.raises(OperatorError, match="cannot read"):
        load_sender_settings(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("[[[")
    with pytest.raises(OperatorError, match=r"bad\.toml"):
        load_sender_settings(tmp_path / "bad.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(OperatorError, match=r"bad\.toml"):
        load_sender_settings(tmp_path / "bad.toml")


@pytest.mark.parametrize("sql", ["SELECT 1; DROP TABLE t", "", "UPDATE t SET a = 1"])
def test_only_one_select(config, sql):
    config.values["queries"][0]["sql"] = sql
    with pytest.raises(OperatorError, match="one SELECT"):
        load_sender_settings(config.save())


def test_no_queries(config):
    config.values["queries"] = []
    with pytest.raises(OperatorError, match="there is none"):
        load_sender_settings(config.save())

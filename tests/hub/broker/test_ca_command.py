import pytest

from station_config.runtime.command import main


@pytest.fixture
def station(tmp_path, capsys):
    def run(*words):
        code = main(["ca", *words, "--dir", str(tmp_path / "tls")])
        return code, capsys.readouterr()

    return run


def test_make_issue_and_list(station, tmp_path):
    assert station("init")[0] == 0
    assert station("issue", "broker", "--san", "broker.lan", "--san", "10.0.0.5")[0] == 0
    code, said = station("list")
    assert code == 0
    assert [line.split()[0] for line in said.out.splitlines()] == ["ca", "broker"]
    assert "broker.lan, 10.0.0.5" in said.out
    assert said.out.count("有效 valid") == 2
    assert (tmp_path / "tls" / "broker.key").exists()


def test_what_must_be_renewed_is_said_and_is_the_exit_code(station):
    station("init")
    station("issue", "board-7", "--days", "29")
    code, said = station("list")
    assert code == 1
    assert "board-7" in said.out
    assert "即将到期 RENEW SOON" in said.out
    assert station("issue", "board-7", "--renew")[0] == 0
    assert station("list")[0] == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("list",), "no authority here"),
        (("issue", "x"), "no authority here"),
        (("init", "--days", "0"), "--days"),
    ],
)
def test_mistakes_are_one_line(station, words, why):
    code, said = station(*words)
    assert code == 1
    assert why in said.err
    assert len(said.err.splitlines()) == 1

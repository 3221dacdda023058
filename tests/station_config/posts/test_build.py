"""Posts as they are read."""

from __future__ import annotations

from datetime import timedelta

from protocol.runs import Role
from station_config.load import load_station
from station_config.posts.model import Moment

POSTS = """</boards>
  <posts missed-after="PT1H">
    <post id="water" yards="north" roles="ORIGIN" tolerance="PT1M">
      <name lang="de">Wasser</name><name lang="en">Water</name>
      <moment of="stock" tracks="1 3" before="PT10M"/>
      <moment of="arrival" within="PT4M" escalate-after="PT2M" roles="TERMINUS" categories="K"/>
      <moment of="delay" least="PT7M" ahead="PT1H"/>
    </post>
  </posts>
"""


def test_a_station_without_posts_has_none(draft):
    assert load_station(draft.directory).posts is None


def test_selectors_of_a_moment_stand_in_place_of_its_posts(draft):
    draft.spoil("station.xml", "</boards>", POSTS)
    posts = load_station(draft.directory).posts
    assert posts.missed_after == timedelta(hours=1)
    assert posts.error_after == timedelta(minutes=5)
    (post,) = posts.posts
    assert post.names == {"de": "Wasser", "en": "Water"}
    assert post.tolerance == timedelta(minutes=1)
    stock, arrival, delay = post.rules
    assert (stock.of, stock.before) == (Moment.STOCK, timedelta(minutes=10))
    assert (stock.tracks, stock.yards) == (frozenset({"1", "3"}), None)
    assert stock.roles == {Role.ORIGIN}
    assert stock.placed
    assert (arrival.yards, arrival.roles) == (frozenset({"north"}), frozenset({Role.TERMINUS}))
    assert arrival.categories == {"K"}
    assert (arrival.within, arrival.escalate_after) == (timedelta(minutes=4), timedelta(minutes=2))
    assert (delay.least, delay.ahead) == (timedelta(minutes=7), timedelta(hours=1))
    assert delay.escalate_after is None
    assert delay.of.change
    assert not stock.of.change


def test_shipped_stations_have_posts_with_names_in_their_languages(shipped):
    for station in shipped:
        for post in station.posts.posts:
            assert set(post.names) == set(station.languages)
            assert post.rules

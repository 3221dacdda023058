import base64
import shutil
import subprocess
from pathlib import Path

from hub.broker import mosquitto, nats
from hub.broker.permissions import Permissions


def test_the_access_list_names_every_user_with_what_it_may_do():
    granted = [
        Permissions("hub", reads=("a/#",), writes=("a/#",)),
        Permissions("clock", reads=("a/x", "a/y"), writes=()),
    ]
    assert mosquitto.access_list(granted) == (
        "user hub\ntopic read a/#\ntopic write a/#\nuser clock\ntopic read a/x\ntopic read a/y\n"
    )


def test_nobody_is_anonymous_and_everything_is_saved_at_once():
    text = mosquitto.configuration(
        nats.Listener("st", "127.0.0.1", 1883), directory=Path("/var/lib/st")
    )
    lines = text.splitlines()
    for line in (
        "listener 1883 127.0.0.1",
        "allow_anonymous false",
        "autosave_on_changes true",
        "autosave_interval 1",
        "set_tcp_nodelay true",
    ):
        assert line in lines


def test_passwords_are_hashed_as_mosquitto_passwd_does(tmp_path):
    path = tmp_path / "theirs"
    program = shutil.which("mosquitto_passwd")
    assert program is not None
    subprocess.run([program, "-b", "-c", path, "hub", "secret"], check=True)
    theirs = path.read_text()
    salt = theirs.split("$")[3]
    ours = mosquitto.password_file({"hub": "secret"}, lambda _: base64.b64decode(salt))
    assert ours == theirs

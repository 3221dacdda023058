import base64
import json
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


def test_security_denies_what_it_does_not_name_and_pins_the_client_id():
    granted = [Permissions("clock", reads=("a/x",), writes=("a/y",))]
    said = json.loads(mosquitto.security(granted, {"clock": "secret"}, lambda n: b"s" * n))
    defaults = said["defaultACLAccess"]
    assert (defaults["publishClientSend"], defaults["publishClientReceive"]) == (False, False)
    assert defaults["subscribe"] is False
    assert said["clients"][0]["clientid"] == "clock"
    assert "secret" not in json.dumps(said)
    assert [(acl["acltype"], acl["topic"]) for acl in said["roles"][0]["acls"]] == [
        ("subscribePattern", "a/x"),
        ("publishClientReceive", "a/x"),
        ("publishClientSend", "a/y"),
    ]


def test_with_tls_both_listeners_have_it():
    tls = nats.ServerTls(Path("/c"), Path("/k"), Path("/ca"))
    listener = nats.Listener("st", "10.0.0.5", 8883, tls, websocket=8884)
    text = mosquitto.configuration(listener, directory=Path("/d"), plugin=Path("/p.so"))
    first, second = text.split("listener 8884 10.0.0.5\nprotocol websockets")
    for part in (first, second):
        assert "certfile /c\nkeyfile /k" in part
        assert "cafile /ca\nrequire_certificate true" in part
    assert "plugin /p.so\nplugin_opt_config_file /d/security.json" in text
    assert "acl_file" not in text

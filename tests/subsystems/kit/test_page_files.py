"""The files that pages of all subsystems share: served beside their own, and standing once."""

import re
from importlib import resources

import pytest

from subsystems.kit.page_files import page_files

PACKAGES = [
    "subsystems.broadcast",
    "subsystems.clock",
    "subsystems.display",
    "subsystems.query",
    "subsystems.staff_notices",
]
IMPORT = re.compile(rb'^import .*?"\./([\w/.-]+)";$', re.MULTILINE)


@pytest.mark.parametrize("package", PACKAGES)
def test_whatever_a_page_imports_is_served_beside_it(package):
    files = page_files(package)
    assert files["kit/stream.js"].body.startswith(b"// @ts-check")
    asked = {
        f"{path.rpartition('/')[0]}/{name.decode()}".lstrip("/")
        for path, file in files.items()
        if path.endswith(".js")
        for name in IMPORT.findall(file.body)
    }
    assert "kit/stream.js" in asked
    assert asked - set(files) == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_no_subsystem_keeps_a_copy_of_what_is_shared(package):
    shared = {
        each.read_bytes() for each in resources.files("subsystems.kit").joinpath("web").iterdir()
    }
    own = resources.files(package).joinpath("web")
    assert not [
        each.name for each in own.iterdir() if each.is_file() and each.read_bytes() in shared
    ]
    assert not own.joinpath("stream.js").is_file()

import subprocess
import sys

SEEN = (
    "import sys; import station_config.runtime.process; import hub.app;"
    "print(any(name.split('.')[0] == 'rich' for name in sys.modules));"
    "import rich.console; print(rich.console.Console.__name__)"
)


def test_a_service_does_not_take_rich_in_and_may_still_have_it():
    done = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "Console"]

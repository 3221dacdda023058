"""Runs a program whose system clock a file can step: `stepped.py SECONDS_FILE PROGRAM ARGUMENTS…`.

The program is a Python file, or `station`.
"""

import pathlib
import runpy
import sys
import time

seconds = pathlib.Path(sys.argv[1])
program = sys.argv[2]
true = time.time  # noqa: TID251 - it is what is stepped


def stepped():
    return true() + (float(seconds.read_text()) if seconds.exists() else 0.0)


time.time = stepped  # noqa: TID251 - likewise
sys.argv = sys.argv[2:]
if program == "station":
    from station_config.runtime.command import main

    sys.exit(main())
sys.path[0] = str(pathlib.Path(program).parent)
runpy.run_path(program, run_name="__main__")

"""How a process of a station runs: deployment, logs, clocks, reactor, MQTT, web, child processes.

Law: what hub, feed, subsystems and simulators all need and none of them owns. It knows no train and
no rule. Everything here takes the reactor and the clock as arguments.
"""

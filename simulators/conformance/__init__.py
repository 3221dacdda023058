"""The conformance kit: plays a hub and its faults against a vendor's device, and reports by clause.

Law: the device is a black box behind a broker; what it is judged by is what it publishes, and, if
its maker gives a command for that, what it shows. A clause that could not be observed is told as
such, never as passed. The kit plays the hub itself and uses no part of ours.
"""

"""`station status`: every process and device of a deployment on one screen of a terminal.

Law: it only looks. It works when parts are down, for then it is needed most.
"""

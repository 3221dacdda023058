"""What has been: the journal lived again, asked, explained and counted.

Law: reads what `hub.store` wrote, beside the running hub; writes nothing but files asked for. No
part of the hub's process imports this.
"""

"""An IP network between two hosts of this machine, with loss, delay and cuts.

Law: `weather` is pure (packets and instants in, packets out, the random source an argument);
`namespaces` alone touches the kernel's devices, `wire` the packets. It runs in real time, needs
root, and carries packets between its own two namespaces and nowhere else.
"""

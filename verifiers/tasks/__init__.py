"""Problems made by a program, as many and as hard as wanted, each kind with its exact verifier.

Every kind is one file with a function `make(n, level=..., seed=...)` that gives n Problems, and a verifier for them. Level 1
is what a tiny model can learn; there is no highest level. The same arguments give the same problems on any machine. Another
seed gives other problems, but on a low level some of them are the same: for a held-out set, leave out the prompts that were
trained on.
"""

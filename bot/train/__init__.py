"""Train the packaged weights and word lists, each module by `python -m`; for developers, not in the wheel.

In: the training data of this repository, and public question sets that are named. Out: files beside the code that
loads them. It reads no held-out question.
"""

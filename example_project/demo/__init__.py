"""``python -m example_project.demo``: the example with a worker and a local Vyte, live; ``--check`` plays a story."""

"""A third service, as an app of its own: a clinic's appointment system that calls this site when something changes.

It signs its calls, has accounts of its own, and its appointments are mirrored. It imports the core of django_vyte and
edits no file of it. "Add a service" in the documentation walks through these files.
"""

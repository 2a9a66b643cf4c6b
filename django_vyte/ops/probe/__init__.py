"""``vyte_probe``: asks a real account which variant of Vyte's behaviour it shows where the documentation is silent."""

from django_vyte.ops.probe.account import ProbedAccount
from django_vyte.ops.probe.fact import Fact
from django_vyte.ops.probe.facts import FACTS, collect_facts
from django_vyte.ops.probe.report import report, settings_to_change
from django_vyte.ops.probe.trial import LeftBehind

__all__ = ["FACTS", "Fact", "LeftBehind", "ProbedAccount", "collect_facts", "report", "settings_to_change"]

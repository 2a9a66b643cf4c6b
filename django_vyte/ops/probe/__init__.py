"""``vyte_probe``: finds out from a real account how Vyte behaves where its documentation leaves that open.

Each fact is a function in ``meetings``, ``lists``, ``surface``, ``calls`` or ``writes``, named like a switch of the
sandbox (``sandbox.quirks``), so that the local Vyte can be set to behave like the real one.
"""

from django_vyte.ops.probe.account import ProbedAccount
from django_vyte.ops.probe.fact import Fact
from django_vyte.ops.probe.facts import FACTS, collect_facts
from django_vyte.ops.probe.report import report, settings_to_change
from django_vyte.ops.probe.trial import LeftBehind

__all__ = ["FACTS", "Fact", "LeftBehind", "ProbedAccount", "collect_facts", "report", "settings_to_change"]

"""Vyte passes what every source of webhook calls has to."""

from __future__ import annotations

import pytest

from tests.services import ClinicService, VyteService
from tests.source_cases import SourceCases


class TestVyte(SourceCases):
    @pytest.fixture
    def service(self, vyte_service: VyteService) -> VyteService:
        return vyte_service

    @pytest.fixture
    def other_service(self, clinic_service: ClinicService) -> ClinicService:
        return clinic_service

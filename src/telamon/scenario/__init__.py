"""Tests of migrations, written in SQL: given data at one version, these assertions hold after migrating to another."""

from telamon.scenario.types import FileResult, Problem, Result, Scenario, TestReport

__all__ = ["FileResult", "Problem", "Result", "Scenario", "TestReport"]

"""「坚持以“亩产论英雄”，完善引入项目的投资强度、税收等标准」: a project's values per mu, held against a standard.

The report gives no figures, and neither does the house: a standard is what the district has entered. Where it has entered
none, nothing is judged, and that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from crm.lib.enums import Labelled
from crm.lib.words import N_, _

CENT = Decimal("0.01")
KG = 1000  # of a ton


class Measure(Labelled):
    """What is measured; what is used up has a ceiling, all else a floor."""

    INTENSITY = "intensity", N_("投资强度")
    OUTPUT = "output", N_("亩均产值")
    TAX = "tax", N_("亩均税收")
    ENERGY = "energy", N_("单位能耗")
    EMISSION = "emission", N_("单位排放")

    @property
    def unit(self) -> str:
        return _(UNITS[self])

    @property
    def is_ceiling(self) -> bool:
        return self in (Measure.ENERGY, Measure.EMISSION)


UNITS: dict[Measure, str] = {
    Measure.INTENSITY: N_("万元/亩"),
    Measure.OUTPUT: N_("万元/亩"),
    Measure.TAX: N_("万元/亩"),
    Measure.ENERGY: N_("吨标煤/万元产值"),
    Measure.EMISSION: N_("千克/万元产值"),
}


class Verdict(Labelled):
    PASS = "pass", N_("达标"), "good"
    FAIL = "fail", N_("不达标"), "bad"
    NO_VALUE = "no_value", N_("没有填"), "warn"
    NO_STANDARD = "no_standard", N_("没有标准，不判"), "neutral"


@dataclass(frozen=True)
class Values:
    """A year's values of a project: promised, or real. Amounts in 万元, energy in tons of coal, emission in tons."""

    fixed_wan: Decimal | None = None
    land_mu: Decimal | None = None
    output_wan: Decimal | None = None
    tax_wan: Decimal | None = None
    energy_tce: Decimal | None = None
    emission_t: Decimal | None = None

    def of(self, measure: Measure) -> Decimal | None:
        """None where it cannot be worked out."""
        match measure:
            case Measure.INTENSITY:
                return ratio(self.fixed_wan, self.land_mu)
            case Measure.OUTPUT:
                return ratio(self.output_wan, self.land_mu)
            case Measure.TAX:
                return ratio(self.tax_wan, self.land_mu)
            case Measure.ENERGY:
                return ratio(self.energy_tce, self.output_wan)
        kilos = self.emission_t * KG if self.emission_t is not None else None
        return ratio(kilos, self.output_wan)


def ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Two decimals; nothing per nothing is nothing that can be said."""
    if part is None or not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Judged:
    measure: Measure
    value: Decimal | None
    asked: Decimal | None
    verdict: Verdict


def judged(values: Values, asked: Mapping[Measure, Decimal | None]) -> list[Judged]:
    """Each measure held against what is asked of it. "以上" and "以下" include the number."""
    return [_judged(one, values.of(one), asked.get(one)) for one in Measure]


def _judged(measure: Measure, value: Decimal | None, asked: Decimal | None) -> Judged:
    if asked is None:
        return Judged(measure, value, None, Verdict.NO_STANDARD)
    if value is None:
        return Judged(measure, None, asked, Verdict.NO_VALUE)
    good = value <= asked if measure.is_ceiling else value >= asked
    return Judged(measure, value, asked, Verdict.PASS if good else Verdict.FAIL)


@dataclass(frozen=True)
class Gap:
    """What was promised against what is real. `percent` is how much of it was kept; None without both."""

    measure: Measure
    promised: Decimal | None
    real: Decimal | None

    @property
    def gap(self) -> Decimal | None:
        return None if self.promised is None or self.real is None else self.real - self.promised

    @property
    def percent(self) -> Decimal | None:
        if not self.promised or self.real is None:
            return None
        return (100 * self.real / self.promised).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def is_kept(self) -> bool | None:
        if self.gap is None:
            return None
        return self.gap <= 0 if self.measure.is_ceiling else self.gap >= 0


def gaps(promised: Values, real: Values) -> list[Gap]:
    return [Gap(one, promised.of(one), real.of(one)) for one in Measure]

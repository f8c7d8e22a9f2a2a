"""The gates, by small cases, and by what must hold for any facts at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.deals.stages import ORDER, Admission, AgreementKind, Stage
from crm.pipeline.gates import Dossier, missing_for, missing_on_the_way

FULL = Dossier(
    stage=Stage.INTENDED,
    contact_logs=2,
    enterprise_id=7,
    content="建厂房",
    direction="manufacturing",
    planned_wan=Decimal(12_000),
    agreed_wan=Decimal(10_000),
    signed_on=dt.date(2013, 7, 1),
    agreement_kind=AgreementKind.INVESTMENT,
    admission=Admission.APPROVED,
    local_company="衢州恒远屿有限公司",
    evidence=True,
)

CASES = [
    (Stage.NEW_TALKS, {}, []),
    (Stage.NEW_TALKS, {"enterprise_id": None}, ["enterprise_id"]),
    (Stage.NEW_TALKS, {"contact_logs": 0}, ["contact_logs"]),
    (Stage.NEW_TALKS, {"contact_logs": 0, "enterprise_id": None}, ["enterprise_id", "contact_logs"]),
    (Stage.NEW_TALKS, {"evidence": False}, []),
    (Stage.NEGOTIATING, {"planned_wan": None}, ["planned_wan"]),
    (Stage.NEGOTIATING, {"planned_wan": Decimal(0)}, ["planned_wan"]),
    (Stage.NEGOTIATING, {"direction": None, "content": ""}, ["direction", "content"]),
    (Stage.SIGNED, {}, []),
    (Stage.SIGNED, {"signed_on": None}, ["signed_on"]),
    (Stage.SIGNED, {"agreement_kind": None}, ["agreement_kind"]),
    (Stage.SIGNED, {"agreement_kind": AgreementKind.FRAMEWORK}, ["agreement_kind"]),
    (Stage.SIGNED, {"agreement_kind": AgreementKind.SUPPLEMENT}, ["agreement_kind"]),
    (Stage.SIGNED, {"agreed_wan": None}, ["agreed_wan"]),
    (Stage.SIGNED, {"admission": Admission.CONDITIONAL}, []),
    (Stage.SIGNED, {"admission": Admission.NONE}, ["admission"]),
    (Stage.SIGNED, {"admission": Admission.REJECTED}, ["admission"]),
    (Stage.SIGNED, {"evidence": False}, ["evidence"]),
    (Stage.LANDED, {"local_company": "", "evidence": False}, ["local_company"]),
    (Stage.LANDED, {"local_uscc": ""}, []),
    (Stage.STARTED, {"evidence": False}, ["evidence"]),
    (Stage.PRODUCING, {"evidence": False}, ["evidence"]),
    (Stage.AT_CAPACITY, {"evidence": False}, ["evidence"]),
    (Stage.AT_CAPACITY, {}, []),
    (Stage.INTENDED, {"enterprise_id": None, "contact_logs": 0, "evidence": False}, []),
]


@pytest.mark.parametrize(("target", "facts", "fields"), CASES)
def test_a_gate_names_what_it_still_wants(target: Stage, facts: dict[str, Any], fields: list[str]) -> None:
    missing = missing_for(target, replace(FULL, **facts))
    assert [one.field for one in missing] == fields
    assert all(one.sentence for one in missing)


def test_a_framework_agreement_is_told_apart_from_no_agreement() -> None:
    framework = missing_for(Stage.SIGNED, replace(FULL, agreement_kind=AgreementKind.FRAMEWORK))[0].sentence
    none = missing_for(Stage.SIGNED, replace(FULL, agreement_kind=None))[0].sentence
    assert "框架协议" in framework and framework != none


def test_a_rejected_admission_is_told_apart_from_none_yet() -> None:
    rejected = missing_for(Stage.SIGNED, replace(FULL, admission=Admission.REJECTED))[0].sentence
    none = missing_for(Stage.SIGNED, replace(FULL, admission=Admission.NONE))[0].sentence
    assert "否决" in rejected and rejected != none


facts = st.builds(
    Dossier,
    stage=st.sampled_from(Stage),
    contact_logs=st.integers(0, 3),
    enterprise_id=st.none() | st.integers(1, 9),
    content=st.sampled_from(["", "厂房"]),
    direction=st.none() | st.just("tourism"),
    planned_wan=st.none() | st.decimals(0, 10**6, places=2),
    agreed_wan=st.none() | st.decimals(0, 10**6, places=2),
    signed_on=st.none() | st.dates(),
    agreement_kind=st.none() | st.sampled_from(AgreementKind),
    admission=st.sampled_from(Admission),
    local_company=st.sampled_from(["", "公司"]),
    evidence=st.booleans(),
)


@given(facts, st.sampled_from(Stage))
def test_the_way_wants_exactly_what_its_gates_want_each_thing_once(dossier: Dossier, target: Stage) -> None:
    way = [one.field for one in missing_on_the_way(target, dossier)]
    gates = ORDER[dossier.stage.order + 1 : target.order + 1]
    assert len(way) == len(set(way))
    assert set(way) == {one.field for stage in gates for one in missing_for(stage, dossier)}


@given(facts, st.sampled_from(Stage))
def test_a_further_stage_never_wants_less(dossier: Dossier, target: Stage) -> None:
    if target.next:
        nearer = {one.field for one in missing_on_the_way(target, dossier)}
        assert nearer <= {one.field for one in missing_on_the_way(target.next, dossier)}


@given(facts, st.sampled_from(Stage))
def test_full_facts_open_every_gate_and_more_facts_never_close_one(dossier: Dossier, target: Stage) -> None:
    assert missing_on_the_way(target, replace(FULL, stage=dossier.stage)) == []
    before = {one.field for one in missing_for(target, dossier)}
    after = {one.field for one in missing_for(target, replace(dossier, evidence=True, contact_logs=9))}
    assert after <= before

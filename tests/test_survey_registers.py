"""Registers of researchers, vouchers and reviews: read whole, or refused without a name."""

import pytest

from assetmap.contracts import check
from assetmap.errors import ClashError, ContractError, UnreadableFileError
from assetmap.survey.registers import REGISTERS, read_registers
from assetmap.survey.tables import STG_RESEARCHER, STG_VOUCHER_PAYMENT

CANARY = "Synthia Example"
RESEARCHERS = (
    "researcher_id,name,cohort,recruited_via,invited_on,recruited_on,"
    "module_1_on,module_2_on,module_3_on,accredited_on"
)
PAYMENTS = "voucher_ref,researcher_id,paid_on,amount_gbp"
REVIEWS = "kind,subject,decision,decided_on"
GOOD = f"R07,{CANARY},1,event,2017-01-10,2017-02-01,2017-03-01,2017-04-01,2017-05-01,2017-06-01"
HEADINGS = {"researchers": RESEARCHERS, "payments": PAYMENTS, "reviews": REVIEWS}


def put(raw, folder, *rows, name="register.csv", heading=None):
    path = raw / "survey" / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [heading or HEADINGS[folder], *rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def faults_of(raw):
    with pytest.raises(ContractError) as caught:
        read_registers(raw)
    assert CANARY not in str(caught.value)
    return [line.removeprefix("  - ") for line in str(caught.value).splitlines()[1:-1]]


def test_absent_folders_give_empty_tables(tmp_path):
    registers = read_registers(tmp_path)
    check(registers.researchers.drop(columns="name"), STG_RESEARCHER)
    check(registers.payments, STG_VOUCHER_PAYMENT)
    assert registers.reviews.columns.tolist() == ["kind", "subject", "decision", "decided_date"]
    assert (len(registers.researchers), len(registers.reviews), registers.files) == (0, 0, ())


@pytest.mark.parametrize("folder", HEADINGS)
def test_a_heading_alone_is_an_empty_register(tmp_path, folder):
    put(tmp_path, folder)
    registers = read_registers(tmp_path)
    assert getattr(registers, folder).empty
    assert [path for path, _ in registers.files] == [f"survey/{folder}/register.csv"]


def test_what_is_right_is_read_in_the_project_s_spelling(tmp_path):
    put(tmp_path, "researchers", "r 8,Made-Up Person,,Local hub,,,,,,", GOOD)
    put(tmp_path, "payments", "V2,r7,2017-08-01,20", "V1,R07,2017-07-01,60.50")
    put(
        tmp_path,
        "reviews",
        "Researcher,Synthja,r8,2017-07-01",
        "duplicate,k7m-2qx,DROP,2017-07-02",
        "place,The Green Café,new,2017-07-03",
    )
    registers = read_registers(tmp_path)
    check(registers.researchers.drop(columns="name"), STG_RESEARCHER)
    check(registers.payments, STG_VOUCHER_PAYMENT)
    assert registers.researchers["researcher_id"].tolist() == ["R07", "R08"]
    assert registers.researchers["recruited_via"].tolist() == ["event", "local_hub"]
    assert registers.researchers["name"].tolist() == [CANARY, "Made-Up Person"]
    assert registers.payments["amount_gbp"].tolist() == [60.5, 20.0]
    assert registers.payments["researcher_id"].tolist() == ["R07", "R07"]
    assert registers.duplicate_decisions() == {"K7M2QX": "drop"}
    by_name = registers.reviews[registers.reviews["kind"] == "researcher"]
    assert by_name["decision"].tolist() == ["R08"]


def test_columns_that_are_not_declared_are_dropped(tmp_path):
    put(tmp_path, "researchers", f"{GOOD},0121 000 0000", heading=f"{RESEARCHERS},phone")
    assert "phone" not in read_registers(tmp_path).researchers.columns


def researcher(**cells):
    names = RESEARCHERS.split(",")
    return ",".join({**dict(zip(names, GOOD.split(","), strict=True)), **cells}[n] for n in names)


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"researcher_id": "7"}, "researcher_id: the code has not the shape of its kind"),
        ({"name": ""}, "name: a value that must be there is empty"),
        ({"recruited_via": "pigeon"}, "recruited_via: the value is not one of the list"),
        ({"invited_on": "2017-02-31"}, "invited_on is no date such as 2017-03-31"),
        ({"module_1_on": "01/03/2017"}, "module_1_on is no date such as 2017-03-31"),
        ({"module_2_on": "soon"}, "module_2_on is no date such as 2017-03-31"),
        ({"module_3_on": "2017-02-29"}, "module_3_on is no date such as 2017-03-31"),
        ({"recruited_on": "2017-01-09"}, "recruited_on is before invited_on"),
        ({"module_1_on": "2017-01-31"}, "module_1_on is before recruited_on"),
        ({"module_2_on": "2017-02-28"}, "module_2_on is before module_1_on"),
        ({"module_3_on": "2017-03-31"}, "module_3_on is before module_2_on"),
        ({"accredited_on": "2017-04-30"}, "accredited_on is before module_3_on"),
        ({"recruited_on": ""}, "module_1_on is filled but recruited_on is empty"),
        ({"module_1_on": ""}, "module_2_on is filled but module_1_on is empty"),
        ({"module_3_on": ""}, "accredited_on is filled but module_3_on is empty"),
    ],
)
def test_a_wrong_researcher_is_refused(tmp_path, cells, fault):
    put(tmp_path, "researchers", "R01,Made-Up Person,,,,,,,,", researcher(**cells))
    assert faults_of(tmp_path) == [f"register.csv row 3: {fault}"]


@pytest.mark.parametrize(
    "cells",
    [
        {"invited_on": ""},
        {"invited_on": "2017-02-01"},
        {"module_1_on": "2017-02-01"},
        {"accredited_on": ""},
        {"module_3_on": "", "accredited_on": ""},
        {"invited_on": "2016-02-29"},
    ],
)
def test_what_may_stand_in_the_register(tmp_path, cells):
    put(tmp_path, "researchers", researcher(**cells))
    assert len(read_registers(tmp_path).researchers) == 1


def test_one_code_twice_is_refused_however_it_is_spelt(tmp_path):
    put(tmp_path, "researchers", GOOD, researcher(researcher_id="r007"))
    assert faults_of(tmp_path) == [
        "register.csv row 3: researcher_id: an earlier row has the same key"
    ]


def test_one_code_in_two_files_is_refused(tmp_path):
    put(tmp_path, "researchers", GOOD)
    put(tmp_path, "researchers", GOOD, name="more.csv")
    with pytest.raises(ClashError, match=r"more\.csv and register\.csv both hold 1 rows") as caught:
        read_registers(tmp_path)
    assert CANARY not in str(caught.value)
    assert "R07" not in str(caught.value)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("V1,R08,2017-07-01,20", "researcher_id is not on the register of researchers"),
        (
            "V1,R01,2017-07-01,20",
            "researcher_id has no recruited_on in the register of researchers",
        ),
        ("V1,R07,2017-06-31,20", "paid_on is no date such as 2017-03-31"),
        ("V1,R07,,20", "paid_on: a value that must be there is empty"),
        ("V1,R07,2017-07-01,-20", "amount_gbp: the number is outside its limits"),
        ("V1,R07,2017-07-01,£20", "amount_gbp: the cell is not a number"),
        ("V1,R07,2017-07-01,", "amount_gbp: a value that must be there is empty"),
        (",R07,2017-07-01,20", "voucher_ref: a value that must be there is empty"),
        ("V1,R07,2017-07-01", "the row has more or fewer cells than the heading"),
        ("V0,R07,2017-07-01,20", "voucher_ref: an earlier row has the same key"),
    ],
)
def test_a_wrong_payment_is_refused(tmp_path, row, fault):
    put(tmp_path, "researchers", GOOD, "R01,Made-Up Person,,,,,,,,")
    put(tmp_path, "payments", "V0,R07,2017-07-01,0", row)
    assert faults_of(tmp_path) == [f"register.csv row 3: {fault}"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            "researcher,Sinthia,R99,2017-07-01",
            "decision is not a researcher_id of the register of researchers",
        ),
        ("duplicate,ABC234,maybe,2017-07-01", "decision is neither keep nor drop"),
        ("weather,ABC234,keep,2017-07-01", "kind: the value is not one of the list"),
        ("place,Library,new,2017-13-01", "decided_on is no date such as 2017-03-31"),
        ("place,?!,new,2017-12-01", "subject holds no letter or digit"),
        ("place,Library,,2017-07-01", "decision: a value that must be there is empty"),
        ("researcher,SYNTHJA,R07,2017-07-02", "another row decides the same subject"),
        ("duplicate,k7m 2qx,drop,2017-07-02", "another row decides the same subject"),
    ],
)
def test_a_wrong_review_is_refused(tmp_path, row, fault):
    put(tmp_path, "researchers", GOOD)
    firsts = ("researcher,Synthja,R07,2017-07-01", "duplicate,K7M2QX,keep,2017-07-01")
    put(tmp_path, "reviews", *firsts, row)
    assert faults_of(tmp_path) == [f"register.csv row 4: {fault}"]


def test_every_fault_stands_in_one_message_up_to_twenty(tmp_path):
    put(tmp_path, "researchers", GOOD)
    put(tmp_path, "payments", *(f"V{n},R99,2017-07-01,20" for n in range(22)))
    put(tmp_path, "reviews", "duplicate,ABC234,perhaps,2017-07-01")
    faults = faults_of(tmp_path)
    assert len(faults) == 21
    assert faults[-1] == "and 3 more"


def test_no_personal_value_is_in_a_message_about_headings(tmp_path):
    put(tmp_path, "researchers", GOOD, heading=GOOD.replace("R07", "R06"))
    with pytest.raises(UnreadableFileError) as caught:
        read_registers(tmp_path)
    assert CANARY not in str(caught.value)


def test_a_made_up_register_gives_way_to_the_real_one(tmp_path):
    put(tmp_path, "researchers", GOOD, name="researchers_synthetic.csv")
    put(tmp_path, "researchers", "R01,Made-Up Person,,,,,,,,", name="researchers.csv")
    assert read_registers(tmp_path).researchers["researcher_id"].tolist() == ["R01"]


def test_names_and_subjects_are_identity_and_no_register_is_public():
    classes = {c.name: c.disclosure.value for d in REGISTERS for c in d.contract.columns}
    assert (classes["name"], classes["subject"]) == ("I", "I")
    assert {name for name, found in classes.items() if found in "OB"} == {"found_at"}

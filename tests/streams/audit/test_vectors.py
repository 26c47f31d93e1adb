"""The vectors of FORMAT.md, written by a second implementation, against ours."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from schemas.access import GrantMode, Purpose, View
from schemas.audit import Actor, AuditRecord, Counts, KmsUse, Resource
from schemas.audit_terms import Action, KmsProvider, Phase, ResourceKind, Result
from streams.audit.audit_log import leaf_bytes, read_record
from streams.audit.merkle_log import MerkleLog
from streams.audit.proofs import consistency, inclusion, verify_consistency
from streams.audit.signing import LogKeys, SigningKey
from streams.audit.verify_log import Altered, leaf_hash, open_checkpoint, read_keys, root_by_proof, verify_log
from tests.vectors.audit import generate

TREE: dict[str, Any] = json.loads(Path(generate.__file__).with_name("log-v1.json").read_text(encoding="utf-8"))
ENTRIES = generate.ENTRIES
NOTES = {each["size"]: each["note"] for each in TREE["checkpoints"]}
VERIFIERS = read_keys(TREE["verifier_key"])
KEYS = LogKeys(TREE["origin"], (SigningKey(0, bytes.fromhex(TREE["seed"])),))


def test_the_vectors_are_what_the_generator_writes() -> None:
    """Old vectors are never changed by hand."""
    assert generate.vectors() == TREE


def test_records_are_written_as_the_vectors() -> None:
    """Our leaf bytes of a record are those of the second implementation, and read back."""
    ours = AuditRecord(
        ts="2026-11-21T23:20:00.000Z",
        tenant="a",
        phase=Phase.OUTCOME,
        action=Action.REVEAL,
        actor=Actor("local", "ana", methods=("pwd", "otp"), authenticated_at=1_795_000_000),
        resource=Resource(ResourceKind.TOKEN, ("phi_name_ca_bcdfghjklmnpqrstvwxz",), 1),
        build="0.1.0",
        intent=0,
        grant_id=generate.GRANT,
        mode=GrantMode.NORMAL,
        purpose=Purpose.TREATMENT,
        view=View.MASKED,
        result=Result.SUCCESS,
        counts=Counts(requested=1, revealed=1),
        kms=KmsUse(KmsProvider.LOCAL, "local:/keys/vault.public.pem", 1),
        policy="default-1-0123456789abcdef",
    )

    assert ENTRIES[1] == leaf_bytes(ours)
    assert [read_record(each) for each in ENTRIES[1:2]] == [ours]
    assert [each["leaf_hash"] for each in TREE["records"]] == [leaf_hash(each).hex() for each in ENTRIES[:2]]


def test_a_log_of_ours_is_that_of_the_vectors(tmp_path: Path) -> None:
    """Checkpoints, proofs and the journal agree byte by byte, at every size that the vectors name."""
    with MerkleLog(tmp_path, KEYS) as log:
        assert NOTES[0] == (tmp_path / "checkpoint").read_text(encoding="utf-8")
        for index, each in enumerate(ENTRIES, 1):
            log.append(each)
            if index == TREE["journal"]["entries"]:
                journal = (tmp_path / "journal").read_bytes()
                assert TREE["journal"]["sha256"] == hashlib.sha256(journal).hexdigest()
            if index in NOTES:
                log.sign_checkpoint()
                assert NOTES[index] == (tmp_path / "checkpoint").read_text(encoding="utf-8")
        hashes = log.hashes()
        for each in TREE["inclusion"]:
            assert each["proof"] == [step.hex() for step in inclusion(hashes, each["index"], each["size"])]
        for each in TREE["consistency"]:
            assert each["proof"] == [step.hex() for step in consistency(hashes, each["old"], each["size"])]

    assert 300 == verify_log(tmp_path, VERIFIERS, list(NOTES.values())).size


@pytest.mark.parametrize("vector", TREE["inclusion"], ids=lambda each: f"{each['index']}-of-{each['size']}")
def test_inclusion_vectors(vector: dict[str, Any]) -> None:
    """Each proof leads from its entry to the root of its size."""
    index, size, proof = vector["index"], vector["size"], [bytes.fromhex(step) for step in vector["proof"]]

    assert generate.mth(ENTRIES[:size]) == root_by_proof(leaf_hash(ENTRIES[index]), index, size, proof)


@pytest.mark.parametrize("vector", TREE["consistency"], ids=lambda each: f"{each['old']}-{each['size']}")
def test_consistency_vectors(vector: dict[str, Any]) -> None:
    """Each proof shows that the longer log begins with the shorter one."""
    old, new = (open_checkpoint(generate.note(vector[name]), VERIFIERS) for name in ("old", "size"))

    verify_consistency(old, new, [bytes.fromhex(step) for step in vector["proof"]])


@pytest.mark.parametrize("why", TREE["refused"])
def test_refused_notes(why: str) -> None:
    """No note is believed that the key did not sign exactly so."""
    with pytest.raises(Altered):
        open_checkpoint(TREE["refused"][why], VERIFIERS)

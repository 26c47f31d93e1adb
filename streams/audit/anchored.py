"""The anchors of a deployment, out of its settings."""

import contextlib
from collections.abc import Sequence

from schemas.errors import AuditUnavailable, ConfigError
from streams.audit.anchoring import Anchoring
from streams.audit.anchors import FileAnchor
from streams.audit.merkle_log import MerkleLog
from streams.audit.ports import Anchor
from streams.clock import Clock
from streams.config import Settings


def anchorings_of(settings: Settings, log: MerkleLog, clock: Clock) -> Sequence[Anchoring]:
    """Return what keeps each configured anchor of a log up to date, with what it holds already.

    One that cannot be reached does not keep a service from starting: it counts as stale. Raises AuditAltered where an
    anchor holds another log.
    """
    found = [Anchoring(log.folder, log.keys.verifiers, anchor, clock) for anchor in anchors_of(settings, clock)]
    for anchoring in found:
        with contextlib.suppress(AuditUnavailable):
            anchoring.load()
    return found


def anchors_of(settings: Settings, clock: Clock) -> Sequence[Anchor]:
    """Return the configured anchors: a folder, a bucket, both or none."""
    audit = settings.audit
    anchors: list[Anchor] = [] if audit.anchor_folder is None else [FileAnchor(audit.anchor_folder)]
    if audit.anchor_bucket is not None:
        try:
            from streams.audit.anchor_s3 import connect_s3  # noqa: PLC0415 - an extra that few need.
        except ModuleNotFoundError:
            raise ConfigError("S3 needs the extra `aws`: pip install 'phistream[aws]'", setting="audit") from None
        days = settings.retention.audit_days
        anchors.append(connect_s3(audit.anchor_bucket, audit.anchor_region, days, clock, audit.anchor_prefix))
    return anchors

"""A bucket with Object Lock that keeps its word: moto lets compliance retention be shortened and objects vanish."""

import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError


def _refuse(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "refused"}}, "S3")


@dataclass(slots=True)
class Version:
    """One version of one object."""

    id: str
    body: bytes = field(repr=False)
    mode: str | None
    until: datetime | None


@dataclass(slots=True)
class StrictS3:
    """The part of an S3 client that anchors use, and what an attacker would.

    `now` is the bucket's clock, `keeps` the mode that it really gives.
    """

    now: datetime
    locked: bool = True
    keeps: str | None = "COMPLIANCE"
    objects: dict[str, list[Version]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    def get_object_lock_configuration(self, Bucket: str) -> dict[str, Any]:  # noqa: N803 - the client's own names.
        """Tell whether the bucket locks."""
        if not self.locked:
            raise _refuse("ObjectLockConfigurationNotFoundError")
        return {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}

    def put_object(self, Bucket: str, Key: str, Body: bytes, **options: Any) -> dict[str, Any]:  # noqa: N803
        """Add a version; a condition that nothing is there is honoured."""
        versions = self.objects.setdefault(Key, [])
        if options.get("IfNoneMatch") == "*" and versions and Key not in self.deleted:
            raise _refuse("PreconditionFailed")
        mode, until = options.get("ObjectLockMode"), options.get("ObjectLockRetainUntilDate")
        if mode is not None and (not self.locked or until is None or until <= self.now):
            raise _refuse("InvalidRequest")
        versions.append(Version(f"v{len(versions)}", Body, mode and self.keeps, until))
        self.deleted.discard(Key)
        return {}

    def head_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        """Tell an object's retention."""
        last = self._last(Key)
        found = {"ObjectLockMode": last.mode, "ObjectLockRetainUntilDate": last.until}
        return {name: value for name, value in found.items() if value is not None}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        """Return the last version."""
        return {"Body": io.BytesIO(self._last(Key).body)}

    def list_object_versions(self, Bucket: str, Prefix: str) -> dict[str, Any]:  # noqa: N803
        """List versions and delete markers."""
        keys = [key for key in self.objects if key.startswith(Prefix)]
        versions = [{"Key": key, "VersionId": each.id} for key in keys for each in self.objects[key]]
        return {"Versions": versions, "DeleteMarkers": [{"Key": key} for key in keys if key in self.deleted]}

    def list_objects_v2(self, Bucket: str, Prefix: str, Delimiter: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """List keys, or the prefixes that they share."""
        keys = [key for key in self.objects if key.startswith(Prefix) and key not in self.deleted]
        if not Delimiter:
            return {"Contents": [{"Key": key} for key in keys]}
        shared = {Prefix + key[len(Prefix) :].split(Delimiter)[0] + Delimiter for key in keys}
        return {"CommonPrefixes": [{"Prefix": prefix} for prefix in sorted(shared)]}

    def put_object_retention(self, Bucket: str, Key: str, Retention: dict[str, Any]) -> None:  # noqa: N803
        """Change a retention: under COMPLIANCE it only ever grows."""
        last = self._last(Key)
        later = Retention.get("RetainUntilDate")
        locked = last.mode == "COMPLIANCE" and last.until is not None and last.until > self.now
        if locked and (Retention.get("Mode") != "COMPLIANCE" or later is None or later < last.until):
            raise _refuse("AccessDenied")
        last.mode, last.until = Retention.get("Mode"), later

    def delete_object(self, Bucket: str, Key: str, VersionId: str | None = None) -> None:  # noqa: N803
        """Delete a version, where no retention forbids it; without a version, only mark the object as deleted."""
        if VersionId is None:
            self.deleted.add(Key)
            return
        for version in self.objects.get(Key, []):
            if version.id == VersionId and version.until is not None and version.until > self.now:
                raise _refuse("AccessDenied")
        self.objects[Key] = [each for each in self.objects.get(Key, []) if each.id != VersionId]

    def _last(self, key: str) -> Version:
        if not self.objects.get(key) or key in self.deleted:
            raise _refuse("NoSuchKey")
        return self.objects[key][-1]

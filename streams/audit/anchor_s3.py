"""An anchor in S3 with Object Lock: what is put there stays, whoever asks, until its time is over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from schemas.errors import AuditAltered, AuditUnavailable
from streams.audit.anchors import CHECKPOINTS, refuse_other
from streams.clock import Clock

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_THERE_ALREADY = ("PreconditionFailed", "ConditionalRequestConflict")
_COMPLIANCE: Final = "COMPLIANCE"


@dataclass(frozen=True, slots=True)
class S3Anchor:
    """A bucket with Object Lock in mode COMPLIANCE, best in an account of its own: nobody deletes before the time.

    Each object is written once, under a retention that is read back; a second version of one is an alteration.
    """

    client: "S3Client"
    bucket: str
    retention_days: int
    clock: Clock
    prefix: str = ""

    def put(self, name: str, content: bytes) -> None:
        """Keep the content under retention."""
        until = datetime.fromtimestamp(self.clock.now_ms() // 1000, UTC) + timedelta(days=self.retention_days)
        try:
            self.client.put_object(
                Bucket=self.bucket,
                Key=self.prefix + name,
                Body=content,
                IfNoneMatch="*",
                ChecksumAlgorithm="SHA256",
                ObjectLockMode=_COMPLIANCE,
                ObjectLockRetainUntilDate=until,
            )
            found = self.client.head_object(Bucket=self.bucket, Key=self.prefix + name)
        except ClientError as error:
            if _code(error) not in _THERE_ALREADY:
                raise _unavailable(error) from None
            refuse_other(self.get(name), content, name)
            return
        except BotoCoreError as error:
            raise AuditUnavailable("anchor cannot be reached", reason=type(error).__name__) from None
        kept = found.get("ObjectLockRetainUntilDate")
        if found.get("ObjectLockMode") != _COMPLIANCE or kept is None or kept < until:
            raise AuditUnavailable("anchor does not keep what it was given", path=name)

    def get(self, name: str) -> bytes | None:
        """Return what is kept under the name, where it is the only thing that ever was."""
        try:
            listed = self.client.list_object_versions(Bucket=self.bucket, Prefix=self.prefix + name)
            versions = [each for each in listed.get("Versions", []) if each.get("Key") == self.prefix + name]
            if len(versions) > 1 or any(
                each.get("Key") == self.prefix + name for each in listed.get("DeleteMarkers", [])
            ):
                raise AuditAltered("anchor was written over or deleted", path=name)
            if not versions:
                return None
            return self.client.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"].read()
        except ClientError as error:
            raise _unavailable(error) from None
        except BotoCoreError as error:
            raise AuditUnavailable("anchor cannot be reached", reason=type(error).__name__) from None

    def newest(self) -> str | None:
        """Return the name of the newest checkpoint kept."""
        try:
            days = [
                each["Prefix"]
                for page in self._pages(f"{CHECKPOINTS}/", "/")
                for each in page.get("CommonPrefixes", [])
            ]
            if not days:
                return None
            last = max(days).removeprefix(self.prefix)
            names = [each["Key"] for page in self._pages(last, "") for each in page.get("Contents", [])]
        except ClientError as error:
            raise _unavailable(error) from None
        except BotoCoreError as error:
            raise AuditUnavailable("anchor cannot be reached", reason=type(error).__name__) from None
        return max(names).removeprefix(self.prefix) if names else None

    def _pages(self, prefix: str, delimiter: str) -> list[Any]:
        pages: list[Any] = []
        more: dict[str, Any] = {}
        while not pages or more:
            page = self.client.list_objects_v2(
                Bucket=self.bucket, Prefix=self.prefix + prefix, Delimiter=delimiter, **more
            )
            pages.append(page)
            more = {"ContinuationToken": page["NextContinuationToken"]} if page.get("IsTruncated") else {}
        return pages


def connect_s3(bucket: str, region: str | None, retention_days: int, clock: Clock, prefix: str = "") -> S3Anchor:
    """Return the anchor of a bucket; nothing is asked of it yet."""
    import boto3  # noqa: PLC0415 - it takes half a second, and few need it.

    client = boto3.client("s3", region_name=region)
    return S3Anchor(client, bucket, retention_days, clock, prefix)


def refuse_unlocked(anchor: S3Anchor) -> None:
    """Raise AuditUnavailable where the bucket has no Object Lock."""
    try:
        found = anchor.client.get_object_lock_configuration(Bucket=anchor.bucket)
    except ClientError as error:
        raise _unavailable(error) from None
    except BotoCoreError as error:
        raise AuditUnavailable("anchor cannot be reached", reason=type(error).__name__) from None
    if found.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") != "Enabled":
        raise AuditUnavailable("bucket of the anchor has no Object Lock")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code"))


def _unavailable(error: ClientError) -> AuditUnavailable:
    return AuditUnavailable("anchor refuses", code=_code(error))

"""Give OpenSearch its security plugin, and the roles that the product ships."""

import json
import os
import secrets
import shutil
import ssl
import subprocess
from collections.abc import Mapping
from pathlib import Path
from string import Template

from tests.stack.certificates import Certificates
from tests.stack.requests import request
from tests.stack.settings import REPOSITORY, StackError

# Account → role file and tenant.
USERS: Mapping[str, tuple[str, str]] = {
    "indexer": ("indexer", ""),
    "retention": ("retention", ""),
    "analyst_a": ("analyst", "a"),
    "analyst_b": ("analyst", "b"),
}
# The distribution with the plugin brings one module only; these are the core modules the product's index needs:
# name → the class that OpenSearch loads, the jars of its folder by prefix, and what Java's security manager grants.
MODULES: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "analysis-common": ("org.opensearch.analysis.common.CommonAnalysisPlugin", ("analysis-common",), ()),
    "mapper-extras": ("org.opensearch.index.mapper.MapperExtrasPlugin", ("mapper-extras-client",), ()),
    "reindex": (
        "org.opensearch.index.reindex.ReindexPlugin",
        (
            "reindex-client",
            "opensearch-rest-client",
            "opensearch-ssl-config",
            "commons-codec",
            "commons-logging",
            "http",
        ),
        ('java.net.SocketPermission "*", "connect"', 'java.net.NetPermission "getProxySelector"'),
    ),
    "lang-painless": (
        "org.opensearch.painless.PainlessPlugin",
        ("lang-painless", "opensearch-scripting-painless-spi", "antlr4", "asm"),
        ('java.lang.RuntimePermission "createClassLoader"', 'java.lang.RuntimePermission "getClassLoader"'),
    ),
}
_ROLES = REPOSITORY / "streams" / "siem" / "assets" / "roles"
_API = "/_plugins/_security/api"
_INSTALL_SECONDS = 120


def install_security(folder: Path, java_home: str) -> None:
    """Install the plugin with the distribution's own installer, without the demonstration's accounts."""
    (plugin,) = (folder / "libs").glob("opensearch-security-*.zip")
    result = subprocess.run(
        [folder / "home" / "bin" / "opensearch-plugin", "install", "--batch", plugin.as_uri()],
        capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS,
        env=os.environ | {"OPENSEARCH_JAVA_HOME": java_home},
    )  # fmt: skip
    if result.returncode != 0:
        raise StackError("The security plugin could not be installed:\n" + (result.stdout + result.stderr)[-2000:])
    configuration = folder / "home" / "config" / "opensearch-security"
    for file, kind in (("internal_users.yml", "internalusers"), ("roles_mapping.yml", "rolesmapping")):
        (configuration / file).write_text(f"_meta:\n  type: {kind}\n  config_version: 2\n", encoding="utf-8")


def add_modules(folder: Path, version: str) -> None:
    """Lay the core modules out as a distribution has them."""
    known = {jar.name for jar in (folder / "home" / "lib").glob("*.jar")}
    jars = [jar for jar in (folder / "libs").glob("*.jar") if jar.name not in known]
    for name, (entry_class, prefixes, grants) in MODULES.items():
        module = folder / "home" / "modules" / name
        module.mkdir()
        for jar in jars:
            if jar.name.startswith(prefixes):
                shutil.copy(jar, module)
        descriptor = {
            "description": f"{name}, a core module", "version": version, "name": name, "classname": entry_class,
            "java.version": "11", "opensearch.version": version, "custom.foldername": "", "extended.plugins": "",
            "has.native.controller": "false",
        }  # fmt: skip
        lines = "".join(f"{key}={value}\n" for key, value in descriptor.items())
        (module / "plugin-descriptor.properties").write_text(lines, encoding="utf-8")
        if grants:
            policy = "".join(f"  permission {grant};\n" for grant in grants)
            (module / "plugin-security.policy").write_text(f"grant {{\n{policy}}};\n", encoding="utf-8")


def security_settings(certificates: Certificates, home: Path) -> dict[str, object]:
    """Copy the node's certificates into its home and name them in its settings."""
    folder = home / "config" / "certificates"
    folder.mkdir()
    for file in (certificates.ca, certificates.node_certificate, certificates.node_key):
        shutil.copy2(file, folder)
    pair = {
        "pemcert_filepath": f"certificates/{certificates.node_certificate.name}",
        "pemkey_filepath": f"certificates/{certificates.node_key.name}",
        "pemtrustedcas_filepath": f"certificates/{certificates.ca.name}",
        "enabled_protocols": ["TLSv1.2", "TLSv1.3"],
    }
    settings: dict[str, object] = {
        f"plugins.security.ssl.{layer}.{name}": value for layer in ("transport", "http") for name, value in pair.items()
    }
    return settings | {
        "plugins.security.ssl.http.enabled": True,
        "plugins.security.ssl.http.clientauth_mode": "OPTIONAL",
        "plugins.security.ssl.transport.enforce_hostname_verification": True,
        "plugins.security.allow_default_init_securityindex": True,
        "plugins.security.authcz.admin_dn": [certificates.admin_name],
        "plugins.security.nodes_dn": [certificates.node_name],
        "plugins.security.audit.type": "noop",
        "plugins.security.compliance.salt": secrets.token_hex(8),
    }


def apply_roles(port: int, context: ssl.SSLContext, passwords: Mapping[str, str]) -> None:
    """Create the product's roles and one account for each, with the administrator's certificate."""
    for user, (role, tenant) in USERS.items():
        name = f"phistream_{role}_{tenant}" if tenant else f"phistream_{role}"
        text = Template((_ROLES / f"{role}.json").read_text(encoding="utf-8")).substitute(tenant=tenant)
        _put(port, context, f"{_API}/roles/{name}", json.loads(text))
        account = {"password": passwords[user], "opendistro_security_roles": [name]}
        _put(port, context, f"{_API}/internalusers/{user}", account)


def _put(port: int, context: ssl.SSLContext, path: str, body: object) -> None:
    status, answer = request(port, "PUT", path, body, context=context)
    if status not in {200, 201}:
        raise StackError(f"OpenSearch refused {path} with {status}: {answer.decode(errors='replace')[:500]}")

"""Accounts of machines and services, which are nobody's."""

import re

_ACCOUNTS = frozenset(
    "root admin administrator nobody daemon www-data postgres mysql oracle git jenkins ubuntu debian centos ec2-user "
    "ansible deploy backup nagios zabbix kafka elastic opensearch guest test service system user nginx apache redis "
    "mongodb hadoop spark airflow gitlab-runner vagrant pi ftp anonymous runner node vscode jovyan coder shared public "
    "default linuxbrew conda circleci travis app web www http https tcp udp host client server tls ssl inet local "
    "loopback spool lib build builder worker airbyte grafana prometheus tomcat solr rabbitmq consul vault minio "
    "mirth orthanc keycloak hapi hl7 mllp dcm4chee pacs ris mpi fhir warehouse etl kubelet dagster prefect "
    "superset metabase trino presto celery rundeck awx terraform bamboo teamcity sonar nexus artifactory argocd flux "
    "telegraf fluentd logstash filebeat datadog splunk promtail loki envoy haproxy traefik istio memcached".split()
)
_SERVICE = re.compile(
    r"(?:app|svc|srv|sys|web|api|etl|bot|ci|dev|test|prod|data|deploy|service|batch|cron|db)[_.-]?"
    r"(?:user|usr|app|svc|srv|api|bot|admin|acct|account|runner|prod|dev|test|host|node|\d+)?|"
    r"(?:svc|srv|service|bot|etl|sys|batch|cron)[_.-](?:warehouse|interface|backup|report(?:s|ing)?|export|import|load(?:er)?|"
    r"sync|monitor(?:ing)?|scan(?:ner)?|fhir|hl7|mirth|etl|api|db|sql|claims?|billing|eligibility|lab|adt|oru|pacs|ris|print|"
    r"mail|fax|sso|ldap|audit|archive|purge|replication|repl|read(?:er|only)?|writer?|ro|rw)(?:[_.-]?(?:prod|dev|test|qa|\d+))?|"
    r"\w*(?:runner|service|daemon|server|worker)\d*",
    re.IGNORECASE,
)


def is_machine(user: str) -> bool:
    """Tell whether a user name is a machine's.

    >>> is_machine("www-data"), is_machine("appuser"), is_machine("jmoss")
    (True, True, False)
    """
    return user.lower() in _ACCOUNTS or _SERVICE.fullmatch(user) is not None

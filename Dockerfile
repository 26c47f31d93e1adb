# The image of every phistream service; the command names which one runs.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/phistream
WORKDIR /source
# Dependencies first: they change less often than the code, and each is checked by its hash. Those of AWS KMS and S3, of
# HashiCorp Vault and of PostgreSQL are among them: settings choose one, not another image.
COPY requirements.lock ./
RUN /opt/phistream/bin/pip install --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY schemas schemas
COPY detectors detectors
COPY streams streams
RUN /opt/phistream/bin/pip install --no-deps .

FROM python:3.11-slim-bookworm
ENV PATH=/opt/phistream/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN groupadd --system --gid 10001 phistream \
    && useradd --system --uid 10001 --gid phistream --no-create-home --shell /usr/sbin/nologin phistream \
    && install --directory --owner=phistream --group=phistream --mode=0700 /var/lib/phistream
COPY --from=build /opt/phistream /opt/phistream
USER 10001:10001
WORKDIR /var/lib/phistream
ENTRYPOINT ["phistream"]
CMD ["--help"]

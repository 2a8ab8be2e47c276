# syntax=docker/dockerfile:1

FROM python:3.11-slim-bookworm AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/otklik
ENV PATH=/opt/otklik/bin:$PATH
# The dependencies are a layer of their own: a change of our code leaves it as it is.
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY app ./app
COPY connectors ./connectors
COPY migrations ./migrations
RUN pip install --no-deps --no-build-isolation . && pip uninstall --yes pip

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 otklik \
    && useradd --uid 10001 --gid otklik --no-create-home --home-dir /data --shell /usr/sbin/nologin otklik \
    && install --directory --owner otklik --group otklik --mode 0700 /data
COPY --from=builder /opt/otklik /opt/otklik
ENV PATH=/opt/otklik/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OTKLIK_DATA_DIR=/data \
    OTKLIK_HOST=0.0.0.0 \
    OTKLIK_PORT=8000
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8000
USER 10001:10001
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"OTKLIK_PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["otklik"]
CMD ["run"]

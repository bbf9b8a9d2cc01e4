# Tastemap in a container: `docker build -t tastemap .`, then see compose.yaml. The volume /data holds everything.
# The base is named by its digest, so that each build starts from the same bytes: python:3.13.15-slim-trixie as
# docker-library/repo-info, the list that the official images keep of themselves, has it of 1 September 2026 (all
# platforms). The digest of today, with its security fixes, is what `docker pull python:3.13-slim-trixie` prints.
ARG BASE=python:3.13.15-slim-trixie
ARG BASE_DIGEST=sha256:881d80734ee05dca6f7f42dcb080975652a53c7eda9ba1f03bb8da31aa6a6ec2
FROM ${BASE}@${BASE_DIGEST} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /build/requirements.txt
# Wheels only: nothing is compiled, so the image needs no compiler. What was installed stays readable in it, as `pip
# inspect` says it; a bill of materials of all layers is made with `--sbom` (docs/releasing.md).
RUN python -m venv --without-pip /opt/tastemap \
    && pip --python /opt/tastemap install --require-hashes --only-binary=:all: -r /build/requirements.txt \
    && pip --python /opt/tastemap inspect --local >/opt/tastemap/packages.json
COPY bot /app/bot
COPY cogs /app/cogs
COPY services /app/services
COPY sandbox /app/sandbox
RUN /opt/tastemap/bin/python -m compileall -q /app

FROM ${BASE}@${BASE_DIGEST}
ARG BASE
ARG BASE_DIGEST
LABEL org.opencontainers.image.title="Tastemap" \
    org.opencontainers.image.description="A Discord bot that maps how playlists sound" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.base.name="${BASE}" \
    org.opencontainers.image.base.digest="${BASE_DIGEST}"
# For song titles in Chinese, Japanese and Korean, and in the scripts of South and South-East Asia and Ethiopia, on the
# charts, and to write Arabic, Hebrew and Indian letters in their order; without them a track is named by its number
# (`doctor` lists the scripts).
# The distribution keeps one version of each per release, so there is nothing to pin.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk fonts-noto-core libfribidi0 \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --system --gid 10001 tastemap \
    && useradd --system --uid 10001 --gid tastemap --home-dir /data --no-create-home --shell /usr/sbin/nologin tastemap \
    && install --directory --owner=tastemap --group=tastemap --mode=0700 /data
COPY --from=build /opt/tastemap /opt/tastemap
COPY --from=build /app /app
ENV PATH=/opt/tastemap/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    WEB_HOST=0.0.0.0 \
    LOG_FORMAT=json
# With / as the working folder the default address of the database, data/tastemap.db, is in the volume too.
WORKDIR /
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "bot", "health"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]

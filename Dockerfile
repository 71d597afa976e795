# The desk in a container: docker compose up, or
#   docker build -t opsdesk . && docker run -p 127.0.0.1:8600:8600 -v opsdesk:/var/lib/opsdesk opsdesk
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY requirements/run.txt requirements/
RUN python -m venv /opt/opsdesk \
 && /opt/opsdesk/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY . .
RUN /opt/opsdesk/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
        libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/opsdesk --shell /usr/sbin/nologin opsdesk \
 && install -d -o opsdesk -g opsdesk -m 0700 /var/lib/opsdesk \
 && install -d -m 0755 /etc/opsdesk
COPY --from=build /opt/opsdesk /opt/opsdesk
COPY packaging/config.yaml /etc/opsdesk/config.yaml
ENV PATH=/opt/opsdesk/bin:/usr/local/bin:/usr/bin:/bin \
    OPSDESK_CONFIG=/etc/opsdesk/config.yaml \
    OPSDESK_DESK__DATA=/var/lib/opsdesk \
    OPSDESK_DESK__LISTEN=0.0.0.0:8600
USER opsdesk
WORKDIR /var/lib/opsdesk
VOLUME /var/lib/opsdesk
EXPOSE 8600
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/opt/opsdesk/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8600/healthz', timeout=4)"]
ENTRYPOINT ["opsdesk"]
CMD ["serve"]

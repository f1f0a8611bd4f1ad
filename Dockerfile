# huiliu's own processes: streams, indexer, query, door and watch are five commands of this one image.
FROM python:3.11.14-slim-bookworm
WORKDIR /huiliu
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY cli cli
COPY city city
COPY connectors connectors
COPY domain domain
COPY indexer indexer
COPY ops ops
COPY query query
COPY schemas schemas
COPY settings settings
COPY stack stack
COPY streams streams
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && useradd --system huiliu
USER huiliu
ENV HUILIU_PROVIDERS_DIR=/huiliu/connectors/providers
CMD ["huiliu", "--help"]

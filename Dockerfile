# Breakwater and Airflow with the packages of the lock: what docker-compose.yaml runs.
FROM python:3.11.14-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONPATH=/opt/breakwater/include

# The packages first: they change less often than the code, and their layer is a gigabyte.
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --require-hashes --requirement /tmp/requirements.txt \
    && rm /tmp/requirements.txt

# Nothing in the container needs to be root, and nothing but its data may be written.
RUN useradd --uid 50000 --create-home breakwater \
    && mkdir --parents /var/lib/breakwater \
    && chown breakwater /var/lib/breakwater

COPY dags /opt/breakwater/dags
COPY plugins /opt/breakwater/plugins
COPY include /opt/breakwater/include
RUN python -m compileall -q /opt/breakwater

USER breakwater
WORKDIR /var/lib/breakwater

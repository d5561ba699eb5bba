# Airflow with the provider and the DAGs (target `airflow`), and the same with the stand-ins of the demo (`demo`).
# Its Airflow is the one of requirements.txt: change both together.
ARG AIRFLOW_IMAGE=apache/airflow:3.3.2-python3.12

FROM ${AIRFLOW_IMAGE} AS airflow
# Airflow's image has no bytecode: without this, each container compiles everything that it imports when it starts.
ENV UV_COMPILE_BYTECODE=1
# The lock comes first: a change of the code leaves this layer, the big one, as it is.
COPY --chown=airflow:0 requirements.txt /opt/airflow/
RUN uv pip install --no-cache --requirement /opt/airflow/requirements.txt
COPY --chown=airflow:0 pyproject.toml README.md LICENSE /tmp/provider/
COPY --chown=airflow:0 plugins/ /tmp/provider/plugins/
RUN uv pip install --no-cache --no-deps /tmp/provider
COPY --chown=airflow:0 dags/ /opt/airflow/dags/
COPY --chown=airflow:0 bin/init_airflow.py /opt/airflow/bin/
# A new volume takes its owner from the folder that it covers.
RUN mkdir -p /opt/airflow/logs /opt/airflow/login /opt/airflow/snowflake

FROM airflow AS demo
COPY --chown=airflow:0 requirements/dev.txt /tmp/dev-requirements.txt
COPY --chown=airflow:0 local/ /tmp/local/
RUN uv pip install --no-cache --constraint /tmp/dev-requirements.txt /tmp/local

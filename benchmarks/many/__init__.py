"""One large space: what each task of the hourly DAG takes of memory, requests and time in a real Airflow."""

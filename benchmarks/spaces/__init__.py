"""Many spaces on few workers, measured on docker-compose.yaml."""

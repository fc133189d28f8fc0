"""Pages that Airflow's server shows without a log-in, to who has a signed link and to nobody else."""

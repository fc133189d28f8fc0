"""Days closed again: the one place below the command line and Airflow that knows every stage."""

"""Every stage for any day, without Airflow."""


def main() -> None:
    """Run the command line."""

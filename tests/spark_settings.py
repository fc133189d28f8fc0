"""Spark for tests: two executors of their own beside the driver, on this machine."""

from importlib.util import find_spec

import pytest

from breakwater.contracts.operations import EngineSettings, SparkSettings

SPARK = EngineSettings(
    kind="spark",
    spark=SparkSettings(
        master="local-cluster[2,1,1024]",
        memory="1g",
        # The books of tests are small: compiling would take longer than running.
        options={
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.sql.shuffle.partitions": "3",
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
            "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
        },
    ),
)
_found = find_spec("pyspark")
# Where it was uninstalled its working folder stays, which Python takes for a package without code.
needs_spark = pytest.mark.skipif(
    _found is None or _found.origin is None,
    reason="pyspark is an extra; `make test-spark` installs it",
)

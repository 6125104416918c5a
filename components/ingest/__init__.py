"""Any layout of labelled samples to parquet shards."""

"""Any layout of labelled images to parquet shards."""

"""Serves champions over HTTP; promotion and rollback reach them without a restart."""

"""What a check sees in an edition or an artifact, as findings with stable codes."""

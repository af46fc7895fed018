"""Side-by-side benchmarks: each prints a table and a last line that sums up, and exits 1 on a miss."""

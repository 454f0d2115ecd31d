"""Speed side by side: `python -m benchmarks` prints ratios taken in one run; only ratios within a row mean anything."""

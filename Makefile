.PHONY: test lint peers bench fuzz soak clean

test: ## the whole test run
	pytest

lint: ## style, as the tests' machine checks it
	ruff check . && ruff format --check .

peers: ## regenerate tests/reference from the public packages (needs the peers extra)
	python tests/reference/regenerate.py

bench: ## side by side with public packages (needs the peers extra; those missing are named)
	python -m benchmarks

fuzz: ## thousands of random problems against independent checkers and a conic solver (needs the peers extra)
	python -m benchmarks.budgets && python -m benchmarks.conic

soak: ## reports killed at fifty random moments and resumed
	XLALLOC_KILLS=50 pytest -s tests/test_report_runs.py -k killed_at_any_moment

clean:
	rm -rf build dist *.egg-info .pytest_cache .ruff_cache .hypothesis xlalloc-demo

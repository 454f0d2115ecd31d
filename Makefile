.PHONY: test lint peers docs workbooks pictures bench fuzz soak clean

test: ## the whole test run
	pytest

lint: ## style, as the tests' machine checks it
	ruff check . && ruff format --check .

peers: ## regenerate tests/reference from the public packages (needs the peers extra)
	python tests/reference/regenerate.py

docs: ## the documentation as a site, in xlalloc-docs/html (needs the docs extra)
	xlalloc build docs

workbooks: ## the committed workbooks: case studies, example clients, gallery, the articles in formulas
	python -m xlalloc build workbooks --out workbooks

pictures: ## the gallery's pictures (needs LibreOffice and poppler's pdftoppm)
	python tests/pictures.py

bench: ## side by side with public packages (needs the peers extra; those missing are named)
	python -m benchmarks

fuzz: ## 10,000 risk-budgeting and 5,000 mean-variance problems against checks independent of the solvers
	python -m benchmarks.fuzz

soak: ## reports killed at fifty random moments and resumed
	XLALLOC_KILLS=50 pytest -s tests/test_report_runs.py -k killed_at_any_moment

clean:
	rm -rf build dist *.egg-info .pytest_cache .ruff_cache .hypothesis xlalloc-demo xlalloc-docs

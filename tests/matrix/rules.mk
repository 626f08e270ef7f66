# The matrix of programs: every case is run, and what was seen becomes docs/compatibility.md.

matrix:
	@tests/install test matrix
	@$(MAKE) --no-print-directory all test-programs
	@tests/harness --table docs/compatibility.md tests/matrix/*.case

.PHONY: matrix

# explain's verdicts on what programs say, bare and shimmed: large ones, and those that `make test` leaves out.

words:
	@tests/install test words
	@$(MAKE) --no-print-directory all test-programs
	@rm -rf $(TESTS)/held
	@tests/run tests/words/*.bats tests/programs/explain.bats tests/programs/verdicts.bats
	@tests/words/held

.PHONY: words

# explain's verdicts on programs that are too large for `make test`: Go, Rust, Java, matplotlib, chromium, tsx, nx.

words:
	@tests/install test words
	@$(MAKE) --no-print-directory all test-programs
	@tests/run tests/words/words.bats

.PHONY: words

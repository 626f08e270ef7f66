# node's and Ruby's own tests, from Debian's sources, on volumes that refuse sockets.

suites:
	@tests/install test
	@tests/suites/prepare
	@$(MAKE) --no-print-directory all $(TESTS)/faulty
	@FILE_LIMIT=3600 tests/run tests/suites/volumes.bats

.PHONY: suites

# Every cron that tests/crons/prepare brings, in a day of several minutes: roots of Debian, and builds from
# source, that `make test` goes without.

crons:
	@tests/install test crons
	@$(MAKE) --no-print-directory all test-programs
	@FILE_LIMIT=1800 tests/run tests/crons/days.bats tests/crons/containers.bats tests/crons/roots.bats tests/crons/volumes.bats

.PHONY: crons

# The engines beside Docker's own: they take packages and minutes that `make test` goes without.

engines:
	@tests/install test engines
	@$(MAKE) --no-print-directory all test-programs
	@tests/run tests/containers/rootless.bats tests/containers/releases.bats tests/containers/podman.bats tests/containers/recipes.bats \
	    tests/containers/cdi.bats

.PHONY: engines

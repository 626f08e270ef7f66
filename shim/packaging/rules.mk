# What is handed out: build/dist, and a release.

dist:
	@tests/install packaging
	@shim/packaging/dist $(VERSION) $(BUILD)/dist

# Two whole builds in two folders, and what is in them installed and used: minutes.
dist-test:
	@tests/install test packaging platforms engines
	@tests/packaging/prepare
	@$(MAKE) --no-print-directory all test-programs
	@FILE_LIMIT=$${FILE_LIMIT:-3600} tests/run tests/packaging/dist.bats

release:
	@shim/packaging/release $(VERSION) $(BUILD)/dist

.PHONY: dist dist-test release

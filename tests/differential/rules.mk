# The differential fuzzer: one program for glibc and for musl. A minute of it is part of `make test`
# (tests/programs/differential.bats), more of `make soak` (tests/soak/differential.bats).

DIFFERENTIAL := $(TESTS)/differential
DIFFERENTIAL_SOURCES := $(wildcard tests/differential/*.c) $(PROBE_COMMON)
DIFFERENTIAL_NEEDS := $(DIFFERENTIAL_SOURCES) tests/differential/differential.h Makefile tests/rules.mk \
    tests/differential/rules.mk

test-programs: $(DIFFERENTIAL)/glibc $(DIFFERENTIAL)/musl

$(DIFFERENTIAL)/glibc: $(DIFFERENTIAL_NEEDS)
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(PROBE_CFLAGS) -o $@ $(DIFFERENTIAL_SOURCES)

$(DIFFERENTIAL)/musl: $(DIFFERENTIAL_NEEDS) | $(TESTS)/kernel-headers
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(MUSL_CC) $(PROBE_CFLAGS) $(MUSL_CFLAGS) -o $@ $(DIFFERENTIAL_SOURCES)

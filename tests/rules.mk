# The tests: what they need, what is built for them, and how they are run.

TESTS := $(BUILD)/tests
PROBE_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Wno-format-truncation -Wno-unknown-warning-option -Ishim -Itests $(CFLAGS)
MUSL_CC := musl-gcc
# It knows no kernel headers; -idirafter, so that its own of the C library come first.
MUSL_CFLAGS := -idirafter $(TESTS)/kernel-headers
# A probe is a file, or a folder of files.
PROBES := $(basename $(notdir $(wildcard tests/probes/*.c))) $(notdir $(patsubst %/.,%,$(wildcard tests/probes/*/.)))
probe_files = $(wildcard tests/probes/$(1).c tests/probes/$(1)/*.[ch])
PROBE_COMMON := shim/core/errno_name.c
PROBE_NEEDS := $(PROBE_COMMON) tests/probes/probe.h Makefile tests/rules.mk
PROBE_PROGRAMS := $(PROBES:%=$(TESTS)/%) $(PROBES:%=$(TESTS)/%-musl)
UNITS := $(basename $(notdir $(wildcard tests/unit/*.c)))
# The policy, with the sanitizers around it.
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all
SANITIZED := $(PROBE_CFLAGS) $(WIDTH) -g $(SANITIZERS)
# With what the command reads of strangers' bytes.
TESTED := $(POLICY) shim/command/lines.c shim/command/messages.c shim/command/doctor/program.c
UNIT_OBJECTS := $(TESTED:%.c=$(TESTS)/policy/%.o)
UNIT_PROGRAMS := $(UNITS:%=$(TESTS)/unit-%)
# Random file operations in a view (tests/writable).
OPERATIONS := $(TESTS)/operations $(TESTS)/operations-musl
OPERATIONS_FILES := $(wildcard tests/writable/operations/*.[ch])
# 32-bit programs are of three kinds.
OPERATIONS += $(if $(NARROW),$(TESTS)/operations-64 $(TESTS)/operations-time64)
TEST_PROGRAMS := $(PROBE_PROGRAMS) $(OPERATIONS) $(TESTS)/faulty $(UNIT_PROGRAMS) $(TESTS)/fuzz-foreign_bytes \
    $(TESTS)/clock-musl.so $(TESTS)/exchange $(TESTS)/landlock

test: dependencies
	@$(MAKE) --no-print-directory all test-programs
	@tests/run

platforms-test: SHELL := bash
platforms-test: dependencies
	@$(MAKE) --no-print-directory all test-programs
	@. tests/platforms/platform.bash; for platform in $$(foreign_platforms); do \
	    echo "$$platform:"; PLATFORM=$$platform tests/run tests/platforms/platform.bats || exit 1; done; \
	for platform in $$(foreign_platforms | grep -vx armv6); do \
	    echo "$$platform:"; PLATFORM=$$platform tests/run tests/platforms/foreign.bats || exit 1; done

dependencies:
	@tests/install test packaging bench platforms

test-programs: $(TEST_PROGRAMS)
probes: $(PROBE_PROGRAMS)
units: $(UNIT_PROGRAMS)
operations: $(OPERATIONS)

# From here on, also in the files that follow, $$ in what a target needs knows the target.
.SECONDEXPANSION:
$(PROBES:%=$(TESTS)/%): $(TESTS)/%: $$(call probe_files,$$*) $(PROBE_NEEDS)
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(PROBE_CFLAGS) -o $@ $(filter %.c,$^) -pthread

$(PROBES:%=$(TESTS)/%-musl): $(TESTS)/%-musl: $$(call probe_files,$$*) $(PROBE_NEEDS) | $(TESTS)/kernel-headers
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(MUSL_CC) $(PROBE_CFLAGS) $(MUSL_CFLAGS) -o $@ $(filter %.c,$^) -pthread

$(TESTS)/operations-64: OPERATIONS_CFLAGS := -D_FILE_OFFSET_BITS=64
$(TESTS)/operations-time64: OPERATIONS_CFLAGS := $(WIDTH)
$(filter-out %-musl,$(OPERATIONS)): $(OPERATIONS_FILES) $(PROBE_COMMON) Makefile tests/rules.mk
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(PROBE_CFLAGS) $(OPERATIONS_CFLAGS) -o $@ $(filter %.c,$^)

$(TESTS)/operations-musl: $(OPERATIONS_FILES) $(PROBE_COMMON) Makefile tests/rules.mk | $(TESTS)/kernel-headers
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(MUSL_CC) $(PROBE_CFLAGS) $(MUSL_CFLAGS) -o $@ $(filter %.c,$^)

$(UNIT_PROGRAMS): $(TESTS)/unit-%: tests/unit/%.c $(wildcard tests/unit/*.h) $(UNIT_OBJECTS)
	@echo "  $(@:$(BUILD)/%=%)"
	@$(CC) $(SANITIZED) -o $@ $< $(UNIT_OBJECTS) -lcmocka

# libFuzzer is clang's.
$(TESTS)/fuzz-%: tests/fuzz/%.c $(TESTED) Makefile tests/rules.mk
	@echo "  $(@:$(BUILD)/%=%)"
	@clang $(SANITIZED) -fsanitize=fuzzer -o $@ $< $(TESTED)

$(TESTS)/policy/%.o: %.c Makefile tests/rules.mk
	@mkdir -p $(@D)
	@$(CC) $(SANITIZED) -MMD -MP -c -o $@ $<

$(TESTS)/kernel-headers:
	@mkdir -p $@
	@ln -sfn /usr/include/linux $@/linux
	@ln -sfn /usr/include/asm-generic $@/asm-generic
	@ln -sfn "$$($(CC) -M -include asm/types.h -x c /dev/null | tr ' ' '\n' | sed -n 's,/asm/types.h$$,/asm,p')" $@/asm

# -nostdlib: the shell that starts the daemon is glibc's.
$(TESTS)/clock-musl.so: tests/programs/clock.c Makefile tests/rules.mk
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@musl-gcc $(PROBE_CFLAGS) -shared -nostdlib -fPIC -o $@ $<

$(TESTS)/exchange: tests/hostile/exchange.c Makefile tests/rules.mk
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(PROBE_CFLAGS) -o $@ $<

$(TESTS)/landlock: tests/hostile/landlock.c Makefile tests/rules.mk
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(PROBE_CFLAGS) -o $@ $<

$(TESTS)/faulty: $(wildcard tests/volumes/faulty/*.[ch]) Makefile tests/rules.mk
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(PROBE_CFLAGS) $$(pkg-config --cflags fuse3) -o $@ $(filter %.c,$^) $$(pkg-config --libs fuse3)

include tests/containers/rules.mk

.PHONY: test platforms-test dependencies test-programs probes units operations
-include $(UNIT_OBJECTS:.o=.d)

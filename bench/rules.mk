# The benchmark, and the instruction counts that stand for it in the tests.

BENCH := $(BUILD)/bench
BENCH_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Wno-unknown-warning-option -Ibench
BENCH_PROGRAMS := $(BENCH)/empty.so $(BENCH)/nothing $(BENCH)/startup $(BENCH)/calls $(BENCH)/doors $(BENCH)/files

# BEFORE=FILE, an older libqlshim.so: one more section has both beside each other.
bench: bench-dependencies
	@$(MAKE) --no-print-directory all bench-programs $(TESTS)/faulty
	@BEFORE=$(BEFORE) BEFORE_NAME=$(BEFORE_NAME) tests/isolated bench/run >$(BENCH)/bench.md
	@cp $(BENCH)/bench.md docs/bench.md
	@cat docs/bench.md

# To be run, and its difference read, after a change that is meant to cost or to save instructions.
instructions: bench-dependencies
	@$(MAKE) --no-print-directory all bench-programs $(TESTS)/faulty
	@tests/isolated bench/instructions >$(BENCH)/instructions.txt
	@cp $(BENCH)/instructions.txt bench/instructions.txt
	@git --no-pager diff --stat bench/instructions.txt

bench-dependencies:
	@tests/install bench

bench-programs: $(BENCH_PROGRAMS)

test-programs: bench-programs

# By the same flags as the library itself, so that nothing but its content differs.
$(BENCH)/empty.so: bench/empty.c Makefile bench/rules.mk
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(LIBRARY_CFLAGS) $(LIBRARY_LDFLAGS) -o $@ $<

$(BENCH)/nothing: bench/nothing.c Makefile bench/rules.mk
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(BENCH_CFLAGS) -static -o $@ $<

$(BENCH)/startup $(BENCH)/doors: $(BENCH)/%: bench/%.c Makefile bench/rules.mk
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(BENCH_CFLAGS) -o $@ $<

# The same program with other calls.
$(BENCH)/calls: bench/operations.c
$(BENCH)/files: bench/files.c
$(BENCH)/calls $(BENCH)/files: bench/calls.c bench/operations.h Makefile bench/rules.mk
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(BENCH_CFLAGS) -o $@ $(filter %.c,$^) -pthread

.PHONY: bench instructions bench-dependencies bench-programs

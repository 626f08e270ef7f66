# qlshim: libqlshim.so and its command. See README.md.
VERSION := 0.1.0

CC ?= gcc
PREFIX ?= /usr/local
BUILD ?= build

WARNINGS := -Wall -Wextra -Werror -Wmissing-prototypes -Wshadow -Wvla
COMMON := -std=gnu11 -O2 -D_GNU_SOURCE -Ishim -DQLSHIM_VERSION='"$(VERSION)"' $(WARNINGS) $(CFLAGS)

# One file for glibc and musl: no library is named as needed, no symbol has a version, nothing is
# resolved later or relocated page by page (docs/design.md, "The library file").
# gcc only: without it, the loop in memset becomes a call of memset.
NO_LOOP_PATTERNS := $(shell $(CC) -fno-tree-loop-distribute-patterns -fsyntax-only -x c /dev/null \
    2>/dev/null && echo -fno-tree-loop-distribute-patterns)
LIBRARY_CFLAGS := $(COMMON) -fPIC -fvisibility=hidden -ffreestanding -fno-builtin \
    -fno-stack-protector -fcf-protection=none -fno-plt -fno-asynchronous-unwind-tables \
    -U_FORTIFY_SOURCE $(NO_LOOP_PATTERNS)
LIBRARY_LDFLAGS := -shared -nostdlib -Wl,-soname,libqlshim.so -Wl,-z,now -Wl,-z,norelro \
    -Wl,-z,noseparate-code -Wl,--hash-style=gnu -Wl,--build-id=none

LIBRARY_SOURCES := $(wildcard shim/core/*.c shim/sockets/*.c shim/identity/*.c shim/exec/*.c shim/cron/*.c shim/calls/*.c)
LIBRARY_OBJECTS := $(LIBRARY_SOURCES:%.c=$(BUILD)/library/%.o)
COMMAND_SOURCES := $(wildcard shim/command/*.c) shim/core/text.c shim/core/passwd_file.c \
    shim/exec/target.c
COMMAND_OBJECTS := $(COMMAND_SOURCES:%.c=$(BUILD)/command/%.o)

all: $(BUILD)/libqlshim.so $(BUILD)/qlshim

$(BUILD)/libqlshim.so: $(LIBRARY_OBJECTS)
	@echo "  $(@:$(BUILD)/%=%)"
	@$(CC) $(LIBRARY_LDFLAGS) -o $@ $^

$(BUILD)/qlshim: $(COMMAND_OBJECTS)
	@echo "  $(@:$(BUILD)/%=%)"
	@$(CC) -static -o $@ $^

$(BUILD)/library/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  $(@:$(BUILD)/%=%)"
	@$(CC) $(LIBRARY_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/command/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  $(@:$(BUILD)/%=%)"
	@$(CC) $(COMMON) -MMD -MP -c -o $@ $<

install: all
	install -D -m 0644 $(BUILD)/libqlshim.so $(DESTDIR)$(PREFIX)/lib/libqlshim.so
	install -D -m 0755 $(BUILD)/qlshim $(DESTDIR)$(PREFIX)/bin/qlshim

# --- tests ---------------------------------------------------------------------------------------

TESTS := $(BUILD)/tests
PROBE_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Wno-format-truncation -Wno-unknown-warning-option -Ishim -Itests
# musl-gcc knows no kernel headers; -idirafter, so that its own of the C library come first.
MUSL_CFLAGS := -idirafter $(TESTS)/kernel-headers
PROBES := $(basename $(notdir $(wildcard tests/probes/*.c)))
PROBE_COMMON := shim/core/errno_name.c
PROBE_PROGRAMS := $(PROBES:%=$(TESTS)/%) $(PROBES:%=$(TESTS)/%-musl)
UNITS := $(basename $(notdir $(wildcard tests/unit/*.c)))
# The policy, as plain functions with the C library under them and the sanitizers around them.
POLICY := $(filter-out shim/core/memory.c shim/core/next.c,$(wildcard shim/core/*.c shim/sockets/*.c shim/identity/*.c shim/exec/*.c shim/cron/*.c))
SANITIZED := $(PROBE_CFLAGS) -g -fsanitize=address,undefined -fno-sanitize-recover=all
UNIT_OBJECTS := $(POLICY:%.c=$(TESTS)/policy/%.o)
TEST_PROGRAMS := $(PROBE_PROGRAMS) $(TESTS)/faulty $(UNITS:%=$(TESTS)/unit-%) \
    $(TESTS)/fuzz-foreign_bytes

test: dependencies
	@$(MAKE) --no-print-directory all test-programs
	@tests/run

dependencies:
	@tests/install

test-programs: $(TEST_PROGRAMS)

$(PROBES:%=$(TESTS)/%): $(TESTS)/%: tests/probes/%.c tests/probes/probe.h $(PROBE_COMMON) Makefile
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(PROBE_CFLAGS) -o $@ $< $(PROBE_COMMON) -pthread

$(PROBES:%=$(TESTS)/%-musl): $(TESTS)/%-musl: $(TESTS)/% | $(TESTS)/kernel-headers
	@echo "  $(@:$(BUILD)/%=%)"
	@musl-gcc $(PROBE_CFLAGS) $(MUSL_CFLAGS) -o $@ tests/probes/$*.c $(PROBE_COMMON) -pthread

$(UNITS:%=$(TESTS)/unit-%): $(TESTS)/unit-%: tests/unit/%.c tests/unit/unit.h $(UNIT_OBJECTS)
	@echo "  $(@:$(BUILD)/%=%)"
	@$(CC) $(SANITIZED) -o $@ $< $(UNIT_OBJECTS) -lcmocka

# libFuzzer is clang's.
$(TESTS)/fuzz-%: tests/fuzz/%.c $(POLICY) Makefile
	@echo "  $(@:$(BUILD)/%=%)"
	@clang $(SANITIZED) -fsanitize=fuzzer -o $@ $< $(POLICY)

$(TESTS)/policy/%.o: %.c Makefile
	@mkdir -p $(@D)
	@$(CC) $(SANITIZED) -MMD -MP -c -o $@ $<

$(TESTS)/kernel-headers:
	@mkdir -p $@
	@ln -sfn /usr/include/linux $@/linux
	@ln -sfn /usr/include/asm-generic $@/asm-generic
	@ln -sfn /usr/include/$(shell $(CC) -dumpmachine)/asm $@/asm

$(TESTS)/faulty: tests/volumes/faulty.c Makefile
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(PROBE_CFLAGS) $$(pkg-config --cflags fuse3) -o $@ $< $$(pkg-config --libs fuse3)

clean:
	rm -rf $(BUILD)

.PHONY: all install clean test dependencies test-programs
-include $(UNIT_OBJECTS:.o=.d) $(LIBRARY_OBJECTS:.o=.d) $(COMMAND_OBJECTS:.o=.d)

# Soak and faults: a load of clients on servers that are killed, on volumes that fail; the doors at
# bad moments; growth; races. A short run is part of `make test` (tests/programs/soak.bats).

SOAK := $(TESTS)/soak
SOAK_HEADERS := $(wildcard tests/soak/*.h tests/probes/*.h) Makefile tests/rules.mk tests/soak/rules.mk
# Programs of the soak, each for glibc and for musl, by the files that they are made of.
SOAK_PROBES := load hostile growth
SOAK_load := load.c checks.c server.c client.c
SOAK_hostile := hostile.c
SOAK_growth := growth.c
SOAK_PROGRAMS := $(SOAK_PROBES:%=$(SOAK)/%) $(SOAK_PROBES:%=$(SOAK)/%-musl) $(SOAK)/starve.so \
    $(TESTS)/unit-tables

soak: soak-dependencies
	@$(MAKE) --no-print-directory all test-programs $(SOAK)/tables
	@tests/run tests/soak/*.bats

soak-dependencies:
	@tests/install test soak

test-programs: $(SOAK_PROGRAMS)

$(SOAK_PROBES:%=$(SOAK)/%): $(SOAK)/%: $$(addprefix tests/soak/,$$(SOAK_$$*)) $(PROBE_COMMON) $(SOAK_HEADERS)
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(PROBE_CFLAGS) -o $@ $(filter %.c,$^) -pthread

$(SOAK_PROBES:%=$(SOAK)/%-musl): $(SOAK)/%-musl: $$(addprefix tests/soak/,$$(SOAK_$$*)) $(PROBE_COMMON) $(SOAK_HEADERS) | $(TESTS)/kernel-headers
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@musl-gcc $(PROBE_CFLAGS) $(MUSL_CFLAGS) -o $@ $(filter %.c,$^) -pthread

$(SOAK)/starve.so: tests/soak/starve.c $(SOAK_HEADERS)
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(PROBE_CFLAGS) -fPIC -shared -o $@ $<

# The policy as in the unit tests, but with ThreadSanitizer around it, which excludes the others. It knows no
# fences, and the compiler says so of one in the room of views, whose functions are not called here.
$(TESTS)/unit-tables: tests/soak/tables.c tests/unit/unit.h $(POLICY) $(SOAK_HEADERS)
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(PROBE_CFLAGS) -g -fsanitize=thread -Wno-tsan -o $@ $< $(POLICY) -lcmocka -pthread

# -O1: helgrind names the functions that the suppressions name.
$(SOAK)/tables: tests/soak/tables.c tests/unit/unit.h $(POLICY) $(SOAK_HEADERS)
	@echo "  $(@:$(BUILD)/%=%)"
	@mkdir -p $(@D)
	@$(CC) $(PROBE_CFLAGS) -O1 -g -DHELGRIND -Wl,--wrap=table_try_lock,--wrap=table_unlock -o $@ $< \
	    $(POLICY) -lcmocka -pthread

.PHONY: soak soak-dependencies

# qlshim: libqlshim.so and its command. See README.md.
VERSION := 0.1.0

CC ?= gcc
PREFIX ?= /usr/local
BUILD ?= build

WARNINGS := -Wall -Wextra -Werror -Wmissing-prototypes -Wshadow -Wvla
COMMON := -std=gnu11 -O2 -D_GNU_SOURCE -Ishim -DQLSHIM_VERSION='"$(VERSION)"' $(WARNINGS) $(CFLAGS)

# One file for glibc and musl: no library is named as needed, no symbol has a version, nothing is
# resolved later or relocated page by page (docs/design.md, "The library file").
LIBRARY_CFLAGS := $(COMMON) -fPIC -fvisibility=hidden -ffreestanding -fno-builtin \
    -fno-stack-protector -fno-tree-loop-distribute-patterns -fcf-protection=none \
    -fno-asynchronous-unwind-tables -U_FORTIFY_SOURCE
LIBRARY_LDFLAGS := -shared -nostdlib -Wl,-soname,libqlshim.so -Wl,-z,now -Wl,-z,norelro \
    -Wl,-z,noseparate-code -Wl,--hash-style=gnu -Wl,--build-id=none

LIBRARY_SOURCES := $(wildcard shim/core/*.c shim/sockets/*.c shim/calls/*.c)
LIBRARY_OBJECTS := $(LIBRARY_SOURCES:%.c=$(BUILD)/library/%.o)
COMMAND_SOURCES := $(wildcard shim/command/*.c)
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
	@$(CC) $(LIBRARY_CFLAGS) -MMD -c -o $@ $<

$(BUILD)/command/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  $(@:$(BUILD)/%=%)"
	@$(CC) $(COMMON) -MMD -c -o $@ $<

clean:
	rm -rf $(BUILD)

.PHONY: all clean
-include $(LIBRARY_OBJECTS:.o=.d) $(COMMAND_OBJECTS:.o=.d)

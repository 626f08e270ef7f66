# qlshim: libqlshim.so and its command. See README.md.
VERSION := 0.1.0

CC ?= gcc
# The command is linked with a C library, which another compiler may have for an older processor.
COMMAND_CC ?= $(CC)
PREFIX ?= /usr/local
BUILD ?= build
# A package of debug information needs one: sha1.
BUILD_ID ?= none
OBJCOPY := $(shell $(CC) -print-prog-name=objcopy 2>/dev/null)

# -g changes nothing that is loaded. No folder's name gets into a file, so that the same sources give
# the same files wherever they are built.
DEBUG := -g -ffile-prefix-map=$(CURDIR)=.
WARNINGS := -Wall -Wextra -Werror -Wmissing-prototypes -Wshadow -Wvla
COMMON := -std=gnu11 -O2 -D_GNU_SOURCE -Ishim -DQLSHIM_VERSION='"$(VERSION)"' $(WARNINGS) $(DEBUG) $(CFLAGS)

# 32-bit machines: offsets and times have 64 bits, and calls/narrow has the doors of programs without.
NARROW := $(if $(shell $(CC) -dM -E -x c /dev/null 2>/dev/null | grep '__SIZEOF_LONG__ 4'),calls/narrow)
WIDTH := $(if $(NARROW),-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64)
COMMON += $(WIDTH)

# One file for glibc and musl: no library is named as needed, no symbol has a version, nothing is
# resolved later or relocated page by page (docs/design.md, "The library file").
# What a header declares would, without its #pragma GCC visibility, be taken for another library's, and be reached
# through a table.
# gcc's own: without the first, the loop in memset becomes a call of memset.
GCC_ONLY := -fno-tree-loop-distribute-patterns -fno-align-jumps -fno-align-loops -fno-align-labels
known_options = $(shell $(CC) -Werror $(1) -fsyntax-only -x c /dev/null 2>/dev/null && echo $(1))
# What only some platforms have. aarch64: with -mcmodel=tiny an address is one instruction, since nothing of the
# library is a megabyte away; without -mno-outline-atomics, atomic operations are calls of
# the compiler's own library. x86: the linker makes plain calls of those that -fno-plt sends through a
# table; elsewhere they stay, twelve bytes and a relocation each.
MACHINE := $(shell $(CC) -dumpmachine 2>/dev/null)
X86_ONLY := -fcf-protection=none -fno-plt
KNOWN_OPTIONS := $(call known_options,$(GCC_ONLY)) $(call known_options,-mno-outline-atomics) \
    $(if $(filter x86_64% i386% i486% i586% i686%,$(MACHINE)),$(X86_ONLY)) \
    $(if $(filter aarch64%,$(MACHINE)),-mcmodel=tiny)
ifneq ($(shell $(CC) -dM -E -x c /dev/null 2>/dev/null | grep '__ARM_ARCH 6'),)
# Thumb code (core/platform/thumb1.h); __ARM_PCS_VFP has the C library's headers be those that there are.
KNOWN_OPTIONS += -mthumb -mfloat-abi=soft -D__ARM_PCS_VFP -fno-jump-tables -include core/platform/thumb1.h
endif
LIBRARY_CFLAGS := $(COMMON) -fPIC -fvisibility=hidden -fno-semantic-interposition -ffreestanding -fno-builtin \
    -fno-stack-protector -fno-asynchronous-unwind-tables -fno-unwind-tables \
    -fno-align-functions -fno-ident -U_FORTIFY_SOURCE $(KNOWN_OPTIONS)
LIBRARY_LDFLAGS = -shared -nostdlib -Wl,-soname,$(@F) -Wl,-z,now -Wl,-z,norelro \
    -Wl,-z,noseparate-code -Wl,-z,common-page-size=64 -Wl,--hash-style=gnu -Wl,--build-id=$(BUILD_ID) \
    -Wl,--sort-section=name $(PAGES)

# 32-bit ARM programs run on 64-bit kernels, too, whose pages may have 16 KiB (the Raspberry Pi 5's) or 64; some linkers
# think of 4 only.
LARGE_PAGES := -Wl,-z,max-page-size=65536
PAGES := $(if $(filter arm%,$(MACHINE)),$(LARGE_PAGES))

# The doors that programs go through all the time, what they copy with, and what goes through whole
# files at the load, are built for speed; the other doors, which that costs two instructions at most
# (bench/instructions.txt), and what lies behind them, where calls of the kernel are what costs, for
# the smallest. Nothing is padded: the file is to stay below 80 KiB.
HOT := $(addprefix shim/calls/,stat xstat syscall open socket) $(addprefix shim/core/,memory passwd_file)
# x86-64's instructions are the shortest, and leave room for speed.
HOT := $(if $(filter x86_64%,$(MACHINE)),$(HOT))

# Sorted: the order in a folder differs from disk to disk.
sources_of = $(sort $(wildcard $(1:%=shim/%/*.c)))
ROOMS := core sockets identity exec cron
LIBRARY_SOURCES := $(call sources_of,$(ROOMS) calls $(NARROW))
LIBRARY_OBJECTS := $(LIBRARY_SOURCES:%.c=$(BUILD)/library/%.o)
# The second file, for who sets QLSHIM_WRITABLE: views of folders, with doors of its own before the first's.
WRITABLE_ROOM := $(call sources_of,writable)
WRITABLE_SOURCES := $(call sources_of,core writable writable/calls $(NARROW:%=writable/%)) shim/exec/target.c
WRITABLE_OBJECTS := $(WRITABLE_SOURCES:%.c=$(BUILD)/writable/%.o)
# The command takes the library's policy for its own, with the C library under it.
POLICY := $(filter-out shim/core/memory.c shim/core/next.c,$(call sources_of,$(ROOMS)) $(WRITABLE_ROOM))
COMMAND_SOURCES := $(call sources_of,command command/doctor) $(POLICY)
COMMAND_OBJECTS := $(COMMAND_SOURCES:%.c=$(BUILD)/command/%.o)

PRODUCTS := $(BUILD)/libqlshim.so $(BUILD)/libqlshim-writable.so $(BUILD)/qlshim

all: $(PRODUCTS)

# The debug information lies in a file beside it, where gdb finds it by the link.
$(PRODUCTS): $(BUILD)/%: $(BUILD)/unstripped/%
	@echo "  $(@:$(BUILD)/%=%)"
	@$(OBJCOPY) --only-keep-debug $< $@.debug
	@chmod -x $@.debug
	@$(OBJCOPY) --strip-all --add-gnu-debuglink=$@.debug $< $@

# gcc makes it as one unit, up to a tenth smaller. The link needs the options again: unwind tables are not refused by the
# objects, and are 20 KB.
LINK_TIME := $(call known_options,-flto -flto-partition=one)
# The calls that gcc makes of its own come after that, and are to find these.
CALLED_LAST := $(addprefix $(BUILD)/library/shim/core/,memory.o byte.o thumb1.o)
$(filter-out $(CALLED_LAST),$(LIBRARY_OBJECTS)): LIBRARY_CFLAGS += $(LINK_TIME)
$(BUILD)/unstripped/libqlshim.so: $(LIBRARY_OBJECTS)
	@mkdir -p $(@D)
	@$(CC) $(if $(LINK_TIME),$(LIBRARY_CFLAGS) $(LINK_TIME)) $(LIBRARY_LDFLAGS) -o $@ $^

# Much of the core is not needed there.
$(WRITABLE_OBJECTS): LIBRARY_CFLAGS += -ffunction-sections -fdata-sections
$(BUILD)/unstripped/libqlshim-writable.so: $(WRITABLE_OBJECTS)
	@mkdir -p $(@D)
	@$(CC) $(LIBRARY_LDFLAGS) -Wl,--gc-sections -o $@ $^

$(BUILD)/unstripped/qlshim: $(COMMAND_OBJECTS)
	@mkdir -p $(@D)
	@$(COMMAND_CC) -static -Wl,--build-id=$(BUILD_ID) $(PAGES) -o $@ $^

# -Oz is of clang's, and of gcc's from 12 on, whose passes below make code faster and larger there, too: by a kilobyte.
# What else does so depends on the instructions. Without frame pointers it is 5 KB less on i386 and 2 on aarch64.
SMALLEST := -fno-caller-saves -fno-tree-sra -fno-tree-tail-merge -fno-move-loop-invariants -fno-tree-dominator-opts
SMALLEST += $(if $(filter x86_64%,$(MACHINE)),-fno-if-conversion -fno-cse-follow-jumps,-fomit-frame-pointer -fno-shrink-wrap \
    -fno-partial-inlining -fno-inline-small-functions -fno-tree-loop-im -fno-tree-vrp \
    -fno-guess-branch-probability -fno-ipa-pure-const -fno-ipa-modref)
SMALLEST := $(or $(call known_options,-Oz),-Os) $(call known_options,$(SMALLEST))
# In these doors, which nobody goes through all the time, each use of the next definition is a call; elsewhere
# than on x86-64, whose instructions are the shortest, in all doors that are not hot.
HOT := $(HOT:%=$(BUILD)/library/%.o)
DOORS := $(filter $(BUILD)/library/shim/calls/%,$(LIBRARY_OBJECTS))
BY_CALL := account credential cron datagram exec group message passwd path spawn syslog thread time
BY_CALL := $(if $(filter x86_64%,$(MACHINE)),$(BY_CALL:%=$(BUILD)/library/shim/calls/%.o),$(filter-out $(HOT),$(DOORS)))
$(BY_CALL): LIBRARY_CFLAGS += -DNEXT_BY_CALL
$(filter-out $(HOT),$(LIBRARY_OBJECTS)): LIBRARY_CFLAGS += $(SMALLEST)
# A call at a function's end is a call: i386's file is a kilobyte smaller, aarch64's half of one. But vfork's
# door must be a jump.
$(if $(filter x86_64%,$(MACHINE)),,$(filter-out $(BUILD)/library/shim/calls/cron.o,$(LIBRARY_OBJECTS))): \
    LIBRARY_CFLAGS += $(call known_options,-fno-optimize-sibling-calls)

# The one header that neither a compiler nor the C library brings; where these are missing, that is said.
$(LIBRARY_OBJECTS) $(WRITABLE_OBJECTS) $(COMMAND_OBJECTS): | $(BUILD)/uthash
$(BUILD)/uthash:
	@mkdir -p $(@D)
	@echo '#include <string.h>' | $(CC) $(CFLAGS) -fsyntax-only -x c - || { \
	    echo '$(CC) does not compile: install gcc and libc6-dev (Debian, Ubuntu), or another compiler with a C library' >&2; exit 1; }
	@echo '#include <uthash.h>' | $(CC) $(CFLAGS) -fsyntax-only -x c - 2>/dev/null || { \
	    echo 'uthash.h is missing: install uthash-dev (Debian, Ubuntu, Alpine) or uthash-devel (Fedora)' >&2; exit 1; }
	@touch $@

$(BUILD)/library/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  $(@:$(BUILD)/%=%)"
	@$(CC) $(LIBRARY_CFLAGS) -MMD -MP -c -o $@ $<

# A path that has nothing to do with a view goes through these alone.
WRITABLE_HOT := $(patsubst %,$(BUILD)/writable/shim/writable/%.o,view calls/at calls/stat calls/open)
$(filter-out $(WRITABLE_HOT),$(WRITABLE_OBJECTS)): LIBRARY_CFLAGS += -Os

$(BUILD)/writable/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  $(@:$(BUILD)/%=%)"
	@$(CC) $(LIBRARY_CFLAGS) -DNEXT_SYMBOLS_LIST='"writable/calls/next_symbols.h"' -MMD -MP -c -o $@ $<

$(BUILD)/command/shim/command/messages.o: shim/command/messages.txt

$(BUILD)/command/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  $(@:$(BUILD)/%=%)"
	@$(COMMAND_CC) $(COMMON) -MMD -MP -c -o $@ $<

# The files of every platform that shim/packaging/platforms lists, each below build/NAME.
platforms:
	@tests/install platforms
	@sed 's/#.*//' shim/packaging/platforms | while read -r name archive debian image qemu compiler; do \
	    [ -z "$$name" ] || shim/packaging/build "$$name" || exit 1; done

# Pages that are made from other files, and kept in the repository to be read there.
docs: docs/messages.md

docs/messages.md: docs/messages.awk shim/command/messages.txt
	awk -f $^ >$@

MAN_PAGES := $(BUILD)/man/qlshim.1 $(BUILD)/man/libqlshim.7
COMPLETIONS := shim/command/completions
ZSH_FUNCTIONS ?= share/zsh/site-functions

man: $(MAN_PAGES)

# Dated by the newest release, not by the day of the build.
$(BUILD)/man/%: docs/%.scd CHANGELOG.md Makefile
	@mkdir -p $(@D)
	@echo "  $(@:$(BUILD)/%=%)"
	@day=$$(sed -n 's/^## \[[0-9].* - //p' CHANGELOG.md | head -n 1) && \
	    sed 's/@VERSION@/$(VERSION)/' $< | SOURCE_DATE_EPOCH=$$(date --utc --date "$$day" +%s) scdoc >$@

INSTALLED := lib/libqlshim.so lib/libqlshim-writable.so bin/qlshim share/man/man1/qlshim.1 share/man/man7/libqlshim.7 \
    share/bash-completion/completions/qlshim $(ZSH_FUNCTIONS)/_qlshim

install: all
	install -D -m 0644 $(BUILD)/libqlshim.so $(DESTDIR)$(PREFIX)/lib/libqlshim.so
	install -D -m 0644 $(BUILD)/libqlshim-writable.so $(DESTDIR)$(PREFIX)/lib/libqlshim-writable.so
	install -D -m 0755 $(BUILD)/qlshim $(DESTDIR)$(PREFIX)/bin/qlshim
	install -D -m 0644 $(COMPLETIONS)/qlshim.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/qlshim
	install -D -m 0644 $(COMPLETIONS)/_qlshim $(DESTDIR)$(PREFIX)/$(ZSH_FUNCTIONS)/_qlshim
	@if command -v scdoc >/dev/null; then $(MAKE) --no-print-directory install-man; \
	    else echo 'without scdoc there are no manual pages: they are not installed'; fi

install-man: man
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/man/man1 $(BUILD)/man/qlshim.1
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/man/man7 $(BUILD)/man/libqlshim.7

uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,$(INSTALLED))

# In a copy, so that the checkout stays as it is; what this make was told is not for the package's, but
# for DEB_OPTIONS, dpkg-buildpackage's.
deb:
	rm -rf $(BUILD)/deb
	mkdir -p $(BUILD)/deb/qlshim-$(VERSION)
	tar --create --exclude-vcs --exclude=./build . | tar --extract --directory $(BUILD)/deb/qlshim-$(VERSION)
	cd $(BUILD)/deb/qlshim-$(VERSION) && \
	    env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS dpkg-buildpackage -us -uc -b $(DEB_OPTIONS)
	rm -rf $(BUILD)/deb/qlshim-$(VERSION)

include tests/rules.mk tests/differential/rules.mk tests/crons/rules.mk tests/demo/rules.mk tests/soak/rules.mk tests/suites/rules.mk tests/words/rules.mk tests/kernels/rules.mk bench/rules.mk tests/matrix/rules.mk shim/packaging/rules.mk

clean:
	rm -rf $(BUILD)

.DELETE_ON_ERROR:
.PHONY: all platforms docs man install install-man uninstall deb clean
-include $(LIBRARY_OBJECTS:.o=.d) $(WRITABLE_OBJECTS:.o=.d) $(COMMAND_OBJECTS:.o=.d)

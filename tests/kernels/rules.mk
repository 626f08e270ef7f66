# The filesystems of real kernels, in a machine that qemu emulates: KERNELS="bookworm trixie" for some of them. Where
# all were run, with all volumes, the page tells.

ALL_KERNELS := bullseye bookworm trixie forky
KERNELS ?= $(ALL_KERNELS)

kernels:
	@tests/install kernels
	@$(MAKE) --no-print-directory all $(TESTS)/steps
	@nice -n 19 tests/kernels/run $(KERNELS)
	@[ "$(KERNELS)$(VOLUMES)$(PM2)" != "$(ALL_KERNELS)" ] || tests/kernels/table $(KERNELS) >docs/kernels.md

.PHONY: kernels

# The filesystems of real kernels, in a machine that qemu emulates: KERNELS="bookworm trixie" for some of them. Where
# all volumes were run, the page tells.

ALL_KERNELS := bullseye bookworm trixie forky
KERNELS ?= $(ALL_KERNELS)

kernels:
	@tests/install kernels
	@$(MAKE) --no-print-directory all $(TESTS)/steps
	@nice -n 19 tests/kernels/run $(KERNELS)
	@[ "$(VOLUMES)$(PM2)" ] || { tests/kernels/table $(ALL_KERNELS) >$(BUILD)/kernels/page && mv $(BUILD)/kernels/page docs/kernels.md; }

.PHONY: kernels

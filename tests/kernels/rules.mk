# The filesystems of real kernels, in a machine that qemu emulates: KERNELS="bookworm trixie" for some of them.

KERNELS ?= bullseye bookworm trixie forky

kernels:
	@tests/install kernels
	@$(MAKE) --no-print-directory all $(TESTS)/steps
	@nice -n 19 tests/kernels/run $(KERNELS)

.PHONY: kernels

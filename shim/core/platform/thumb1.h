/*
 * Before every file of the library on ARMv6 (the Makefile), where Thumb code is a third shorter
 * than the other. gcc makes none there for functions that are handed floating point numbers in
 * registers, so it is told of a machine without; the library has no such function, and may say of
 * itself that it hands them over so (ABI for the Arm Architecture, Addenda: Tag_ABI_VFP_args, 28).
 * Else the linker marks it as soft-float, which glibc's loader does not take (its dl-machine.h).
 */
__asm__(".eabi_attribute 28, 1");

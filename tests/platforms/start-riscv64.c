/*
 * What starts a musl program on riscv64: musl's own (crt/riscv64/crt_arch.h, crt/crt1.c), in place
 * of Debian 13's Scrt1.o, whose relocations Debian 12's linker does not know.
 */
int main(int argc, char *argv[]);
int __libc_start_main(int (*start)(int, char **), int argc, char *argv[]);
void start(long *stack);

__asm__(
    ".globl _start\n"
    "_start:\n\t"
    "mv a0, sp\n\t"
    "tail start");

void start(long *stack) {
    __libc_start_main(main, (int)stack[0], (char **)(stack + 1));
}

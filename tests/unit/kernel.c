/* core/kernel.h: system calls that must not depend on what is left in the registers. */
#include "unit/unit.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include "core/kernel.h"

/* In a process of its own, since it lasts. */
static void no_new_privs_is_set_whatever_the_registers_hold(void **state) {
    (void)state;
    int status;
    pid_t child = fork();
    if (child == 0) {
#if defined __x86_64__
        __asm__ volatile("mov $-1, %%r10; mov $-1, %%r8" ::: "r10", "r8");
#endif
        kernel_set_no_new_privs();
        _exit(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_new_privs_is_set_whatever_the_registers_hold),
    };
    return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}

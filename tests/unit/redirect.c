#include "unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "core/folder.h"
#include "sockets/connect.h"
#include "sockets/marker.h"
#include "sockets/missing.h"
#include "sockets/redirect.h"

static struct redirect_plan plan_for(const char *path, bool *redirected) {
    struct redirect_plan plan;
    struct sockaddr_un address;
    socklen_t length = address_set(&address, path);
    *redirected = redirect_planned((struct sockaddr *)&address, length, &plan);
    return plan;
}

/* One plan again: carrying it out has closed its folder. */
static int bind_again(int fd, struct redirect_plan *plan) {
    plan->opened = open(plan->folder, O_PATH | O_DIRECTORY);
    return redirect_bind(fd, plan);
}

static void the_parent_folder_is_judged(void **state) {
    (void)state;
    bool redirected;
    assert_string_equal(plan_for("a.sock", &redirected).folder, ".");
    assert_string_equal(plan_for("/a.sock", &redirected).folder, "/");
    assert_string_equal(plan_for("tmp/a.sock", &redirected).folder, "tmp");
    assert_string_equal(plan_for("./tmp/../a.sock", &redirected).folder, "./tmp/..");
    assert_false(redirected);
    assert_true(plan_for("a.sock", &redirected).trusted);
    assert_false(plan_for("none/a.sock", &redirected).trusted);
    plan_for("/tmp/.qlshim-0/0123456789abcdef", &redirected);
    assert_false(redirected);
}

/*
 * From now on this system call fails with `error` in this process; but not bind(2) of a name that
 * the kernel chooses, whose third argument is a family's size.
 */
static int forbid(int number, unsigned error) {
    const unsigned length = offsetof(struct seccomp_data, args[2]) +
                            (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(unsigned) : 0);
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, length),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, sizeof(sa_family_t), 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0;
}

/* As on an overlay over a volume that refuses sockets: trusted by its type, but bind fails. */
static int fail_on_a_trusted_filesystem(void) {
    bool redirected;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int bound = socket(AF_UNIX, SOCK_STREAM, 0);
    const struct sockaddr_un taken = {.sun_family = AF_UNIX, .sun_path = "taken.sock"};
    struct redirect_plan plan = plan_for("a.sock", &redirected);
    fclose(fopen("a.sock", "w")); /* what such a bind leaves */
    if (bind(bound, (const struct sockaddr *)&taken, sizeof taken) != 0)
        return 5;
    if (forbid(SYS_bind, EIO) != 0 || redirected || !plan.trusted)
        return 1;
    if (redirect_after_failure(fd, EADDRINUSE, &plan) || redirect_after_failure(-1, EIO, &plan))
        return 2;
    if (!redirect_after_failure(fd, EIO, &plan) || plan.verdict.step != STEP_BIND)
        return 3;
    /* One that has a name already: the volume's error comes before the kernel's own. */
    if (redirect_after_failure(bound, EINVAL, &plan) ||
        !redirect_after_failure(bound, EIO, &plan) || redirect_bind(bound, &plan) != -EINVAL)
        return 6;
    return access("a.sock", F_OK) == 0 ? 7 : 0;
}

static void a_failure_on_a_trusted_filesystem_is_tried(void **state) {
    (void)state;
    bool redirected;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct redirect_plan plan = plan_for("b.sock", &redirected);
    int status = 1;
    pid_t child = fork();
    if (child == 0)
        _exit(fail_on_a_trusted_filesystem());
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    /* Where a trial shows that sockets work, the error was honest. */
    strcat(settings.tmpdir, "/elsewhere"); /* out of reach of the verdict that the child recorded */
    assert_false(redirect_after_failure(fd, EIO, &plan));
    settings.tmpdir[strlen(settings.tmpdir) - strlen("/elsewhere")] = '\0';
    close(fd);
}

static void users_files_are_never_replaced(void **state) {
    (void)state;
    bool redirected;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    settings.sockets = SOCKETS_ALWAYS;
    fclose(fopen("file", "w"));
    assert_int_equal(symlink("target", "link"), 0);
    missing_note("link"); /* stat said ENOENT, but the link is the user's own */
    struct redirect_plan plan = plan_for("file", &redirected);
    assert_true(redirected);
    assert_int_equal(redirect_bind(fd, &plan), -EADDRINUSE);
    plan = plan_for("link", &redirected);
    assert_int_equal(redirect_bind(fd, &plan), -EADDRINUSE);
    assert_int_equal(access("file", F_OK), 0);
    assert_int_equal(readlink("link", (char[9]){0}, 8), 6);
    close(fd);
}

static void a_stale_link_that_the_program_was_not_shown_is_replaced(void **state) {
    (void)state;
    bool redirected;
    char folder[FOLDER_SIZE];
    char address[SOCKET_PATH_SIZE];
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(private_folder(folder), 0);
    snprintf(address, sizeof address, "%s/00000000000000aa", folder);
    assert_int_equal(marker_create(AT_FDCWD, "stale", address, true), 0);
    struct redirect_plan plan = plan_for("stale", &redirected);
    assert_int_equal(redirect_bind(fd, &plan), -EADDRINUSE);
    missing_note("stale");
    assert_int_equal(bind_again(fd, &plan), 0);
    assert_int_equal(bind_again(fd, &plan), -EADDRINUSE);
    plan = plan_for("fresh", &redirected);
    assert_int_equal(redirect_bind(fd, &plan), -EINVAL); /* bound already */
    assert_int_equal(bind_again(-1, &plan), REDIRECT_UNAVAILABLE);
    assert_int_equal(access("fresh", F_OK), -1);
    close(fd);
}

/* As where a private folder has room for one more file: for the socket, or for its name. */
static void a_socket_that_cannot_be_named_is_not_bound(void **state) {
    (void)state;
    bool redirected;
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    settings.sockets = SOCKETS_ALWAYS;
    struct redirect_plan plan = plan_for("unnamed", &redirected);
    assert_true(redirected);
    int status = 1;
    pid_t child = fork();
    if (child == 0) {
        plan.always = false;
        plan.verdict.symlinks = false; /* the marker is a file; a link is the name's record */
        bool as_agreed =
            forbid(SYS_symlinkat, ENOSPC) == 0 && redirect_bind(fd, &plan) == REDIRECT_UNAVAILABLE;
        _exit(!as_agreed);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    assert_int_equal(length, sizeof name.sun_family); /* the child's socket is ours */
    assert_int_equal(access("unnamed", F_OK), -1);
    close(fd);
}

/*
 * What a bind comes to at an empty file of this user's, made and changed that long ago, or at one
 * with a byte in it.
 */
static int bind_at_file(struct redirect_plan *plan, unsigned made, long age, const char *content) {
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) - age}};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    write_file(plan->path, content, strlen(content));
    assert_int_equal(utimensat(AT_FDCWD, plan->path, times, 0), 0);
    sleep(made);
    int error = bind_again(fd, plan);
    close(fd);
    unlink(plan->path);
    return error;
}

static void what_a_failed_bind_left_is_replaced(void **state) {
    (void)state;
    bool redirected;
    struct redirect_plan plan = plan_for("leftover", &redirected);
    plan.always = false;
    plan.trusted = false;
    plan.verdict.kind = VERDICT_REFUSES;
    for (int symlinks = 0; symlinks <= 1; symlinks++) {
        plan.verdict.symlinks = symlinks;
        assert_int_equal(bind_at_file(&plan, 6, 60, ""), 0);
        assert_int_equal(bind_at_file(&plan, 6, 60, "x"), -EADDRINUSE);
        assert_int_equal(bind_at_file(&plan, 6, -60, ""), -EADDRINUSE);
        assert_int_equal(bind_at_file(&plan, 0, 60, ""), -EADDRINUSE); /* as touch -d, or tar */
    }
    plan.trusted = true; /* under QLSHIM_SOCKETS=always */
    plan.always = true;
    assert_int_equal(bind_at_file(&plan, 6, 60, ""), -EADDRINUSE);
}

static bool goes_again(const char *path, struct target *target) {
    struct sockaddr_un address;
    socklen_t length = address_set(&address, path);
    return redirect_again((struct sockaddr *)&address, length, target);
}

static int target_after_refusal(const char *path, struct target *target) {
    struct sockaddr_un address;
    socklen_t length = address_set(&address, path);
    return redirect_target(ECONNREFUSED, (struct sockaddr *)&address, length, target);
}

/* What is known of a path is a hint: what lies there now decides. */
static void a_file_marker_is_gone_to_again(void **state) {
    (void)state;
    char folder[FOLDER_SIZE];
    char addresses[2][SOCKET_PATH_SIZE];
    struct target target;
    settings.sockets = SOCKETS_ALWAYS; /* else nothing on a real disk is looked into */
    assert_int_equal(private_folder(folder), 0);
    for (int i = 0; i < 2; i++)
        snprintf(addresses[i], sizeof addresses[i], "%s/00000000000000b%d", folder, i);
    assert_int_equal(mknod(addresses[0], S_IFSOCK | 0755, 0), 0);
    assert_int_equal(mknod(addresses[1], S_IFSOCK | 0755, 0), 0);
    assert_int_equal(marker_create(AT_FDCWD, "again", addresses[0], false), 0);
    assert_false(goes_again("again", &target));
    assert_false(redirect_again_possible());
    assert_int_equal(target_after_refusal("again", &target), 0);
    assert_true(redirect_again_possible());
    assert_true(goes_again("again", &target));
    assert_string_equal(target.address.sun_path, addresses[0]);
    assert_int_equal(rename("again", "moved"), 0);
    assert_false(goes_again("again", &target));
    assert_false(goes_again("moved", &target));
    assert_int_equal(symlink("moved", "again"), 0);
    assert_false(goes_again("again", &target)); /* redirect_target's to follow */
    assert_int_equal(unlink("again") | mkfifo("again", 0600), 0);
    assert_false(goes_again("again", &target));
    assert_int_equal(unlink("again"), 0);
    assert_int_equal(marker_create(AT_FDCWD, "again", addresses[1], false), 0);
    assert_true(goes_again("again", &target));
    assert_string_equal(target.address.sun_path, addresses[1]);
    assert_int_equal(chmod(folder, 0777), 0); /* now anybody's socket may be there */
    assert_false(goes_again("again", &target));
    assert_int_equal(chmod(folder, 0711), 0);
}

/* Whether one goes to `address` again without reading the marker. */
static bool goes_without_reading(const char *path, const char *address) {
    int status = 1;
    struct target target;
    pid_t child = fork();
    if (child == 0)
        _exit(forbid(SYS_pread64, EIO) != 0 || !goes_again(path, &target) ||
              strcmp(target.address.sun_path, address) != 0);
    waitpid(child, &status, 0);
    return status == 0;
}

static void an_old_file_marker_is_read_once(void **state) {
    (void)state;
    char folder[FOLDER_SIZE];
    char addresses[2][SOCKET_PATH_SIZE];
    char bytes[MARKER_SIZE];
    struct target target;
    struct sockaddr_un name;
    socklen_t length = address_set(&name, "old");
    settings.sockets = SOCKETS_ALWAYS;
    assert_int_equal(private_folder(folder), 0);
    for (int i = 0; i < 2; i++) {
        snprintf(addresses[i], sizeof addresses[i], "%s/00000000000000c%d", folder, i);
        assert_int_equal(mknod(addresses[i], S_IFSOCK | 0755, 0), 0);
    }
    assert_int_equal(marker_create(AT_FDCWD, "old", addresses[0], false), 0);
    assert_int_equal(target_after_refusal("old", &target), 0);
    assert_true(goes_again("old", &target));
    assert_false(goes_without_reading("old", addresses[0])); /* too young */
    sleep(4);
    assert_false(goes_without_reading("old", addresses[0])); /* not read since */
    assert_true(goes_again("old", &target));
    assert_true(goes_without_reading("old", addresses[0]));
    assert_true(redirect_anew((struct sockaddr *)&name, length, &target));
    assert_string_equal(target.address.sun_path, addresses[0]);

    /* The same file with another content; another file; none. */
    marker_format(addresses[1], bytes);
    int fd = open("old", O_WRONLY);
    assert_int_equal(pwrite(fd, bytes, MARKER_SIZE, 0), MARKER_SIZE);
    close(fd);
    assert_false(goes_without_reading("old", addresses[1]));
    assert_true(goes_again("old", &target));
    assert_string_equal(target.address.sun_path, addresses[1]);
    assert_int_equal(marker_create(AT_FDCWD, "new", addresses[0], false), 0);
    sleep(4);
    assert_true(goes_again("old", &target));
    assert_true(goes_without_reading("old", addresses[1]));
    assert_int_equal(rename("new", "old"), 0);
    assert_false(goes_without_reading("old", addresses[1]));
    assert_true(goes_again("old", &target));
    assert_string_equal(target.address.sun_path, addresses[0]);
    assert_int_equal(unlink("old"), 0);
    assert_false(goes_again("old", &target));

    /* Its socket gone, and its folder anybody's. */
    assert_int_equal(marker_create(AT_FDCWD, "old", addresses[1], false), 0);
    sleep(4);
    assert_true(goes_again("old", &target));
    assert_int_equal(chmod(folder, 0777), 0);
    assert_false(goes_again("old", &target));
    assert_int_equal(chmod(folder, 0711) | unlink(addresses[1]), 0);
    assert_false(goes_again("old", &target));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parent_folder_is_judged),
        cmocka_unit_test(a_failure_on_a_trusted_filesystem_is_tried),
        cmocka_unit_test(users_files_are_never_replaced),
        cmocka_unit_test(a_stale_link_that_the_program_was_not_shown_is_replaced),
        cmocka_unit_test(a_socket_that_cannot_be_named_is_not_bound),
        cmocka_unit_test(a_file_marker_is_gone_to_again),
        cmocka_unit_test(an_old_file_marker_is_read_once),
        cmocka_unit_test(what_a_failed_bind_left_is_replaced),
    };
    return cmocka_run_group_tests_name("redirect", tests, enter_folder, leave_folder);
}

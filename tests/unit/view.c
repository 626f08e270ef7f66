#include "unit/unit.h"

#include <sys/mman.h>

#include "core/kernel.h"
#include "writable/links.h"
#include "writable/mounts.h"
#include "writable/view.h"

/* /ql is a view, /srv/www another spelling of one, and what is written lies in /tmp/u. */
static int set_views(void **state) {
    (void)state;
    views = (struct views){
        .count = 3,
        .list = {{"/ql", true, 3}, {"/var/lib/app", true, 12}, {"/srv/www", false, 8}},
        .tree = "/tmp/u/tree",
        .upper = "/tmp/u"};
    views.tree_length = strlen(views.tree);
    return 0;
}

static const char *cleaned(const char *entry) {
    static char path[VIEW_LONGEST + 1];
    return view_clean(entry, strlen(entry), path) ? path : NULL;
}

static void an_entry_is_brought_into_one_form(void **state) {
    (void)state;
    assert_string_equal(cleaned("/ql"), "/ql");
    assert_string_equal(cleaned("//ql/./a//b/."), "/ql/a/b");
    assert_string_equal(cleaned("/ql/"), "/ql");
    assert_string_equal(cleaned("/ql/..a/.b/..."), "/ql/..a/.b/...");
    assert_string_equal(cleaned("/process"), "/process");
    assert_string_equal(cleaned("/devices/x"), "/devices/x");
}

static void what_can_be_no_view_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"",      "ql",        "./ql",     "/",      "//",
                                      "/.",    "/ql/..",    "/../ql",   "/proc",  "//proc/",
                                      "/sys/", "/sys/fs/x", "/dev/shm", "/./dev", "/a/../dev"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (cleaned(bad[i]) != NULL)
            fail_msg("%s is taken for %s", bad[i], cleaned(bad[i]));
}

static void an_entry_may_be_as_long_as_a_view(void **state) {
    char entry[VIEW_LONGEST + 2];
    (void)state;
    memset(entry, 'a', sizeof entry);
    entry[0] = '/';
    entry[VIEW_LONGEST] = '\0';
    assert_string_equal(cleaned(entry), entry);
    entry[VIEW_LONGEST] = 'a';
    entry[VIEW_LONGEST + 1] = '\0';
    assert_null(cleaned(entry));
}

static void only_so_many_bytes_of_an_entry_count(void **state) {
    char path[VIEW_LONGEST + 1];
    (void)state;
    assert_true(view_clean("/ql:/etc", 3, path));
    assert_string_equal(path, "/ql");
}

static void a_view_holds_itself_and_what_is_below(void **state) {
    (void)state;
    assert_true(view_holds("/ql", "/ql"));
    assert_true(view_holds("/ql", "/ql/a"));
    assert_false(view_holds("/ql", "/qla"));
    assert_false(view_holds("/ql", "/q"));
    assert_false(view_holds("/ql/a", "/ql"));
}

static void a_path_is_in_a_view_however_it_is_spelt(void **state) {
    (void)state;
    assert_true(view_names("/ql"));
    assert_true(view_names("//./ql///a"));
    assert_true(view_names("/var//lib/./app/"));
    assert_true(view_names("/ql/../etc")); /* the kernel's to resolve */
    assert_true(view_names("/srv/www/x"));
    assert_false(view_names("/qlx"));
    assert_false(view_names("/var/lib/ap"));
    assert_false(view_names("/var/lib"));
    assert_false(view_names("/"));
    assert_false(view_names("/.ql"));
    assert_false(view_names("/etc/../ql")); /* place_fold resolves it before */
    assert_true(view_names_root("/var/lib/app"));
    assert_false(view_names_root("/srv/www"));
}

static void what_is_above_a_view_is_told(void **state) {
    (void)state;
    static const char *const above[] = {"/", "//", "/.", "/var", "//var/./lib/", "/srv"};
    static const char *const others[] = {"/ql",        "/ql/a",   "/q",           "/qlx",
                                         "/va",        "/var/li", "/var/lib/app", "/variable",
                                         "/srv/www/a", "/tmp"};
    for (size_t i = 0; i < sizeof above / sizeof above[0]; i++)
        if (!view_is_below(above[i]))
            fail_msg("no view below %s", above[i]);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (view_is_below(others[i]))
            fail_msg("a view below %s", others[i]);
}

static void going_up_is_seen(void **state) {
    bool interior;
    (void)state;
    assert_true(path_goes_up("../a", &interior));
    assert_false(interior);
    assert_true(path_goes_up("a/..", &interior));
    assert_true(interior);
    assert_true(path_goes_up("/.././a", &interior));
    assert_false(interior);
    assert_false(path_goes_up("/a/..b/c..", &interior));
    assert_false(path_goes_up("", &interior));
    assert_true(path_ends_in_slash("a/"));
    assert_false(path_ends_in_slash("a"));
    assert_false(path_ends_in_slash(""));
}

/* A path is read by words: each place in one, and nothing behind the page where the path ends. */
static void going_up_is_seen_wherever_it_stands(void **state) {
    enum { PAGE = 4096, LONGEST = 40 };
    bool interior;
    (void)state;
    char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_int_equal(mprotect(pages + PAGE, PAGE, PROT_NONE), 0);
    for (size_t length = 3; length <= LONGEST; length++) {
        char *path = pages + PAGE - length - 1;
        memset(path, 'a', length);
        path[0] = '/';
        path[length] = '\0';
        assert_false(path_goes_up(path, &interior));
        for (size_t i = 0; i + 3 <= length; i++) {
            memset(path + 1, 'a', length - 1);
            memcpy(path + i, "/..", 3);
            if (path_goes_up(path, &interior) != (i + 3 == length))
                fail_msg("%s", path);
            if (i + 3 < length) {
                path[i + 3] = '/';
                assert_true(path_goes_up(path, &interior));
                assert_true(interior == (i > 1)); /* of "//.." not */
            }
        }
    }
    munmap(pages, 2 * PAGE);
}

/* Against the plain loops, at every place in a block and at both ends of a page. */
static void one_look_tells_what_the_plain_ones_do(void **state) {
    enum { PAGE = 4096, LONGEST = 40, ROUNDS = 200000 };
    static const char *const parts[] = {"/ql",      "/", ".",  "..",  "/var/lib/app",
                                        "/srv/www", "a", "/q", "\x01"};
    bool interior;
    unsigned seed = 1;
    (void)state;
    char *pages = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_int_equal(mprotect(pages + PAGE, PAGE, PROT_READ | PROT_WRITE), 0);
    for (unsigned round = 0; round < ROUNDS; round++) {
        static const char *const first[] = {"/ql", "/", "/var/lib/app", "/a"};
        char path[LONGEST + 16] = "";
        struct path_look look;
        seed = seed * 1103515245 + 12345;
        strcat(path, first[(seed >> 24) % 4]);
        for (unsigned i = seed >> 16; i % 8 != 0 && strlen(path) < LONGEST - 12; i /= 2) {
            seed = seed * 1103515245 + 12345;
            strcat(path, parts[(seed >> 16) % (sizeof parts / sizeof parts[0])]);
        }
        size_t size = strlen(path) + 1;
        size_t start = round % 2 != 0 ? PAGE - size : (seed >> 20) % 16;
        memset(pages + PAGE, round % 3 != 0 ? '/' : '.', PAGE);
        char *at = memcpy(pages + PAGE + start, path, size);
        if (view_names_at_once(at, &look) != view_names(path) || look.length != size - 1 ||
            (path_goes_up(path, &interior) && !look.dotted))
            fail_msg("%s", path);
        if (look.dotted && strstr(path, "//") == NULL && strstr(path, "/.") == NULL)
            fail_msg("%s is not dotted", path);
    }
    munmap(pages, 3 * PAGE);
}

static void going_up_out_of_a_view_is_told(void **state) {
    (void)state;
    assert_true(view_is_left("/ql", "../f"));
    assert_true(view_is_left("/ql/a/b", "../.././../f"));
    assert_true(view_is_left("/var/lib/app/a", "..//../"));
    assert_true(view_is_left("/var/lib", "..")); /* above a view already */
    assert_false(view_is_left("/ql/a", "../f"));
    assert_false(view_is_left("/ql/a/b", "../../f"));
    assert_false(view_is_left("/ql/a", "../..f"));
    assert_false(view_is_left("/var/lib/app/a/b", "../.."));
}

static void a_hidden_view_is_told_from_what_is_left_out(void **state) {
    (void)state;
    views.list[1] = (struct view){"/home/x/.config", true, 15};
    assert_true(view_names("/home/x/.config"));
    assert_true(view_names("/home/x/./.config/a"));
    assert_true(view_names("/home/./x//.config"));
    assert_true(view_names("/home/x/.//.config/."));
    assert_false(view_names("/home/x/."));
    assert_false(view_names("/home/x/./"));
    assert_false(view_names("/home/x/.confi"));
    assert_false(view_names("/home/x/.config."));
    assert_false(view_names("/home/x./.config"));
    assert_false(view_names("/home/x/..config"));
    set_views(state);
}

static void a_physical_path_has_its_name_in_the_view(void **state) {
    char path[64];
    (void)state;
    assert_string_equal(view_name("/tmp/u/tree/ql/a"), "/ql/a");
    assert_string_equal(view_name("/tmp/u/tree"), "/");
    assert_string_equal(view_name("/tmp/u/treehouse"), "/tmp/u/treehouse");
    assert_string_equal(view_name("/ql/a"), "/ql/a");
    assert_true(view_is_upper("/tmp/u/tree/x"));
    assert_false(view_is_upper("/tmp/u/work/x"));
    assert_true(view_upper_path(path, sizeof path, "/ql/a"));
    assert_string_equal(path, "/tmp/u/tree/ql/a");
    assert_false(view_upper_path(path, 16, "/ql/a"));
    assert_true(view_upper_path(path, 17, "/ql/a"));
    views.tree_length = 0; /* before the load */
    assert_false(view_is_upper("/tmp/u/tree/x"));
    set_views(state);
}

static void a_farm_link_tells_its_kind_and_its_path(void **state) {
    static const enum farm kinds[] = {FARM_FOLDER, FARM_FILE, FARM_OTHER};
    char target[64];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_true(farm_target(target, sizeof target, kinds[i], "/ql/a"));
        assert_int_equal(farm_kind(target, strlen(target)), kinds[i]);
        assert_int_equal(farm_kind(target, 8), kinds[i]); /* its first bytes are enough */
        assert_string_equal(farm_path(target), "/ql/a");
    }
    assert_false(farm_target(target, 7, FARM_FOLDER, "/ql/a"));
    assert_int_equal(farm_kind("/ql/a", 5), FARM_NONE);
    assert_int_equal(farm_kind("./ql", 4), FARM_NONE);
    assert_int_equal(farm_kind("/./", 3), FARM_NONE);
    assert_int_equal(farm_kind("//./ql", 6), FARM_NONE);
}

/* What a program writes into a link is what it reads back, and no farm link. */
static void a_users_link_goes_in_and_out_unchanged(void **state) {
    static const char *const targets[] = {
        "/ql/a",   "//ql/./a", "/srv/www", "/etc/x",   "x",   "../x",  "/./ql/a", "/.//ql",
        "//./ql",  "///./x",   "/.",       "/./",      "/",   "//",    "/ql",     "/./etc/x",
        "/tmp/u/", "",         ".",        "/./ql/..", "/..", "/.a/b", "//.a",    "/ql/../x"};
    char stored[64];
    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        bool changed = link_store(stored, sizeof stored, targets[i]);
        if (!changed)
            strcpy(stored, targets[i]);
        if (farm_kind(stored, strlen(stored)) != FARM_NONE)
            fail_msg("%s is stored as a farm link", targets[i]);
        stored[link_show(stored, strlen(stored))] = '\0';
        assert_string_equal(stored, targets[i]);
    }
    assert_true(link_store(stored, sizeof stored, "/ql/a"));
    assert_string_equal(stored, "/tmp/u/tree/ql/a");
    assert_false(link_store(stored, sizeof stored, "/etc"));
}

/* --- links.c --------------------------------------------------------------------------------- */

static size_t reach(const char *folder, const char *target) {
    return link_reach(folder, target);
}

static void a_link_reaches_the_highest_folder_on_its_way(void **state) {
    (void)state;
    assert_int_equal(reach("/ql/a/b", "x"), strlen("/ql/a/b"));
    /* "c" may be a link itself: it counts for nothing, and ".." for one up. */
    assert_int_equal(reach("/ql/a/b", "c/../x"), strlen("/ql/a"));
    assert_int_equal(reach("/ql/a/b", "../x"), strlen("/ql/a"));
    assert_int_equal(reach("/ql/a/b", "../../x"), strlen("/ql"));
    assert_int_equal(reach("/ql/a/b", "/ql/a/c/x"), strlen("/ql/a"));
    assert_int_equal(reach("/ql/a/b", "/ql/ab"), strlen("/ql"));
    assert_int_equal(reach("/ql/a/b", "/ql/a/b/x"), strlen("/ql/a/b"));
}

static void one_that_leaves_all_views_reaches_nothing(void **state) {
    (void)state;
    assert_int_equal(reach("/ql/a", "/etc/x"), strlen("/ql/a"));
    assert_int_equal(reach("/ql/a", "../../usr/x"), strlen("/ql/a"));
    /* Out, and into a view again: from the root of its own on. */
    assert_int_equal(reach("/ql/a", "../../ql/x"), strlen("/ql"));
    assert_int_equal(reach("/ql/a", "../../var/lib/app/x"), strlen("/ql"));
    assert_int_equal(reach("/ql/a", "/var/lib/app/x"), strlen("/ql"));
}

static void the_list_tells_what_is_expanded_together(void **state) {
    static char bytes[] = "/ql/bin\0/ql\0/ql/a/b/c\0/ql/a";
    struct links links = {bytes, sizeof bytes};
    (void)state;
    assert_true(links_expand(&links, "/ql", "/ql/bin"));
    assert_false(links_expand(&links, "/ql", "/ql/a")); /* its link ends in /ql/a */
    assert_true(links_expand(&links, "/ql/a", "/ql/a/b"));
    assert_true(links_expand(&links, "/ql/a/b", "/ql/a/b/c"));
    assert_false(links_expand(&links, "/ql/a", "/ql/a/x"));
    assert_false(links_expand(&links, "/ql", "/ql/binary"));
    links = (struct links){0};
    assert_false(links_expand(&links, "/ql", "/ql/bin"));
}

/* Whether it is a mount of device 8:1, and whether it lies in a view: "", "elsewhere" or "inside".
 */
static const char *mounted(const char *line) {
    bool inside = false;
    if (!mounts_line(line, device_make(8, 1), &inside)) {
        assert_false(inside);
        return "";
    }
    return inside ? "inside" : "elsewhere";
}

static void a_mount_inside_a_view_is_seen(void **state) {
    (void)state;
    assert_string_equal(mounted("36 35 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw"),
                        "elsewhere");
    assert_string_equal(mounted("37 36 8:1 /v /ql/data rw - ext4 /dev/sda1 rw"), "inside");
    assert_string_equal(mounted("37 36 8:1 /v /var/lib/app/a rw - ext4 /dev/sda1 rw"), "inside");
    assert_string_equal(mounted("37 36 8:1 /v /ql rw - ext4 /dev/sda1 rw"), "elsewhere");
    assert_string_equal(mounted("37 36 8:1 /v /qlx/data rw - ext4 /dev/sda1 rw"), "elsewhere");
    assert_string_equal(mounted("37 36 8:1 /v /srv/www/data rw - ext4 /dev/sda1 rw"), "elsewhere");
    assert_string_equal(mounted("37 36 8:1 /v /a\\040b rw - ext4 /dev/sda1 rw"), "inside");
    assert_string_equal(mounted("37 36 8:2 / /ql/data rw - ext4 /dev/sda2 rw"), "");
    assert_string_equal(mounted("37 36 8:11 / /ql/data rw - ext4 /dev/sdb1 rw"), "");
    const char *const odd[] = {
        "", " ", "37", "37 36", "37 36 8", "37 36 8:", "37 36 :1 / /ql/x", "a b c d e"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        assert_string_equal(mounted(odd[i]), "");
    char line[2 * PATH_MAX] = "37 36 8:1 / /ql/";
    memset(line + strlen(line), 'x', PATH_MAX);
    assert_string_equal(mounted(line), "inside");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_brought_into_one_form),
        cmocka_unit_test(what_can_be_no_view_is_refused),
        cmocka_unit_test(an_entry_may_be_as_long_as_a_view),
        cmocka_unit_test(only_so_many_bytes_of_an_entry_count),
        cmocka_unit_test(a_view_holds_itself_and_what_is_below),
        cmocka_unit_test(a_path_is_in_a_view_however_it_is_spelt),
        cmocka_unit_test(what_is_above_a_view_is_told),
        cmocka_unit_test(going_up_is_seen),
        cmocka_unit_test(going_up_is_seen_wherever_it_stands),
        cmocka_unit_test(one_look_tells_what_the_plain_ones_do),
        cmocka_unit_test(going_up_out_of_a_view_is_told),
        cmocka_unit_test(a_hidden_view_is_told_from_what_is_left_out),
        cmocka_unit_test(a_physical_path_has_its_name_in_the_view),
        cmocka_unit_test(a_farm_link_tells_its_kind_and_its_path),
        cmocka_unit_test(a_users_link_goes_in_and_out_unchanged),
        cmocka_unit_test(a_link_reaches_the_highest_folder_on_its_way),
        cmocka_unit_test(one_that_leaves_all_views_reaches_nothing),
        cmocka_unit_test(the_list_tells_what_is_expanded_together),
        cmocka_unit_test(a_mount_inside_a_view_is_seen),
    };
    return cmocka_run_group_tests(tests, set_views, NULL);
}

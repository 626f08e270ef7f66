/* group's functions. Of what the system itself answers nobody says what becomes of errno. */
#define NAMED(what) group_##what
#define ENTRY struct group
#define ID gr_gid
#define ID_TYPE gid_t
#define NAME gr_name
#define POINTER gr_mem
#define OWN_ID getegid()
#define OWN_NAME own_group
#define IS_OWN is_own_group
#define IS_SYSTEMS group_is_systems
#define BY_ID getgrgid
#define BY_ID_R getgrgid_r
#define BY_NAME getgrnam
#define BY_NAME_R getgrnam_r
#define REWIND setgrent
#define NEXT getgrent
#define NEXT_R getgrent_r
#define END endgrent
#include "probes/accounts/family.h"

void group_print(const char *question, const struct group *group) {
    if (group == NULL) {
        printf("%s: no group, errno %d\n", question, errno);
    } else {
        printf("%s: %s:%s:%u:", question, group->gr_name, group->gr_passwd, group->gr_gid);
        for (char **member = group->gr_mem; *member != NULL; member++)
            printf("%s,", *member);
        puts("");
    }
    errno = 0;
}

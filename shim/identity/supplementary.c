#include "identity/supplementary.h"

#include "core/kernel.h"
#include "core/text.h"

static bool is_listed(gid_t gid) {
    enum { FEW = 64 };
    gid_t few[FEW];
    gid_t *groups = few;
    int count = kernel_getgroups(NULL, 0);
    size_t size = count > FEW ? (size_t)count * sizeof *groups : 0;
    if (size > 0 && (groups = kernel_pages(size)) == NULL)
        return false;
    bool listed = false;
    count = kernel_getgroups(groups, (size_t)count);
    for (int i = 0; i < count && !listed; i++)
        listed = groups[i] == gid;
    if (size > 0)
        kernel_release(groups, size);
    return listed;
}

/* Root has no account (identity/account.h). */
static bool is_accounts(gid_t gid) {
    return gid == kernel_getegid() && kernel_geteuid() != 0;
}

bool supplementary_by_gid(const struct account_system *system, gid_t gid,
                          struct supplementary *supplementary) {
    static char star[] = "*";
    if (!settings.active || is_accounts(gid) || !is_listed(gid) ||
        system->find_gid(gid) != ENTRY_MISSING)
        return false;
    struct text text = text_in(supplementary->name, sizeof supplementary->name);
    text_append(&text, "g");
    text_append_number(&text, gid);
    supplementary->no_members[0] = NULL;
    supplementary->group = (struct group){.gr_name = supplementary->name,
                                          .gr_passwd = star,
                                          .gr_gid = gid,
                                          .gr_mem = supplementary->no_members};
    return system->find_group(supplementary->name) == ENTRY_MISSING;
}

bool supplementary_by_name(const struct account_system *system, const char *name,
                           struct supplementary *supplementary) {
    gid_t gid = 0;
    if (name[0] != 'g')
        return false;
    for (const char *digit = name + 1; *digit >= '0' && *digit <= '9'; digit++)
        gid = gid * 10 + (gid_t)(*digit - '0');
    return supplementary_by_gid(system, gid, supplementary) &&
           text_equal(name, supplementary->name);
}

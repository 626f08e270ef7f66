/*
 * The views: the folders that QLSHIM_WRITABLE lists, and the upper folder, where what is written
 * below them lies. All of it is text: nothing here makes a system call.
 *
 * The upper folder mirrors the lower ones: `/ql/a` lies at `<tree>/ql/a`. A folder there that has
 * been expanded is a real folder, in which each entry of the lower one has a link to it (a "farm
 * link"), and its own entries are real. So the kernel merges the two, and a path below a view needs
 * no more than `<tree>` in front of it.
 */
#ifndef QLSHIM_WRITABLE_VIEW_H
#define QLSHIM_WRITABLE_VIEW_H

#include <linux/limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { VIEWS_MOST = 16, VIEW_LONGEST = 255, UPPER_LONGEST = 150 };

struct view {
    char path[VIEW_LONGEST + 1]; /* absolute, without a slash at its end, ".", ".." or "//" */
    bool root;                   /* a folder of its own; else a spelling that leads into one */
    unsigned char length;        /* the path's */
};

struct views {
    bool active; /* false before the load, where there is nothing to do, and behind another root:
                    every door passes */
    unsigned count;
    struct view list[VIEWS_MOST];
    size_t tree_length;
    char tree[UPPER_LONGEST + 8];  /* <upper>/tree */
    char upper[UPPER_LONGEST + 1]; /* QLSHIM_UPPER, or the private folder's */
    uid_t uid;
    gid_t gid;
};

/* Written at load only, but for `active` (calls/root.c): constant, so safe to read anywhere. */
extern struct views views;

/*
 * A list entry in the form that a view's path has; false where it is not absolute, too long, goes
 * through "..", or is one of those that can be no view: "/", /proc, /sys, /dev and what lies there.
 */
bool view_clean(const char *entry, size_t length, char path[VIEW_LONGEST + 1]);

/* Whether `path` is `folder` or lies below it; both as view_clean has them. */
bool view_holds(const char *folder, const char *path);

/*
 * Whether an absolute path, as a program spells it (slashes repeated, "." in between), names
 * something in a view. What follows a ".." is not looked at.
 */
bool view_names(const char *path);

struct path_look {
    size_t length;
    bool dotted; /* ".." may be one of its parts */
};

/* As view_names, in one look at the path: for the doors, where most paths have nothing to do with a
 * view. */
bool view_names_at_once(const char *path, struct path_look *look);

/* As view_names, but only for a view that is a folder of its own, not another spelling of one. */
bool view_names_root(const char *path);

/* Whether the absolute path names a folder with a view somewhere below it: who walks down from "/"
 * by descriptors comes by there. */
bool view_is_below(const char *path);

/* Whether ".." is one of the path's parts; `*interior`: whether one has another part before it. */
bool path_goes_up(const char *path, bool *interior);

/*
 * Whether the ".." with which the path begins lead out of the view that the folder lies in. What is
 * made and removed there is not the upper folder's, which has farms above a view.
 */
bool view_is_left(const char *folder, const char *path);

bool path_ends_in_slash(const char *path);

/*
 * What a physical path, as the kernel tells it, is called in the view: without `<tree>`. Where it
 * does not lie there, the path itself.
 */
const char *view_name(const char *physical);
bool view_is_upper(const char *physical);

/* `<tree>` and the path, of at most PATH_MAX bytes; false where it does not fit. */
bool view_upper_path(char *buffer, size_t size, const char *path);

/* --- links ----------------------------------------------------------------------------------- */

enum farm { FARM_NONE, FARM_FOLDER, FARM_FILE, FARM_OTHER };

/*
 * A farm link's target is the lower path in a form that nobody writes: "/./ql" for a folder,
 * "/.//ql" for a file, "/.///ql" for a socket, a fifo or a device. So a listing needs no other call
 * to tell which. What a user's link may hold that looks like it is stored with another slash in
 * front.
 */
enum farm farm_kind(const char *target, size_t length);
/* The lower path in a farm link's target. */
const char *farm_path(const char *target);
bool farm_target(char *buffer, size_t size, enum farm kind, const char *path);

/*
 * What a user's link holds, as it is stored in the upper folder: a target in a view is its upper
 * path. False where nothing is changed.
 */
bool link_store(char *buffer, size_t size, const char *target);
/* The other way, in place: the length of what the program is shown. */
size_t link_show(char *target, size_t length);

#endif

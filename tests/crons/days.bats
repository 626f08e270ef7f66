# A day of users without a name with every cron (tests/crons/crons.bash says what that is), all at once: bare
# it refuses; then installed from a file and from standard input, listed, a bad line and a second daemon
# refused, @reboot once, a crontab that comes later fires within the next minute, % and MAILTO, edited by a
# script and by vi, killed and started again, removed and fired no more.

setup_file() {
    load days
    tests/crons/prepare
    mapfile -t cases < <(sed -n 's/^@test .* { goes_well \(.*\); }$/\1/p' "$BATS_TEST_FILENAME")
    begin_days "${cases[@]}"
}

teardown_file() {
    kill "$DAYS_PID" 2>/dev/null || true
}

setup() { load days; }

@test "cronie 1.7.2, Debian 13's package, with PAM" { goes_well cronie-debian:own; }
@test "cronie, Debian 13's package, group 0" { goes_well cronie-debian:0; }
@test "cronie, built with gcc, no inotify, set-uid crontab" { goes_well cronie-glibc:own; }
@test "cronie, built with gcc, no inotify, group 0" { goes_well cronie-glibc:0; }
@test "cronie, built with gcc, inotify" { goes_well cronie-glibc-inotify:own; }
@test "cronie, built with gcc, inotify, group 0" { goes_well cronie-glibc-inotify:0; }
@test "cronie, built with musl, no inotify" { goes_well cronie-musl:own; }
@test "cronie, built with musl, no inotify, group 0" { goes_well cronie-musl:0; }
@test "cronie, built with musl, inotify" { goes_well cronie-musl-inotify:own; }
@test "cronie, built with musl, inotify, group 0" { goes_well cronie-musl-inotify:0; }
@test "cronie, the state on rclone" { goes_well cronie-glibc:own:rclone; }
@test "cronie with musl, the state on rclone" { goes_well cronie-musl:0:rclone; }
@test "cronie with inotify, the state on rclone" { goes_well cronie-glibc-inotify:own:rclone; }
@test "cronie with musl and inotify, the state on rclone" { goes_well cronie-musl-inotify:0:rclone; }
@test "cronie, the state on a volume that refuses chmod" { goes_well cronie-glibc:own:faulty:chmod=EPERM; }
@test "cronie, the state on a volume without sockets and links" { goes_well cronie-glibc:0:faulty:mknod=EPERM:symlink:link; }

@test "cron of Debian 12" { goes_well debian-12:own; }
@test "cron of Debian 12, group 0" { goes_well debian-12:0; }
@test "cron of Debian 12, in a root of its own" { goes_well debian-12-root:own; }
@test "cron of Debian 13" { goes_well debian-13:own; }
@test "cron of Debian 13, group 0" { goes_well debian-13:0; }
@test "cron of forky" { goes_well debian-forky:own; }
@test "cron of forky, group 0" { goes_well debian-forky:0; }
@test "cron, the state on rclone" { goes_well debian-12:0:rclone; }
@test "cron, the state on a volume without chmod" { goes_well debian-12:own:faulty:chmod=ENOSYS; }
@test "cron, the state on a volume without sockets and links" { goes_well debian-12:own:faulty:mknod=EPERM:symlink:link; }

@test "busybox 1.35, links" { goes_well busybox-12-links:own; }
@test "busybox 1.37, links" { goes_well busybox-13-links:0; }
@test "busybox 1.38, links" { goes_well busybox-forky-links:own; }
@test "busybox 1.35, hard links" { goes_well busybox-12-hard:own; }
@test "busybox 1.37, hard links" { goes_well busybox-13-hard:0; }
@test "busybox 1.38, hard links" { goes_well busybox-forky-hard:own; }
@test "busybox 1.35, called bb" { goes_well busybox-12-bb:own; }
@test "busybox 1.37, called bb" { goes_well busybox-13-bb:own; }
@test "busybox 1.38, called bb" { goes_well busybox-forky-bb:0; }
@test "busybox 1.35, set-id" { goes_well busybox-12-set-id:own; }
@test "busybox 1.37, set-id" { goes_well busybox-13-set-id:0; }
@test "busybox 1.38, set-id" { goes_well busybox-forky-set-id:own; }
@test "busybox 1.35, by a set-id helper that keeps its name" { goes_well busybox-12-helper:own; }
@test "busybox 1.37, by a set-id helper that keeps its name" { goes_well busybox-13-helper:own; }
@test "busybox 1.38, by a set-id helper that keeps its name" { goes_well busybox-forky-helper:0; }
@test "busybox 1.35, by a set-id helper like Alpine's" { goes_well busybox-12-bbsuid:0; }
@test "busybox 1.37, by a set-id helper like Alpine's" { goes_well busybox-13-bbsuid:own; }
@test "busybox 1.38, by a set-id helper like Alpine's" { goes_well busybox-forky-bbsuid:own; }
@test "busybox 1.35, called by its own name" { goes_well busybox-12-applet:0; }
@test "busybox 1.37, called by its own name" { goes_well busybox-13-applet:own; }
@test "busybox 1.38, called by its own name" { goes_well busybox-forky-applet:own; }
@test "busybox 1.37, the state on rclone" { goes_well busybox-13-links:0:rclone; }
@test "busybox 1.38, hard links, the state on rclone" { goes_well busybox-forky-hard:own:rclone; }
@test "busybox 1.37, the state on FAT" { goes_well busybox-13-links:own:fat; }
@test "busybox 1.35, the state on a volume without sockets and links" { goes_well busybox-12-links:own:faulty:mknod=EPERM:symlink:link; }
@test "busybox 1.35, the state on a volume without chmod" { goes_well busybox-12-hard:0:faulty:chmod=ENOSYS; }

@test "toybox 0.8.9" { goes_well toybox:own; }
@test "toybox, group 0" { goes_well toybox:0; }

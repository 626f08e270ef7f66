# How the tests configure a busybox from Debian's source, in its folder.

# set_option NAME VALUE: y, n or a string.
set_option() {
    sed -i "/^CONFIG_$1=/d; /^# CONFIG_$1 is not set$/d" .config
    case $2 in
    n) echo "# CONFIG_$1 is not set" ;;
    *) echo "CONFIG_$1=$2" ;;
    esac >>.config
}

# Debian's dynamic busybox has no cron, reads an /etc/busybox.conf, and searches by GNU's regular
# expressions, which musl has not. As in Alpine, the C library is asked for users.
configure_busybox() {
    cp debian/config/pkg/deb .config
    local option
    for option in CROND CRONTAB FEATURE_CROND_D FEATURE_CROND_SPECIAL_TIMES VI; do
        set_option $option y
    done
    set_option FEATURE_CROND_DIR '"/var/spool/cron"'
    for option in STATIC USE_BB_PWD_GRP FEATURE_SUID_CONFIG EXTRA_COMPAT FEATURE_VI_REGEX_SEARCH; do
        set_option $option n
    done
}

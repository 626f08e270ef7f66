# From a trace of failed system calls (strace -f -y -Z) the one that best explains why a program
# failed, as `bind EIO`: the first on a socket that fails as on no good volume; else the first on the
# volume that does; else the first that is denied; else `account`, where libc looked an account up and
# nothing else failed; else `none`.

# An ordinary program's life is full of these.
function ordinary(error) {
    return error ~ /^(ENOENT|EEXIST|ENOTDIR|ENODATA|EAGAIN|EINPROGRESS|ECONNREFUSED|EADDRINUSE|ENOTCONN|ERESTART.*)$/
}

function changes(call, line) {
    if (call ~ /^(open|openat|openat2)$/)
        return line ~ /O_WRONLY|O_RDWR|O_CREAT/
    return call ~ /^(mkdir|mknod|creat|chdir|chmod|fchmod|chown|lchown|fchown|rename|link|symlink|unlink|rmdir|bind|truncate|set)/
}

# The shell that runs the case has begun, and looked up who it is.
/"\/the-case-begins"/ {
    socket = volume = denied = account = ""
    next
}

match($0, /[a-z0-9_]+\(/) {
    call = substr($0, RSTART, RLENGTH - 1)
}

match($0, /= -1 E[A-Z0-9]+/) {
    error = substr($0, RSTART + 5, RLENGTH - 5)
    if ($0 ~ /sun_path="\/(var\/)?run\/nscd\/socket"/)
        account = 1 # which glibc and musl ask before they read /etc/passwd
    else if ($0 ~ /"\/(proc|sys|dev)\/|xattr\(|__pycache__"/)
        next
    else if (!socket && !ordinary(error) && $0 ~ /sun_path="(\/mnt\/volume\.|[^\/])/)
        socket = call " " error
    else if (!volume && !ordinary(error) && $0 ~ /\/mnt\/volume\./)
        volume = call " " error
    else if (!denied && error ~ /^(EACCES|EPERM|EROFS)$/ && changes(call, $0))
        denied = call " " error
}

END {
    print socket ? socket : volume ? volume : denied ? denied : account ? "account" : "none"
}

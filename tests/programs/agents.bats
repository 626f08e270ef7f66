# Agents and multiplexers as Debian ships them, with their sockets on a volume that refuses sockets.

setup() {
    load scenarios
    prepare_scenarios
}

teardown() {
    umount /etc/passwd 2>/dev/null || true # ssh_master's
    finish_scenarios
}

tmux_session() {
    tmux_runs
    in_tmux list-sessions | grep '^work: 1 windows'
    crash
    # It finds out that nobody listens on the socket, and replaces it.
    tmux_runs
    in_tmux kill-server
    eventually ended "$SERVER"
}

in_tmux() {
    program LC_ALL=C.UTF-8 tmux -f /dev/null -S "$FOLDER/tmux" "$@" </dev/null
}

tmux_runs() {
    in_tmux new-session -d -s work
    SERVER=$(in_tmux display-message -p '#{pid}')
    to_end "$SERVER"
    in_tmux send-keys -t work 'echo $((6 * 7))' Enter
    eventually tmux_shows_42
}

tmux_shows_42() {
    in_tmux capture-pane -p -t work | grep 42
}

ssh_agent_keys() {
    local socket=$FOLDER/agent
    # By root, since ssh-keygen insists on a name.
    rm -f "$WORK/key"
    ssh-keygen -q -t ed25519 -N '' -C 'the key' -f "$WORK/key"
    chown "$NAMELESS_UID" "$WORK/key"
    # Debian's ssh-agent is setgid, and a set-id program gets no preloaded library: here it starts as
    # in a container with no-new-privileges.
    serve ssh-agent -D -a "$socket"
    once_up agent_is_empty
    says 'socket 600' stat -c '%F %a' "$socket"
    program SSH_AUTH_SOCK="$socket" ssh-add "$WORK/key"
    program SSH_AUTH_SOCK="$socket" ssh-add -l | grep 'the key (ED25519)'
    stop
    nothing_left
}

# ssh-add says by its status whether it has reached an agent: 1 without keys, 2 without an agent.
agent_is_empty() {
    local status=0
    program SSH_AUTH_SOCK="$FOLDER/agent" ssh-add -l || status=$?
    [ $status -eq 1 ]
}

gpg_agent_key() {
    program mkdir -m 700 "$FOLDER/gnupg"
    # Where there is /run/user/<uid>, the sockets are there and not in GNUPGHOME.
    says "$FOLDER/gnupg/S.gpg-agent" GNUPGHOME="$FOLDER/gnupg" gpgconf --list-dirs agent-socket
    program GNUPGHOME="$FOLDER/gnupg" gpg-agent --daemon
    SERVER=$(ask_gpg_agent 'GETINFO pid' | sed -n 's/^D //p')
    to_end "$SERVER"
    says socket stat -c %F "$FOLDER/gnupg/S.gpg-agent"
    # fusefat lets nobody but root cut a file short, as gpg-agent does with a new key.
    if [ "$VOLUME_KIND" != fat ]; then
        in_gpg --batch --passphrase '' --quick-generate-key 'the key' ed25519
        in_gpg --list-secret-keys | grep 'the key'
    fi
    ask_gpg_agent KILLAGENT
    eventually ended "$SERVER"
    [ -z "$(find "$FOLDER/gnupg" -name 'S.*')" ]
}

in_gpg() {
    program GNUPGHOME="$FOLDER/gnupg" gpg --no-autostart "$@"
}

# gpg-connect-agent fails only in what it says.
ask_gpg_agent() {
    program GNUPGHOME="$FOLDER/gnupg" gpg-connect-agent --no-autostart "$1" /bye >"$WORK/answer"
    cat "$WORK/answer"
    grep -q ^OK "$WORK/answer"
}

socat_stream() {
    serve socat "UNIX-LISTEN:$FOLDER/stream,fork" EXEC:cat
    once_up echoes "UNIX-CONNECT:$FOLDER/stream"
    stop
    nothing_left
}

# The answer goes to the address that the client bound.
socat_datagram() {
    serve socat "UNIX-RECVFROM:$FOLDER/datagrams,fork" EXEC:cat
    once_up echoes "UNIX-SENDTO:$FOLDER/datagrams,bind=$FOLDER/client"
    stop
    nothing_left
}

echoes() {
    [ "$(echo hello | program socat - "$1")" = hello ]
}

# A connection of ssh's that others share. Its server is its own child, so that no port is needed; both want
# a name for their user, so bare there is one.
ssh_master() {
    umount /etc/passwd 2>/dev/null || true
    if [ "$WAY" = bare ]; then
        { cat /etc/passwd && echo "named:x:$NAMELESS_UID:$NAMELESS_UID::/tmp:/bin/sh"; } >"$WORK/passwd"
        mount --bind "$WORK/passwd" /etc/passwd
    fi
    rm -f "$WORK/key" "$WORK/key.pub"
    ssh-keygen -q -t ed25519 -N '' -C 'the key' -f "$WORK/key"
    chown "$NAMELESS_UID" "$WORK/key"
    printf '%s\n' "HostKey $WORK/key" "AuthorizedKeysFile $WORK/key.pub" 'UsePAM no' 'StrictModes no' 'PidFile none' \
        >"$WORK/sshd.conf"
    local options=(-F /dev/null -i "$WORK/key" -o "ControlPath=$FOLDER/mux" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null)
    serve ssh -M -N "${options[@]}" -o "ProxyCommand=/usr/sbin/sshd -i -f $WORK/sshd.conf" there
    once_up program ssh "${options[@]}" -O check there
    says 'through the master' ssh -o ProxyCommand=false "${options[@]}" there echo through the master
    says 'socket 600' stat -c '%F %a' "$FOLDER/mux"
    program ssh "${options[@]}" -O exit there
    eventually ended "$SERVER"
    nothing_left
}

@test "on a disk they work without the shim" {
    right_on_a_disk ssh_master tmux_session ssh_agent_keys gpg_agent_key socat_stream socat_datagram
}

@test "tmux on fat" { mended tmux_session fat; }
@test "tmux on rclone" { mended tmux_session rclone; }
@test "ssh-agent on fat" { mended ssh_agent_keys fat; }
@test "ssh-agent on rclone" { mended ssh_agent_keys rclone; }
@test "gpg-agent on fat" { mended gpg_agent_key fat; }
@test "gpg-agent on rclone" { mended gpg_agent_key rclone; }
@test "socat streams on fat" { mended socat_stream fat; }
@test "socat streams on rclone" { mended socat_stream rclone; }
@test "socat datagrams on fat" { mended socat_datagram fat; }
@test "socat datagrams on rclone" { mended socat_datagram rclone; }

@test "ssh's shared connection on fat" { mended ssh_master fat; }
@test "ssh's shared connection on rclone" { mended ssh_master rclone; }

# Where sockets work and hard links do not, and where the host follows a link marker.
@test "ssh's shared connection where there are no hard links" {
    mended_where ssh_master 'link mux listener' link=EPERM 'link=ENOSYS symlink=EPERM' link=ENOTSUP
    mended_where ssh_master 'mux.*(cannot bind|Operation not permitted)' 'mknod=EPERM link=EBADF' 'mknod=EPERM link=ENOENT' \
        'mknod=EPERM link=EXDEV' 'mknod=EPERM link=EBADF symlink=EPERM'
}

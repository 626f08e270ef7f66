# qlshim explain's verdicts on what programs of Debian say, bare and shimmed: Ruby, Erlang, Apache, sshd,
# watchman. Those that are large are in tests/words.

load common
load verdict

setup() {
    fresh_folder
    cd /tmp
}

teardown() {
    end_programs
}

@test "Ruby: its server on a volume, its socket's bind, and Etc" {
    verdict works "Input/output error - connect(2) for" ruby -rsocket -e 'UNIXServer.new(ARGV[0])' "$FOLDER/server.sock"
    verdict works "Input/output error - bind(2) for" ruby -rsocket -e \
        'Socket.new(:UNIX, :STREAM).bind(Addrinfo.unix(ARGV[0]))' "$FOLDER/bound.sock"
    verdict works "can't find user for 23456" ruby -retc -e 'Etc.getpwuid'
    verdict works "can't find group for 23456" ruby -retc -e 'Etc.getgrgid(Process.gid)'
    # Another's uid has no name with the shim, either.
    run shimmed ruby -retc -e 'Etc.getpwuid(34567)'
    [[ $output == *"can't find user for 34567"* ]]
}

@test "Erlang: the cookie in HOME" {
    verdict works "Failed to create cookie file" erl -noshell -sname node -eval 'halt().'
}

# apache CONFIGURATION LINE…: with these lines more, for three seconds; prints its log.
apache() {
    local log=/tmp/apache/log
    printf '%s\n' "ServerName localhost" "Listen 127.0.0.1:9911" "ErrorLog $log" "PidFile /tmp/apache/pid" \
        "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so" \
        "LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so" "DefaultRuntimeDir /tmp/apache" \
        "$@" >/tmp/apache.conf
    install -d -o 23456 /tmp/apache
    rm -f "$log"
    "${run_as[@]}" apache2 -d /tmp/apache -f /tmp/apache.conf -DFOREGROUND 3>&- || true
    cat "$log"
}

@test "Apache: only root's asks for the name, of a uid that is not its own; as that uid it needs none" {
    local said explained
    run_as=(timeout 3)
    said=$(apache 'User "#23456"' 'Group "#23456"')
    explain_said AH02155 "$said"
    [[ $explained == *"with qlshim:  out of its reach"* ]]
    run_as=(timeout 3 env LD_PRELOAD="$LIBRARY")
    [[ $(apache 'User "#23456"' 'Group "#23456"') == *AH02155* ]]
    run_as=(nameless)
    said=$(LIMIT=3 apache 'User "#23456"' 'Group "#23456"')
    [[ $said == *"resuming normal operations"* && $said != *AH02155* ]]
}

@test "watchman: who it runs as" {
    verdict works "I don't know who you are" watchman --no-spawn version
}

# sshd CONFIGURED as the nameless user may run it: a key of its own, no PAM.
start_sshd() {
    install -d -o 23456 /tmp/sshd
    [ -e /tmp/sshd/key ] || shimmed ssh-keygen -q -t ed25519 -N '' -f /tmp/sshd/key
    printf '%s\n' "Port 9922" "ListenAddress 127.0.0.1" "HostKey /tmp/sshd/key" "PidFile none" \
        "AuthorizedKeysFile /tmp/sshd/key.pub" "UsePAM no" "StrictModes no" >/tmp/sshd/conf
    LIMIT=40 as "$1" /usr/sbin/sshd -D -e -f /tmp/sshd/conf >"/tmp/sshd/$1.log" 2>&1 &
    eventually grep -qi listening "/tmp/sshd/$1.log"
}

log_in() {
    run shimmed ssh -p 9922 -i /tmp/sshd/key -o BatchMode=yes -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null "$1@127.0.0.1" whoami
}

@test "sshd: by the own name one comes in, by another's one does not" {
    local explained
    start_sshd bare
    log_in u23456
    [ "$status" -ne 0 ]
    explain_said "Invalid user u23456 from 127.0.0.1" "$(cat /tmp/sshd/bare.log)"
    [[ $explained == *"with qlshim:  see what to do"* ]]
    end_programs
    eventually all_ended
    start_sshd shimmed
    log_in u23456
    [ "$status" -eq 0 ]
    [[ $output == *u23456 ]]
    log_in somebody
    [ "$status" -ne 0 ]
    explain_said "Permission denied (publickey" "$output"
    [[ $explained == *"with qlshim:  out of its reach"* ]]
    # What a failed bind has left at ssh's ControlPath.
    touch /tmp/control
    run shimmed ssh -p 9922 -i /tmp/sshd/key -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -o ControlMaster=yes -o ControlPath=/tmp/control u23456@127.0.0.1 whoami
    explain_said "already exists, disabling multiplexing" "$output"
    [[ $explained == *"with qlshim:  see what to do"* ]]
    grep -q "Invalid user somebody from" /tmp/sshd/shimmed.log
}

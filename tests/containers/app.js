// An app for PM2: it says who it is in its log and to everybody who asks.
console.log(`process ${process.pid} starts`);
require("http")
    .createServer((_, answer) => answer.end(`${process.pid}\n`))
    .listen(process.env.PORT);
// An app outlives a daemon that is killed, and would keep the port.
process.on("disconnect", () => process.exit());

// PM2's life, as its own command leads it (node_modules/pm2/lib/binaries/CLI.js), in one process: where each start of
// node is emulated, the command's four would take longer than all else.
const pm2 = require("/opt/npm/node_modules/pm2");
const { promisify } = require("util");
const ask = (name, ...words) => promisify(pm2[name].bind(pm2))(...words);

const online = async () => {
    const [app] = await ask("list");
    if (app.name !== "one" || app.pm2_env.status !== "online") throw new Error(`one is ${app.pm2_env.status}`);
    return app.pid;
};

(async () => {
    await ask("connect");
    await ask("start", { name: "one", script: "/bin/sleep", args: "1000", interpreter: "none" });
    const first = await online();
    await ask("restart", "one");
    if ((await online()) === first) throw new Error("one was not restarted");
    await ask("killDaemon");
    process.exit(0);
})().catch((error) => {
    console.error(error);
    process.exit(1);
});

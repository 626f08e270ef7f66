// What Qinglong writes beside itself at each start, its own scheduler, and then the panel.
const { spawn } = require("child_process");
const { mkdirSync, writeFileSync } = require("fs");

const ql = process.env.QL_DIR || "/ql";
mkdirSync(`${ql}/.tmp`, { recursive: true });
writeFileSync(`${ql}/shell/preload/env.sh`, 'export SAID="env.sh"\n');
writeFileSync(`${ql}/shell/preload/env.py`, 'said = "env.py"\n');
if (process.env.SCHEDULER === "node")
    setInterval(() => spawn("bash", [`${ql}/shell/task.sh`], { stdio: "inherit" }), 1000);
require("./panel.js");

module.exports = {
    apps: [
        {
            name: "qinglong",
            script: "static/build/app.js",
            env: process.env.SCHEDULER === "node" ? {} : { CRONTAB: "/ql/data/config/crontab.list" },
        },
    ],
};

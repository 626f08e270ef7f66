module.exports = {
    apps: [
        {
            name: "qinglong",
            script: "static/build/app.js",
            env: process.env.SCHEDULER === "node" ? {} : { CRONTAB: `${process.env.QL_DATA_DIR || "/ql/data"}/config/crontab.list` },
        },
    ],
};

module.exports = {
    apps: [
        {
            name: "qinglong",
            script: "static/build/app.js",
            env: { CRONTAB: "/ql/data/config/crontab.list" },
        },
    ],
};

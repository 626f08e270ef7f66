#!/bin/bash
# Stands in for Qinglong's: the same steps in the same order, as far as files, sockets, names and cron go.
# QL_DIR and QL_DATA_DIR are Qinglong's own.
set -e
ql=${QL_DIR:-/ql}
data=${QL_DATA_DIR:-$ql/data}
for folder in "$ql"/{.tmp,static} "$data" "$data"/{config,log/update,scripts,repo}; do
    [ -d "$folder" ] || mkdir -p "$folder"
done
chown -R "$(id -u):$(id -g)" "$ql/.tmp"
[ -s "$data/config/config.sh" ] || cp -f "$ql/shell/task.sh" "$data/config/config.sh"
echo "* * * * * bash $ql/shell/task.sh" >"$data/config/crontab.list"
cd "$ql"
pm2 l
pm2 startOrGracefulReload ecosystem.config.js --update-env
if [ "$SCHEDULER" = node ]; then exec tail -f /dev/null; fi
cron -f
